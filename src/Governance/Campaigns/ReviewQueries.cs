using Governance.Common;
using Governance.Findings;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What reviewers see: their own items, and nobody else's unless the role allows to read all (I-35).</summary>
public sealed class ReviewQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>So many items are on a page at a time; what is decided makes room for the next.</summary>
    public const int LargestSheet = 500;

    /// <summary>The reviewer's campaigns: running ones by due date, then the last that ended.</summary>
    public async Task<IReadOnlyList<MyCampaign>> MineAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var mine = await (
            from item in db.ReviewItems.AsNoTracking()
            where item.ReviewerId == personId
            join campaign in db.Campaigns on item.CampaignId equals campaign.Id
            group item by new { campaign.Id, campaign.Name, campaign.State, campaign.DueAt } into g
            orderby g.Key.DueAt descending
            select new MyCampaign(g.Key.Id, g.Key.Name, g.Key.State, g.Key.DueAt, g.Count(), g.Count(i => i.Verdict != null))).Take(50).ToListAsync(ct);
        return mine.OrderBy(m => m.State != CampaignState.Running).ThenBy(m => m.State == CampaignState.Running ? m.DueAt.UtcTicks : -m.DueAt.UtcTicks).ToList();
    }

    /// <summary>How many items wait for the person in running campaigns: the number in the navigation.</summary>
    public async Task<int> WaitingAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.ReviewItems.CountAsync(i => i.ReviewerId == personId && i.Verdict == null && db.Campaigns.Any(c => c.Id == i.CampaignId && c.State == CampaignState.Running), ct);
    }

    /// <summary>The reviewer's page: groups by tool, the worst risk first. Null when there is no such campaign or nothing in it for this person.</summary>
    public async Task<ReviewSheet?> SheetAsync(Guid campaignId, Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct);
        var items = db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaignId && i.ReviewerId == personId);
        var counts = await items.GroupBy(_ => 1).Select(g => new { Total = g.Count(), Decided = g.Count(i => i.Verdict != null) }).SingleOrDefaultAsync(ct);
        if (campaign is null || counts is null)
            return null;
        var lines = await Lines(db, items).Take(LargestSheet).ToListAsync(ct);
        var groups = lines.Select(WithBulk).GroupBy(l => (l.ToolName, l.Autonomy))
            .OrderByDescending(g => g.Max(l => l.Risk)).ThenBy(g => g.Key.ToolName ?? "\uffff", StringComparer.OrdinalIgnoreCase)
            .Select(g => new ReviewGroup(
                g.Key.ToolName ?? "Acts for no known AI tool", g.Key.ToolName is null ? null : g.Key.Autonomy,
                g.OrderByDescending(l => l.Risk).ThenBy(l => l.Name, StringComparer.OrdinalIgnoreCase).ThenBy(l => l.ItemId).ToList()))
            .ToList();
        return new ReviewSheet(campaignId, campaign.Name, campaign.State, campaign.DueAt, campaign.JustificationOnCertify, campaign.NoAnswer, groups, counts.Total, counts.Decided);
    }

    /// <summary>One item with everything the page shows. Null when there is none, or when it is another's and no role allows to read it.</summary>
    public async Task<ReviewDetail?> DetailAsync(Guid itemId, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        var item = await db.ReviewItems.AsNoTracking().SingleOrDefaultAsync(i => i.Id == itemId, ct);
        if (item is null || !MayRead(item, by))
            return null;
        var line = WithBulk(await Lines(db, db.ReviewItems.Where(i => i.Id == itemId)).SingleAsync(ct));
        var identity = await db.Identities.AsNoTracking().SingleAsync(i => i.Id == item.IdentityId, ct);
        var since = identity.LastCertifiedAt ?? await db.Campaigns
            .Where(c => c.State != CampaignState.Running && db.ReviewItems.Any(i => i.CampaignId == c.Id && i.IdentityId == identity.Id)).MaxAsync(c => (DateTimeOffset?)c.LaunchedAt, ct);
        var grants = await (
            from grant in db.Grants.AsNoTracking()
            join entitlement in db.Entitlements on grant.EntitlementId equals entitlement.Id
            where grant.IdentityId == identity.Id && grant.MissingSince == null
            orderby entitlement.Privileged descending, entitlement.Name
            select new GrantLine(
                grant.Id, entitlement.Name, entitlement.Resource, entitlement.Description, entitlement.Privileged, grant.Path, grant.Consent, grant.Via, since != null && grant.FirstSeenAt > since)).Take(200).ToListAsync(ct);
        var credentials = await db.Credentials.AsNoTracking().Where(c => c.IdentityId == identity.Id && c.MissingSince == null).OrderBy(c => c.CreatedAt).Take(50)
            .Select(c => new CredentialLine(c.Kind, c.DisplayName, c.CreatedAt, c.Expiry, c.ExpiresAt, c.Usage, c.LastUsedAt)).ToListAsync(ct);
        var changes = since is null ? [] : await db.IdentityChanges.AsNoTracking().Where(c => c.IdentityId == identity.Id && c.At > since).OrderByDescending(c => c.At).Take(20)
            .Select(c => new ChangeLine(c.At, c.Field, c.Before, c.After)).ToListAsync(ct);
        var findings = await db.Findings.AsNoTracking().Where(f => f.IdentityId == identity.Id && f.State == FindingState.Open).Take(50)
            .Select(f => new FindingLine(f.RuleId, f.Severity, f.Evidence)).ToListAsync(ct);
        var dependants = await db.Identities.CountAsync(i => i.SourceId == identity.SourceId && i.ParentExternalId == identity.ExternalId && i.Id != identity.Id, ct);
        var owner = await db.People.Where(p => p.Id == identity.OwnerId).Select(p => p.Name).SingleOrDefaultAsync(ct);
        var decision = await db.Decisions.AsNoTracking().Where(d => d.Id == item.DecisionId).Select(d => new DecisionLine(d.Verdict, d.Justification, d.At)).SingleOrDefaultAsync(ct);
        var advice = Recommendation.For(identity.Usage, identity.LastUsedAt, identity.CreatedInSourceAt ?? identity.FirstSeenAt, identity.Enabled, grants.Count(g => g.Privileged == Reported.Yes), now);
        return new ReviewDetail(
            line, PlainWords.Summary(line.ToolName, line.SourceName, grants), identity.Description, identity.Purpose, identity.Environment, identity.Enabled, identity.Publisher, owner, identity.OwnerState,
            identity.OwnerHint, item.ReviewerReason, identity.CreatedInSourceAt, identity.FirstSeenAt, identity.ExpiresAt, identity.LastCertifiedAt, since,
            grants.OrderByDescending(g => g.Privileged == Reported.Yes).ThenByDescending(g => g.IsNew).ThenBy(g => g.Name, StringComparer.Ordinal).ToList(),
            credentials, changes, findings.OrderByDescending(f => f.Severity).ToList(), dependants, advice, decision);
    }

    private static bool MayRead(ReviewItem item, Actor by) =>
        (by.PersonId is { } person && person == item.ReviewerId) || by.Holds(Roles.Administrator) || by.Holds(Roles.CampaignManager) || by.Holds(Roles.Auditor);

    private static ReviewLine WithBulk(ReviewLine line) => line with { MayGoInBulk = CampaignRules.MayGoInBulk(line.Risk, line.Privileged == Reported.Yes) };

    private static IQueryable<ReviewLine> Lines(GovernanceDb db, IQueryable<ReviewItem> items) =>
        from item in items
        join identity in db.Identities on item.IdentityId equals identity.Id
        join source in db.Sources on identity.SourceId equals source.Id
        join t in db.Tools on identity.ToolId equals t.Id into tools
        from tool in tools.DefaultIfEmpty()
        orderby item.Verdict != null, identity.Risk descending, identity.DisplayName, item.Id
        select new ReviewLine(
            item.Id, item.Version, identity.Id, identity.DisplayName, identity.Kind, source.Name, tool == null ? null : tool.Name, tool == null ? null : tool.Autonomy, identity.Risk, identity.Privileged,
            identity.Usage, identity.LastUsedAt, identity.ContentHash, item.Verdict, item.DecidedAt, false);
}
