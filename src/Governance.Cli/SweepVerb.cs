using System.CommandLine;
using Governance.Revocation;

namespace Governance.Cli;

/// <summary><c>governance sweep [--execute] [--plan HASH] [--json]</c>: says what has to go; with <c>--execute</c> orders it subject to the brakes, and carries out what is due.</summary>
internal static class SweepVerb
{
    public static Command Create()
    {
        var dry = new Option<bool>("--dry-run") { Description = "Say what would be ordered, and order nothing. So it is without --execute." };
        var execute = new Option<bool>("--execute") { Description = "Order it, and carry out what is due." };
        var plan = new Option<string?>("--plan") { Description = "The hash that a dry run printed: exactly that plan is run, or none." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var verb = new Command("sweep", "Say which identities are unowned beyond the grace or expired; with --execute order their revocation and carry out what is due.") { dry, execute, plan, json };
        verb.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), (host, token) => RunAsync(host, parsed.GetValue(dry) || !parsed.GetValue(execute), parsed.GetValue(plan), token), ct));
        return verb;
    }

    private static async Task<int> RunAsync(CommandHost host, bool dry, string? plan, CancellationToken ct)
    {
        var outcome = await host.Get<SweepService>().RunAsync(dry, host.Actor, ct, plan);
        if (outcome.IsRefused)
            return host.Refuse(outcome.Refusal);
        var report = outcome.Value;
        var steps = dry ? 0 : await PumpAsync(host.Get<StepRunner>(), ct);
        host.Print(
            new { report.RunId, report.DryRun, report.PlanHash, report.Population, report.Unowned, report.Expired, report.Denied, report.Exempt, report.Ordered, report.Held, report.Brake, Steps = steps, report.Numbers, report.Items },
            [
                $"{(report.DryRun ? "Dry run" : "Sweep")} over {report.Population} identities: {report.Unowned} unowned beyond the grace, {report.Expired} expired, {report.Denied} denied in reviews, {report.Exempt} exempt.",
                $"{(report.DryRun ? "Would order" : "Ordered")} {report.Ordered}, {report.Held} of them held. {steps} steps carried out.",
                .. report.Brake is { } brake ? new[] { brake } : [],
                .. report.Items.Select(i => $"  {i.Source}: {i.Identity}: {i.Reason} {i.HeldBy}"),
                .. report is { DryRun: true, PlanHash: { } hash } ? new[] { $"To run exactly this: sweep --execute --plan {hash}" } : [],
            ]);
        return ExitCodes.Ok;
    }

    // What only waits for its source's pace is waited for.
    private static async Task<int> PumpAsync(StepRunner steps, CancellationToken ct)
    {
        var done = await steps.PumpAsync(ct);
        while (await steps.NextTurnAsync(ct) is { } wait && wait < TimeSpan.FromMinutes(1))
        {
            await Task.Delay(wait, ct);
            done += await steps.PumpAsync(ct);
        }

        return done;
    }
}
