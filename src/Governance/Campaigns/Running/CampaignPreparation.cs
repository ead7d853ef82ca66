using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>The snapshot of a campaign: who is asked about what, and who is left out and why, in a handful of statements, however large the population (I-12).</summary>
internal static class CampaignPreparation
{
    /// <summary>Makes the campaign with its items, in the caller's transaction.</summary>
    public static async Task<Outcome<Campaign>> PrepareAsync(GovernanceDb db, AuditLog audit, CampaignDefinition definition, Guid definitionVersion, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var open = await db.Campaigns.Where(c => c.DefinitionId == definition.Id && (c.State == CampaignState.Running || c.State == CampaignState.Prepared))
            .Select(c => new { c.State, c.DueAt }).FirstOrDefaultAsync(ct);
        if (open is not null)
            return open.State == CampaignState.Running ? Refusals.StillRunning(definition.Name, open.DueAt) : Refusals.AlreadyPrepared(definition.Name);
        if (!await db.People.AnyAsync(p => p.Id == definition.FallbackReviewerId && p.Status == PersonStatus.Active, ct))
            return Refusals.FallbackNotActive(await db.People.Where(p => p.Id == definition.FallbackReviewerId).Select(p => p.Name).SingleOrDefaultAsync(ct) ?? "The fallback reviewer");

        var (scope, run) = (IdentityFilter.FromJson(definition.Scope), RunSettings.FromJson(definition.Run));
        var campaign = New(definition, definitionVersion, run, by, now);
        db.Add(campaign);
        await db.SaveChangesAsync(ct);
        FaultPoint.Pass("launch.campaign");
        var rows = LaunchPopulation.Rows(db, scope, run, definition.FallbackReviewerId, definition.BlockSelfReview, now);
        campaign.Population = await db.InsertSelectAsync(
            db.ReviewItems, rows, new { CampaignId = campaign.Id, StageNumber = 1, run.Target, Outcome = ItemOutcomeKind.Open, campaign.Version }, now, ct);
        if (campaign.Population == 0)
            return Refusals.EmptyScope(definition.Name);
        FaultPoint.Pass("launch.items");
        campaign.Excluded = await Scoping.RecordExclusionsAsync(db, campaign.Id, scope, run, now, ct);
        await StagePlan.MakeAsync(db, campaign, now, ct);
        FaultPoint.Pass("launch.tasks");
        await LaunchPopulation.RecordFindingsAsync(db, campaign.Id, ct);
        // Ids only, 16 bytes an item, for the hash over all of them.
        campaign.PopulationHash = LaunchPopulation.Hash(await db.ReviewItems.Where(i => i.CampaignId == campaign.Id).Select(i => i.TargetId).ToListAsync(ct));
        campaign.InScope = campaign.Excluded + (run.Target == ItemTarget.Identity
            ? campaign.Population
            : await db.ReviewItems.Where(i => i.CampaignId == campaign.Id).Select(i => i.IdentityId).Distinct().CountAsync(ct));
        await db.SaveChangesAsync(ct);
        await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignPrepared, Subjects.Campaign, campaign.Id, details: new
        {
            definitionId = definition.Id,
            campaign.Name,
            campaign.Population,
            campaign.InScope,
            campaign.Excluded,
            campaign.PopulationHash,
        }), ct);
        return campaign;
    }

    private static Campaign New(CampaignDefinition definition, Guid definitionVersion, RunSettings run, Actor by, DateTimeOffset now) => new()
    {
        Id = Ids.New(now),
        DefinitionId = definition.Id,
        DefinitionVersion = definitionVersion,
        Name = CampaignLauncher.NameOf(definition, now),
        Scope = definition.Scope,
        Run = definition.Run,
        AutoApply = run.AutoApply,
        StageSettings = definition.Stages,
        Review = definition.Review,
        FallbackReviewerId = definition.FallbackReviewerId,
        NoAnswer = definition.NoAnswer,
        JustificationOnCertify = definition.JustificationOnCertify,
        BlockSelfReview = definition.BlockSelfReview,
        State = CampaignState.Prepared,
        PreparedAt = now,
        LaunchedAt = now,
        LaunchedBy = by.Name,
        DueAt = now.AddDays(definition.DurationDays),
        PopulationHash = string.Empty,
        Version = Ids.New(now),
    };
}
