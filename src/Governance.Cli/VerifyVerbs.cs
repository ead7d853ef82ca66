using System.CommandLine;
using Governance.Audit;
using Governance.Evidence;

namespace Governance.Cli;

/// <summary><c>verify-audit [--json]</c> and <c>verify-evidence FOLDER [--json]</c>: exit code 0 only when intact.</summary>
internal static class VerifyVerbs
{
    public static Command CreateAudit()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("verify-audit", "Recomputes the audit chain and says intact, or the first broken entry.") { json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), async (host, token) =>
        {
            var report = await host.Get<ChainVerifier>().VerifyAsync(token);
            host.Print(report, [report.Intact ? $"Intact: {report.Entries} entries, head {report.HeadHash}" : $"Broken at entry {report.FirstBroken}: {report.Problem}"]);
            return report.Intact ? ExitCodes.Ok : ExitCodes.Refused;
        }, ct));
        return command;
    }

    public static Command CreateEvidence()
    {
        var folder = new Argument<string>("folder") { Description = "The package's folder." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("verify-evidence", "Recomputes every hash of a package. Needs no database.") { folder, json };
        command.SetAction(async (parsed, ct) =>
        {
            var report = await EvidenceVerifier.VerifyAsync(parsed.GetValue(folder)!, ct);
            Console.WriteLine(parsed.GetValue(json)
                ? System.Text.Json.JsonSerializer.Serialize(report, System.Text.Json.JsonSerializerOptions.Web)
                : report.Intact ? $"Intact: {report.Files} files are what the manifest says." : $"NOT intact: {report.Problem}");
            return report.Intact ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }
}
