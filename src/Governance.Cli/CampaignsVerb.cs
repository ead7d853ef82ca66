using System.CommandLine;
using Governance.Campaigns;

namespace Governance.Cli;

/// <summary><c>governance campaigns run [--json]</c>: does what the console's clock does, once: closes what is past due, launches what is due, reminds. Safe beside a running console.</summary>
internal static class CampaignsVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var run = new Command("run", "Close and apply what is past due, launch what is due, remind who is late. What was done before is not done again.") { json };
        run.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), RunAsync, ct));
        return new Command("campaigns", "Campaigns by schedule.") { run };
    }

    private static async Task<int> RunAsync(CommandHost host, CancellationToken ct)
    {
        var service = host.Get<CampaignService>();
        var closed = await service.CloseDueAsync(ct);
        var launched = await service.LaunchDueAsync(ct);
        var reminded = await host.Get<CampaignReminders>().SendDueAsync(ct);
        host.Print(new { closed, launched, reminded }, [$"{closed} closed, {launched} launched, {reminded} reminders and notices sent."]);
        return ExitCodes.Ok;
    }
}
