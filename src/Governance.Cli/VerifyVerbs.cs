using System.CommandLine;
using System.Globalization;
using Governance.Audit;
using Governance.Evidence;

namespace Governance.Cli;

/// <summary><c>verify-audit [--json]</c></summary>
internal static class VerifyAuditVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("verify-audit", "Recomputes the audit chain; says intact, or the first broken entry.") { json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), async (host, token) =>
        {
            var report = await host.Get<ChainVerifier>().VerifyAsync(token);
            host.Print(report, report.Intact
                ? string.Create(CultureInfo.InvariantCulture, $"Intact: {report.Entries} entries, head {report.HeadHash}")
                : string.Create(CultureInfo.InvariantCulture, $"NOT INTACT at entry {report.FirstBroken}: {report.Problem}"));
            return report.Intact ? ExitCodes.Ok : ExitCodes.Refused;
        }, ct));
        return command;
    }
}

/// <summary><c>verify-evidence DIR [--json]</c></summary>
internal static class VerifyEvidenceVerb
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of the package." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("verify-evidence", "Recomputes each hash of a package; names the first file that is wrong.") { folder, json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), (host, _) =>
        {
            var report = EvidenceVerifier.Verify(parsed.GetValue(folder)!);
            host.Print(report, report.Intact
                ? string.Create(CultureInfo.InvariantCulture, $"Intact: {report.Files} files")
                : $"NOT INTACT: {report.FirstWrong}: {report.Problem}");
            return Task.FromResult(report.Intact ? ExitCodes.Ok : ExitCodes.Refused);
        }, ct));
        return command;
    }
}
