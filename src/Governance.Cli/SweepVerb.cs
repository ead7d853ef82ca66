using System.CommandLine;
using Governance.Revocation;

namespace Governance.Cli;

/// <summary><c>governance sweep [--dry-run] [--json]</c>: finds what has to go, orders it subject to the brakes, and carries out what is due.</summary>
internal static class SweepVerb
{
    public static Command Create()
    {
        var dry = new Option<bool>("--dry-run") { Description = "Say what would be ordered, and order nothing." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var verb = new Command("sweep", "Order the revocation of identities that are unowned beyond the grace or expired, and carry out what is due.") { dry, json };
        verb.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), (host, token) => RunAsync(host, parsed.GetValue(dry), token), ct));
        return verb;
    }

    private static async Task<int> RunAsync(CommandHost host, bool dry, CancellationToken ct)
    {
        var outcome = await host.Get<SweepService>().RunAsync(dry, host.Actor, ct);
        if (outcome.IsRefused)
            return host.Refuse(outcome.Refusal);
        var report = outcome.Value;
        var steps = dry ? 0 : await host.Get<StepRunner>().PumpAsync(ct);
        host.Print(
            new { report.RunId, report.DryRun, report.Population, report.Unowned, report.Expired, report.Denied, report.Exempt, report.Ordered, report.Held, report.Brake, Steps = steps, report.Items },
            [
                $"{(report.DryRun ? "Dry run" : "Sweep")} over {report.Population} identities: {report.Unowned} unowned beyond the grace, {report.Expired} expired, {report.Denied} denied in reviews, {report.Exempt} exempt.",
                $"{(report.DryRun ? "Would order" : "Ordered")} {report.Ordered}, {report.Held} of them held. {steps} steps carried out.",
                .. report.Brake is { } brake ? new[] { brake } : [],
                .. report.Items.Select(i => $"  {i.Source}: {i.Identity}: {i.Reason} {i.HeldBy}"),
            ]);
        return ExitCodes.Ok;
    }
}
