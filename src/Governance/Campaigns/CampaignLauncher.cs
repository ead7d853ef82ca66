using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Turns a definition into a campaign: freezes who is asked about what, in a handful of statements, however large the population (I-12).</summary>
public sealed class CampaignLauncher(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private static readonly Actor Scheduler = Actor.Job("campaign schedule");

    /// <summary>Launches now. Returns the campaign's id. Refused while a run of the same definition is open, and when nothing is in scope.</summary>
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
            if (!(await LaunchAsync(id, scheduled: true, Scheduler, ct)).IsRefused)
                launched++;
        }

        return launched;
    }

    private async Task<Outcome<Guid>> LaunchAsync(Guid definitionId, bool scheduled, Actor by, CancellationToken ct)
    {
        if (CampaignService.MayManage(by) is { } refusal)
            return refusal;
        try
        {
            await using var db = await contexts.CreateDbContextAsync(ct);
            var (skipped, outcome) = (false, await db.InTransactionAsync(() => LaunchInAsync(db, definitionId, scheduled, by, ct), ct));
            if (scheduled && outcome.Refusal is { Code: "campaign.empty-scope" } empty)
                skipped = await SkipAsync(definitionId, empty.Message, by, ct);
            return skipped ? outcome.Refusal! : outcome;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusals.AlreadyLaunched("The campaign");
        }
    }

    private async Task<Outcome<Guid>> LaunchInAsync(GovernanceDb db, Guid definitionId, bool scheduled, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        var definition = await db.CampaignDefinitions.SingleOrDefaultAsync(d => d.Id == definitionId, ct);
        if (definition is null)
            return Refusals.DefinitionGone();
        if (definition.ArchivedAt is not null)
            return Refusals.Archived(definition.Name);
        if (scheduled && (definition.NextLaunchAt is null || definition.NextLaunchAt > now))
            return Refusals.AlreadyLaunched(definition.Name);
        var running = await db.Campaigns.Where(c => c.DefinitionId == definitionId && c.State == CampaignState.Running).Select(c => (DateTimeOffset?)c.DueAt).FirstOrDefaultAsync(ct);
        if (running is { } until)
            return Refusals.StillRunning(definition.Name, until);
        if (!await db.People.AnyAsync(p => p.Id == definition.FallbackReviewerId && p.Status == PersonStatus.Active, ct))
            return Refusals.FallbackNotActive(await db.People.Where(p => p.Id == definition.FallbackReviewerId).Select(p => p.Name).SingleOrDefaultAsync(ct) ?? "The fallback reviewer");

        // The definition's version goes first: of two launchers the second fails here, before any row of its own.
        var (due, before) = (definition.NextLaunchAt, definition.Version);
        MoveOn(definition, now);
        await db.SaveChangesAsync(ct);
        var campaign = new Campaign
        {
            Id = Ids.New(now),
            DefinitionId = definitionId,
            Name = NameOf(definition, now),
            Scope = definition.Scope,
            NoAnswer = definition.NoAnswer,
            JustificationOnCertify = definition.JustificationOnCertify,
            BlockSelfReview = definition.BlockSelfReview,
            DefinitionVersion = before,
            FallbackReviewerId = definition.FallbackReviewerId,
            StageSettings = definition.Stages,
            Review = definition.Review,
            LaunchedAt = now,
            LaunchedBy = by.Name,
            ScheduledFor = scheduled ? due : null,
            DueAt = now.AddDays(definition.DurationDays),
            PopulationHash = string.Empty,
            Version = Ids.New(now),
        };
        db.Add(campaign);
        await db.SaveChangesAsync(ct);

        var rows = LaunchPopulation.Rows(db, IdentityFilter.FromJson(definition.Scope), definition.FallbackReviewerId, definition.BlockSelfReview, now);
        campaign.Population = await db.InsertSelectAsync(
            db.ReviewItems, rows, new { CampaignId = campaign.Id, StageNumber = 1, Target = ItemTarget.Identity, Outcome = ItemOutcomeKind.Open, Version = campaign.Version }, now, ct);
        if (campaign.Population == 0)
            return Refusals.EmptyScope(definition.Name);
        var stage = await StagePlan.MakeAsync(db, campaign, now, ct);
        FaultPoint.Pass("launch.items");
        await LaunchPopulation.RecordFindingsAsync(db, campaign.Id, ct);
        // Ids only, 16 bytes an item, for the hash over all of them.
        campaign.PopulationHash = LaunchPopulation.Hash(await db.ReviewItems.Where(i => i.CampaignId == campaign.Id).Select(i => i.IdentityId).ToListAsync(ct));
        await ReviewMessages.TellReviewersAsync(db, campaign, stage, now, ct);
        await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignLaunched, Subjects.Campaign, campaign.Id, details: new
        {
            definitionId,
            campaign.Name,
            campaign.DueAt,
            campaign.Population,
            campaign.PopulationHash,
            scope = definition.Scope,
        }), ct);
        return campaign.Id;
    }

    // A schedule whose scope is empty moves on, and the log says so: it isn't tried again each minute.
    private async Task<bool> SkipAsync(Guid definitionId, string reason, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var definition = await db.CampaignDefinitions.SingleAsync(d => d.Id == definitionId, ct);
            if (definition.NextLaunchAt is not { } due || due > now)
                return false;
            MoveOn(definition, now);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignSkipped, Subjects.Definition, definitionId, reason, new { due }), ct);
            return true;
        }, ct);
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

    private static string NameOf(CampaignDefinition definition, DateTimeOffset now) => definition.Rule is null
        ? definition.Name
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{definition.Name}, {now:MMMM yyyy}");
}
