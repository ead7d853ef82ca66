using System.CommandLine;
using Governance.Revocation;

namespace Governance.Cli;

/// <summary><c>governance check [--restored] [--json]</c>: proves from the stored rows what the console promises of them; exit code 0 only when all of it holds.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var restored = new Option<bool>("--restored") { Description = "The data came from a backup: stop every revocation until two administrators release it." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var verb = new Command("check", "Prove from the stored data that no revocation was lost, doubled or claimed without being seen, and that the audit chain is intact. Run it after a restore.") { restored, json };
        verb.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), (host, token) => RunAsync(host, parsed.GetValue(restored), token), ct));
        return verb;
    }

    private static async Task<int> RunAsync(CommandHost host, bool restored, CancellationToken ct)
    {
        if (restored)
            await host.Get<RestoreGuard>().StopAsync("The data came from a backup, an operator says. Compare with the sources what was revoked since, then release.", ct);
        var report = await host.Get<LedgerChecker>().CheckAsync(ct);
        host.Print(report,
        [
            .. report.Checks.Select(c => $"{(c.Violations == 0 ? "holds " : "BROKEN")} {c.Invariant,-5} {c.Clause}{(c.Violations == 0 ? null : $" {c.Violations}: {string.Join(", ", c.Examples)}")}"),
            report.Sound ? "Sound: every clause holds." : "NOT sound. Send nothing before it is understood.",
            .. restored ? new[] { "Every revocation is stopped until two administrators release it under Brakes." } : [],
        ]);
        return report.Sound ? ExitCodes.Ok : ExitCodes.Refused;
    }
}
