using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Audit.Exports;
using Governance.Audit.Retention;
using Governance.Common;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Audit;

public sealed class AuditExportTests
{
    [Theory, EachDatabase]
    public async Task Everything_that_goes_out_is_proved_by_a_verifier_that_shares_no_code(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.AppendAsync(300);
        foreach (var format in Enum.GetValues<AuditExportFormat>())
        {
            var folder = await ExportAsync(test, new AuditFilter(), format);
            var (code, said) = await PythonAsync(folder);
            code.ShouldBe(0, said);
            said.ShouldContain("the export is the whole log");
        }

        await using var db = test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.AuditExported)).ShouldBe(3);
    }

    [Fact]
    public async Task Some_entries_alone_are_proved_too()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.AppendAsync(260);
        await test.AppendAsync(3, "test.rare");
        await test.AppendAsync(260);
        var folder = await ExportAsync(test, new AuditFilter(Action: "test.rare"), AuditExportFormat.JsonLines);
        (await File.ReadAllLinesAsync(Path.Combine(folder, "entries.jsonl"))).Length.ShouldBe(3);
        var (code, said) = await PythonAsync(folder);
        code.ShouldBe(0, said);
        said.ShouldContain("3 entries, each in the log of 524");
    }

    /// <summary>One byte anywhere in entries, checkpoint, proof or key.</summary>
    [Theory]
    [InlineData("entries.jsonl", "\"reason\":\"why", "\"reason\":\"Why", "entry 1")]
    [InlineData("entries.jsonl", "\"sequence\":2,", "\"sequence\":7,", "entry 7")]
    [InlineData("checkpoint.json", "\"size\":21", "\"size\":20", "does not fit")]
    [InlineData("keys.json", "\"x\":\"", "\"x\":\"A", "not among the keys")]
    public async Task A_changed_byte_is_found(string file, string from, string to, string said)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.AppendAsync(20);
        var folder = await ExportAsync(test, new AuditFilter(), AuditExportFormat.JsonLines);
        var path = Path.Combine(folder, file);
        var text = await File.ReadAllTextAsync(path);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        at.ShouldBeGreaterThanOrEqualTo(0);
        await File.WriteAllTextAsync(path, text[..at] + to + text[(at + from.Length)..]);
        var (code, output) = await PythonAsync(folder);
        code.ShouldBe(1);
        output.ShouldContain(said);
    }

    [Fact]
    public async Task A_removed_line_and_a_forged_log_are_found_with_a_kept_checkpoint()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.AppendAsync(20);
        await test.Get<CheckpointService>().MakeAsync(default);
        var kept = Path.Combine(test.Folder, "kept.json");
        File.Copy(test.Get<CheckpointCopies>().Path, kept);
        var honest = await ExportAsync(test, new AuditFilter(), AuditExportFormat.JsonLines);
        (await PythonAsync(honest, "--checkpoint", kept)).Code.ShouldBe(0);
        var lines = await File.ReadAllLinesAsync(Path.Combine(honest, "entries.jsonl"));
        await File.WriteAllLinesAsync(Path.Combine(honest, "entries.jsonl"), lines.Where((_, n) => n != 4));
        (await PythonAsync(honest, "--checkpoint", kept)).Said.ShouldContain("has to hold every entry");
        // Whoever has the key as well can sign a rewritten log; the kept checkpoint still tells.
        await test.TamperAsync("DELETE FROM \"AuditCheckpoints\"");
        await test.ForgeAsync(5, "forged");
        var forged = await ExportAsync(test, new AuditFilter(), AuditExportFormat.JsonLines);
        (await PythonAsync(forged)).Code.ShouldBe(0);
        var (code, said) = await PythonAsync(forged, "--checkpoint", kept);
        (code, said).ShouldSatisfyAllConditions(r => r.code.ShouldBe(1), r => r.said.ShouldContain("rewritten"));
    }

    [Fact]
    public async Task Text_from_outside_can_begin_no_line_and_no_formula()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using (var db = test.Open())
        {
            await db.InTransactionAsync(
                async () =>
                {
                    var mallory = new Actor(ActorKind.Person, "mallory", "=HYPERLINK(\"x\")", Origin: "1.2.3.4\n<0>1 forged");
                    await test.Get<AuditLog>().AppendAsync(db, mallory, test.Now, new AuditDraft("test.done", "test", "1", "a|b=c\nCEF:0|forged\\"), default);
                    return Done.Value;
                },
                default);
        }

        var cef = await File.ReadAllLinesAsync(Path.Combine(await ExportAsync(test, new AuditFilter(), AuditExportFormat.Cef), "entries.cef"));
        cef.Length.ShouldBe(2);
        cef[0].ShouldContain("reason=a|b\\=c\\nCEF:0|forged\\\\");
        var csv = await File.ReadAllTextAsync(Path.Combine(await ExportAsync(test, new AuditFilter(), AuditExportFormat.Csv), "entries.csv"));
        csv.ShouldContain("\"'=HYPERLINK(\"\"x\"\")\"");
    }

    [Fact]
    public async Task Who_is_no_auditor_gets_nothing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var into = new MemoryStream();
        var outcome = await test.Get<AuditExports>().WriteAsync(new AuditFilter(), AuditExportFormat.Csv, into, new Actor(ActorKind.Person, "eve", "Eve"), default);
        (outcome.IsRefused, into.Length).ShouldBe((true, 0));
    }

    [Theory, EachDatabase]
    public async Task Old_entries_leave_only_sealed_and_what_is_left_still_verifies(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.AppendAsync(600);
        await test.CatchUpAsync();
        var sealing = test.Get<AuditSealing>();
        (await sealing.SealAsync(test.Now, LogDesk.Ada, default)).Refusal!.Code.ShouldBe("audit.too-young");
        test.Clock.Advance(TimeSpan.FromDays(400));
        await test.AppendAsync(30);
        await test.CatchUpAsync();
        var done = (await sealing.SealAsync(test.Now.AddDays(-370), LogDesk.Ada, default)).Value!;
        (done.Seal.From, done.Seal.UpTo, done.Removed).ShouldBe((1, 512, 512));
        var (code, said) = await PythonAsync(done.Path);
        code.ShouldBe(0, said);
        said.ShouldContain("the export is the whole log");
        var report = await test.Get<ChainVerifier>().VerifyAsync(default);
        (report.Intact, report.From, report.Problem).ShouldBe((true, 513, null));
        // The log goes on: what is left is exported with proofs, and the next seal begins where this one ended.
        (await PythonAsync(await ExportAsync(test, new AuditFilter(), AuditExportFormat.JsonLines))).Code.ShouldBe(0);
        (await sealing.SealAsync(test.Now.AddDays(-370), LogDesk.Ada, default)).Refusal!.Code.ShouldBe("audit.nothing");
        await test.TamperAsync("UPDATE \"AuditSeals\" SET \"FileHash\"='0'");
        (await test.Get<ChainVerifier>().VerifyAsync(default)).Problem!.ShouldContain("seal of entries 1 to 512");
    }

    private static async Task<string> ExportAsync(TestDatabase test, AuditFilter filter, AuditExportFormat format)
    {
        await using var zip = new MemoryStream();
        (await test.Get<AuditExports>().WriteAsync(filter, format, zip, LogDesk.Ada, default)).IsRefused.ShouldBeFalse();
        zip.Position = 0;
        var folder = Path.Combine(test.Folder, Guid.CreateVersion7().ToString("N"));
        await ZipFile.ExtractToDirectoryAsync(zip, folder);
        return folder;
    }

    private static async Task<(int Code, string Said)> PythonAsync(string package, params string[] more)
    {
        var script = Path.Combine(Repository.Root, "src", "Governance", "Audit", "Exports", "verify_audit.py");
        var start = new ProcessStartInfo("python3", [script, package, .. more]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        using var python = Process.Start(start)!;
        var said = await python.StandardOutput.ReadToEndAsync() + await python.StandardError.ReadToEndAsync();
        await python.WaitForExitAsync();
        return (python.ExitCode, said);
    }
}
