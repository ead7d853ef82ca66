using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Jobs;
using Governance.Web.Layout;

namespace Governance.Web.Features.Campaigns;

/// <summary>The clock of campaigns: what is due is found in the tables, so a job that was missed is made up for by the next.</summary>
public sealed class CampaignJob(CampaignService service, StandInService standIns, CampaignReminders reminders)
{
    /// <summary>Closes and applies what is past due, then launches what is due: a run that ends makes room for the next.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await standIns.RunAsync(ct);
        await service.CloseDueAsync(ct);
        await service.LaunchDueAsync(ct);
        await reminders.SendDueAsync(ct);
    }
}

/// <summary>What the pages and jobs of campaigns need in the host.</summary>
public static class CampaignPages
{
    /// <summary>Whether the person may define, start and end campaigns; the services ask again.</summary>
    internal static bool Manages(Actor me) => me.Holds(Roles.CampaignManager) || me.Holds(Roles.Administrator);

    public static IServiceCollection AddCampaignPages(this IServiceCollection services)
    {
        services.AddTransient<CampaignJob>();
        services.AddSingleton(RecurringJob.Of<CampaignJob>("campaigns", "*/5 * * * *", j => j.RunAsync(CancellationToken.None)));
        services.AddSingleton(provider => new NavCount("/reviews", (actor, ct) =>
            actor.PersonId is { } person ? provider.GetRequiredService<ReviewQueries>().WaitingAsync(person, ct) : Task.FromResult(0)));
        return services;
    }
}
