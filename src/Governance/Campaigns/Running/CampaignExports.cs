using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>One item as exports and the API tell it.</summary>
public sealed record ItemLine(
    Guid Id, Guid Version, Guid IdentityId, string Identity, string Source, string? Tool, ItemTarget Target, Guid TargetId, string? TargetName, int Stage, string? Reviewer, string ReviewerReason, Verdict? Recommended, int RiskShown,
    string? FindingsShown, Verdict? Verdict, DateTimeOffset? DecidedAt, ItemOutcomeKind Outcome);

/// <summary>One decision as exports and the API tell it; those taken back and superseded too.</summary>
public sealed record DecisionExport(Guid Id, Guid ItemId, Guid IdentityId, string Identity, int Stage, Verdict Verdict, string Reviewer, DateTimeOffset At, string? Justification, Verdict? Recommended, Guid? SupersedesId, bool Withdrawn, int BulkSize, string ShownHash);

/// <summary>One identity in scope without an item.</summary>
public sealed record ExclusionLine(Guid Id, Guid IdentityId, string Identity, string Source, string Reason, string Words);

/// <summary>Rows of a campaign in pages by id, for exports and the API: no list is held whole, and none is cut off.</summary>
public sealed class CampaignExports(IDbContextFactory<GovernanceDb> contexts)
{
    public const int MostRows = 1000;

    /// <summary>Items after the one given, by id.</summary>
    public async Task<IReadOnlyList<ItemLine>> ItemsAsync(Guid campaignId, Guid? after, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from i in db.ReviewItems.AsNoTracking()
            where i.CampaignId == campaignId && (after == null || i.Id > after)
            join x in db.Identities on i.IdentityId equals x.Id
            join s in db.Sources on x.SourceId equals s.Id
            orderby i.Id
            select new ItemLine(
                i.Id, i.Version, x.Id, x.DisplayName, s.Name,
                db.Tools.Where(t => t.Id == x.ToolId).Select(t => t.Name).FirstOrDefault(),
                i.Target, i.TargetId,
                i.Target == ItemTarget.Credential ? db.Credentials.Where(c => c.Id == i.TargetId).Select(c => c.DisplayName ?? c.ExternalId).FirstOrDefault()
                    : i.Target == ItemTarget.Grant ? db.Grants.Where(g => g.Id == i.TargetId).Join(db.Entitlements, g => g.EntitlementId, e => e.Id, (g, e) => e.Name).FirstOrDefault()
                    : null,
                i.StageNumber,
                db.People.Where(p => p.Id == i.ReviewerId).Select(p => p.Name).FirstOrDefault(),
                i.ReviewerReason, i.Recommended, i.ShownRisk, i.ShownFindings, i.Verdict, i.DecidedAt, i.Outcome)).Take(Math.Clamp(take, 1, MostRows)).ToListAsync(ct);
    }

    /// <summary>Decisions after the one given, by id: in the order in which they were given.</summary>
    public async Task<IReadOnlyList<DecisionExport>> DecisionsAsync(Guid campaignId, Guid? after, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from d in db.Decisions.AsNoTracking()
            where d.CampaignId == campaignId && (after == null || d.Id > after)
            join x in db.Identities on d.IdentityId equals x.Id
            join p in db.People on d.ReviewerId equals p.Id
            orderby d.Id
            select new DecisionExport(d.Id, d.ItemId, x.Id, x.DisplayName, d.StageNumber, d.Verdict, p.Name, d.At, d.Justification, d.Recommended, d.SupersedesId, d.Withdrawn, d.BulkSize, d.ShownHash)).Take(Math.Clamp(take, 1, MostRows)).ToListAsync(ct);
    }

    /// <summary>Exclusions after the one given, by id.</summary>
    public async Task<IReadOnlyList<ExclusionLine>> ExclusionsAsync(Guid campaignId, Guid? after, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await (
            from e in db.CampaignExclusions.AsNoTracking()
            where e.CampaignId == campaignId && (after == null || e.Id > after)
            join x in db.Identities on e.IdentityId equals x.Id
            join s in db.Sources on x.SourceId equals s.Id
            orderby e.Id
            select new { e.Id, IdentityId = x.Id, x.DisplayName, Source = s.Name, e.Reason }).Take(Math.Clamp(take, 1, MostRows)).ToListAsync(ct);
        return [.. rows.Select(r => new ExclusionLine(r.Id, r.IdentityId, r.DisplayName, r.Source, r.Reason, ExclusionReasons.Words(r.Reason)))];
    }

    /// <summary>How many identities in scope have no item, by reason: the most first.</summary>
    public async Task<IReadOnlyList<ExclusionCount>> ExclusionCountsAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.CampaignExclusions.Where(e => e.CampaignId == campaignId).GroupBy(e => e.Reason).OrderByDescending(g => g.Count()).Select(g => new ExclusionCount(g.Key, g.Count())).ToListAsync(ct);
    }
}
