using System.Text;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Inventory;

/// <summary>Short ways to import in tests.</summary>
internal static class Importing
{
    public static readonly Actor Admin = new(ActorKind.Person, "ada", "Ada Lovelace", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });

    public static async Task<Outcome<Guid>> QueueAsync(this TestDatabase test, byte[] content, bool full = false, string source = "Source", string format = "auto")
    {
        using var stream = new MemoryStream(content);
        return await test.Get<ImportService>().QueueAsync(new ImportRequest("file.bin", source, format, full, MayWait: false), stream, Admin, CancellationToken.None);
    }

    public static async Task<ImportRun> ImportAsync(this TestDatabase test, byte[] content, bool full = false, string source = "Source", string format = "auto")
    {
        var run = await test.Get<ImportService>().RunAsync((await test.QueueAsync(content, full, source, format)).OrThrow(), Admin, CancellationToken.None);
        (run.Created + run.Changed + run.Unchanged + run.Rejected).ShouldBe(run.State == ImportRunState.Completed ? run.Read : run.Rejected, run.Message);
        return run;
    }

    public static Task<ImportRun> ImportAsync(this TestDatabase test, string text, bool full = false, string source = "Source", string format = "auto") =>
        test.ImportAsync(Encoding.UTF8.GetBytes(text), full, source, format);

    public static Task<ImportRun> ImportFileAsync(this TestDatabase test, params string[] path) => test.ImportAsync(File.ReadAllBytes(Repository.File(["tests", "data", .. path])));

    public static Task<IReadOnlyList<ImportReject>> RejectsAsync(this TestDatabase test, ImportRun run) => test.Get<ImportQueries>().ListRejectsAsync(run.Id, 0, 1000, CancellationToken.None);

    public static (int Read, int Created, int Changed, int Unchanged, int Rejected, int Missing, int Returned) Counts(this ImportRun run)
    {
        run.State.ShouldBe(ImportRunState.Completed, run.Message);
        return (run.Read, run.Created, run.Changed, run.Unchanged, run.Rejected, run.Missing, run.Returned);
    }
}
