using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>
/// Turns a definition into a campaign in two steps: prepared, its snapshot and items stand and nobody is asked; started, its reviewers are. A launch is both in
/// one transaction. Killed at any moment, a campaign is there whole or not at all.
/// </summary>
public sealed class CampaignLauncher(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private static readonly Actor Scheduler = Actor.Job("campaign schedule");

    /// <summary>Takes the snapshot and makes the items; asks nobody. Returns the campaign's id. Refused while another run is prepared or open, and when nothing is in scope.</summary>
    public Task<Outcome<Guid>> PrepareAsync(Guid definitionId, Actor by, CancellationToken ct) =>
        InAsync(by, (db, now) => WithDefinitionAsync(db, definitionId, async definition =>
        {
            // The version goes first: of two who prepare the second fails here, before any row of its own.
            var before = definition.Version;
            definition.Version = Ids.New(now);
            await db.SaveChangesAsync(ct);
            var prepared = await CampaignPreparation.PrepareAsync(db, audit, definition, before, by, now, ct);
            return prepared.IsRefused ? prepared.Refusal : prepared.Value!.Id;
        }, ct), ct);

    /// <summary>Asks the reviewers of a prepared campaign. Its days count from now.</summary>
    public Task<Outcome<Guid>> StartAsync(Guid campaignId, Actor by, CancellationToken ct) => InAsync(by, async (db, now) =>
    {
        await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
        if (await db.Campaigns.SingleOrDefaultAsync(c => c.Id == campaignId, ct) is not { } campaign)
            return Refusals.CampaignGone();
        return campaign.State == CampaignState.Prepared
            ? await WithDefinitionAsync(db, campaign.DefinitionId, definition => BeginAsync(db, campaign, definition, null, by, now, ct), ct)
            : Refusals.NotPrepared(campaign.Name);
    }, ct);

    /// <summary>Launches now: prepares, unless that is done, and starts. Returns the campaign's id.</summary>
    public Task<Outcome<Guid>> LaunchAsync(Guid definitionId, Actor by, CancellationToken ct) => LaunchAsync(definitionId, scheduled: false, by, ct);

    /// <summary>Launches what is due, each due time once, whichever node comes first. Returns how many campaigns began.</summary>
    public async Task<int> LaunchDueAsync(CancellationToken ct)
    {
        var now = clock.Now();
        List<Guid> due;
        await using (var db = await contexts.CreateDbContextAsync(ct))
        {
            due = await db.CampaignDefinitions.Where(d => d.NextLaunchAt <= now && d.ArchivedAt == null)
                .Where(d => !db.Campaigns.Any(c => c.DefinitionId == d.Id && c.State == CampaignState.Running))
                .OrderBy(d => d.NextLaunchAt).Select(d => d.Id).Take(100).ToListAsync(ct);
        }

        var launched = 0;
        // One transaction each: a definition that can't be launched doesn't hold up the others.
        foreach (var id in due)
        {
            var outcome = await LaunchAsync(id, scheduled: true, Scheduler, ct);
            if (!outcome.IsRefused)
                launched++;
            else if (outcome.Refusal is { Code: "campaign.empty-scope" } empty)
                await SkipAsync(id, empty.Message, ct);
        }

        return launched;
    }

    private Task<Outcome<Guid>> LaunchAsync(Guid definitionId, bool scheduled, Actor by, CancellationToken ct) =>
        InAsync(by, (db, now) => WithDefinitionAsync(db, definitionId, async definition =>
        {
            if (scheduled && (definition.NextLaunchAt is null || definition.NextLaunchAt > now))
                return Refusals.AlreadyLaunched(definition.Name);
            var (due, before) = (definition.NextLaunchAt, definition.Version);
            definition.Version = Ids.New(now);
            await db.SaveChangesAsync(ct);
            var waiting = await db.Campaigns.SingleOrDefaultAsync(c => c.DefinitionId == definitionId && c.State == CampaignState.Prepared, ct);
            if (waiting is null)
            {
                var prepared = await CampaignPreparation.PrepareAsync(db, audit, definition, before, by, now, ct);
                if (prepared.IsRefused)
                    return prepared.Refusal;
                waiting = prepared.Value!;
            }

            FaultPoint.Pass("launch.prepared");
            return await BeginAsync(db, waiting, definition, scheduled ? due : null, by, now, ct);
        }, ct), ct);

    private async Task<Outcome<Guid>> BeginAsync(GovernanceDb db, Campaign campaign, CampaignDefinition definition, DateTimeOffset? scheduledFor, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.Campaigns.Where(c => c.DefinitionId == definition.Id && c.State == CampaignState.Running).Select(c => (DateTimeOffset?)c.DueAt).FirstOrDefaultAsync(ct) is { } until)
            return Refusals.StillRunning(definition.Name, until);
        MoveOn(definition, now);
        var waited = now - campaign.PreparedAt;
        var stages = await db.Stages.Where(s => s.CampaignId == campaign.Id).OrderBy(s => s.Number).ToListAsync(ct);
        stages.ForEach(s => s.DueAt += waited);
        stages[0].StartedAt = now;
        (campaign.State, campaign.LaunchedAt, campaign.LaunchedBy, campaign.ScheduledFor, campaign.DueAt) = (CampaignState.Running, now, by.Name, scheduledFor, campaign.DueAt + waited);
        campaign.Version = Ids.New(now);
        await db.SaveChangesAsync(ct);
        await StandInService.GiveAsync(db, campaign.Id, stages[0].Number, now, ct);
        await ReviewMessages.TellReviewersAsync(db, campaign, stages[0], now, ct);
        FaultPoint.Pass("launch.told");
        await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignLaunched, Subjects.Campaign, campaign.Id, details: new
        {
            definitionId = definition.Id,
            campaign.Name,
            campaign.PreparedAt,
            campaign.DueAt,
            campaign.Population,
            campaign.InScope,
            campaign.Excluded,
            campaign.PopulationHash,
            scope = campaign.Scope,
            run = campaign.Run,
        }), ct);
        return campaign.Id;
    }

    // A schedule whose scope is empty moves on, and the log says so: it isn't tried again each minute.
    private async Task SkipAsync(Guid definitionId, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            var definition = await db.CampaignDefinitions.SingleAsync(d => d.Id == definitionId, ct);
            if (definition.NextLaunchAt is not { } due || due > now)
                return false;
            MoveOn(definition, now);
            await audit.AppendAsync(db, Scheduler, now, new AuditDraft(AuditActions.CampaignSkipped, Subjects.Definition, definitionId, reason, new { due }), ct);
            return true;
        }, ct);
    }

    private async Task<Outcome<Guid>> InAsync(Actor by, Func<GovernanceDb, DateTimeOffset, Task<Outcome<Guid>>> work, CancellationToken ct)
    {
        if (CampaignService.MayManage(by) is { } refusal)
            return refusal;
        try
        {
            await using var db = await contexts.CreateDbContextAsync(ct);
            return await db.InTransactionAsync(() => work(db, clock.Now()), ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusals.AlreadyLaunched("The campaign");
        }
    }

    private static async Task<Outcome<Guid>> WithDefinitionAsync(GovernanceDb db, Guid definitionId, Func<CampaignDefinition, Task<Outcome<Guid>>> work, CancellationToken ct)
    {
        var definition = await db.CampaignDefinitions.SingleOrDefaultAsync(d => d.Id == definitionId, ct);
        return definition is null ? Refusals.DefinitionGone() : definition.ArchivedAt is not null ? Refusals.Archived(definition.Name) : await work(definition);
    }

    // By hand before its time: the schedule stays. By hand without a start: a recurring one counts from now.
    private static void MoveOn(CampaignDefinition definition, DateTimeOffset now)
    {
        definition.Version = Ids.New(now);
        if (definition.Rule is null)
        {
            definition.NextLaunchAt = null;
            return;
        }

        if (definition.StartsAt is null)
            (definition.StartsAt, _, definition.Rule) = definition.Schedule.StartingAt(now);
        definition.NextLaunchAt = definition.Schedule.NextAfter(now);
    }

    /// <summary>The campaign's name as reviewers read it: a series says which month.</summary>
    internal static string NameOf(CampaignDefinition definition, DateTimeOffset now) => definition.Rule is null
        ? definition.Name
        : string.Create(CultureInfo.InvariantCulture, $"{definition.Name}, {CampaignSchedule.Local(now, definition.TimeZone):MMMM yyyy}");
}
