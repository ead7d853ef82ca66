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
            from task in db.ReviewTasks.AsNoTracking()
            where task.ReviewerId == personId && task.State != TaskState.HandedOn
            join campaign in db.Campaigns on task.CampaignId equals campaign.Id
            where campaign.State != CampaignState.Prepared
            join stage in db.Stages on new { task.CampaignId, Number = task.StageNumber } equals new { stage.CampaignId, stage.Number }
            group task by new { campaign.Id, campaign.Name, campaign.State, stage.DueAt, stage.Number, Over = stage.ClosedAt != null } into g
            orderby g.Key.DueAt descending
            select new MyCampaign(g.Key.Id, g.Key.Name, g.Key.Over && g.Key.State == CampaignState.Running ? CampaignState.Closed : g.Key.State, g.Key.DueAt, g.Count(), g.Count(t => t.Verdict != null || t.State == TaskState.Freed), g.Key.Number)).Take(50).ToListAsync(ct);
        return mine.OrderBy(m => m.State != CampaignState.Running).ThenBy(m => m.State == CampaignState.Running ? m.DueAt.UtcTicks : -m.DueAt.UtcTicks).ToList();
    }

    /// <summary>How many items wait for the person in running campaigns: the number in the navigation.</summary>
    public async Task<int> WaitingAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Waiting(db, personId).CountAsync(ct);
    }

    /// <summary>What waits for the person: asked, unanswered, in a campaign and a stage that run.</summary>
    public static IQueryable<ReviewTask> Waiting(GovernanceDb db, Guid personId) => db.ReviewTasks.AsNoTracking().Where(t =>
        t.ReviewerId == personId && t.State == TaskState.Asked && t.Verdict == null && db.Campaigns.Any(c => c.Id == t.CampaignId && c.State == CampaignState.Running && c.StageNumber == t.StageNumber));

    /// <summary>What the person handed on and nobody has answered yet.</summary>
    public async Task<IReadOnlyList<HandedOnLine>> HandedOnAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from task in db.ReviewTasks.AsNoTracking()
            where task.HandedOnById == personId && task.StandInId == null && task.State == TaskState.Asked && task.Verdict == null && db.ReviewTasks.Any(t => t.ItemId == task.ItemId && t.StageNumber == task.StageNumber && t.ReviewerId == personId)
            join campaign in db.Campaigns on task.CampaignId equals campaign.Id
            where campaign.State == CampaignState.Running && campaign.StageNumber == task.StageNumber
            join item in db.ReviewItems on task.ItemId equals item.Id
            join identity in db.Identities on item.IdentityId equals identity.Id
            join to in db.People on task.ReviewerId equals to.Id
            orderby task.AskedAt descending
            select new HandedOnLine(item.Id, identity.DisplayName, to.Name, task.AskedAt, campaign.Name)).Take(50).ToListAsync(ct);
    }

    /// <summary>The reviewer's page: groups by tool, the worst risk first. Null when there is no such campaign or nothing in it for this person.</summary>
    public async Task<ReviewSheet?> SheetAsync(Guid campaignId, Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct);
        var tasks = db.ReviewTasks.AsNoTracking().Where(t => t.CampaignId == campaignId && t.ReviewerId == personId && t.State != TaskState.HandedOn);
        // The running stage, or the last one in which this person was asked.
        var number = await tasks.MaxAsync(t => (int?)t.StageNumber, ct);
        if (campaign is null or { State: CampaignState.Prepared } || number is null)
            return null;
        tasks = tasks.Where(t => t.StageNumber == number);
        var stage = await db.Stages.AsNoTracking().SingleAsync(s => s.CampaignId == campaignId && s.Number == number, ct);
        var counts = await tasks.GroupBy(_ => 1).Select(g => new { Total = g.Count(), Decided = g.Count(t => t.Verdict != null || t.State == TaskState.Freed) }).SingleAsync(ct);
        var lines = await Lines(db, tasks).Take(LargestSheet).ToListAsync(ct);
        var groups = lines.Select(WithBulk).GroupBy(l => (l.ToolName, l.Autonomy))
            .OrderByDescending(g => g.Max(l => l.Risk)).ThenBy(g => g.Key.ToolName ?? "\uffff", StringComparer.OrdinalIgnoreCase)
            .Select(g => new ReviewGroup(
                g.Key.ToolName ?? "Acts for no known AI tool", g.Key.ToolName is null ? null : g.Key.Autonomy,
                g.OrderByDescending(l => l.Risk).ThenBy(l => l.Name, StringComparer.OrdinalIgnoreCase).ThenBy(l => l.ItemId).ToList()))
            .ToList();
        var settings = CampaignJson.Settings(campaign.Review);
        return new ReviewSheet(campaignId, campaign.Name, stage.ClosedAt is not null && campaign.State == CampaignState.Running ? CampaignState.Closed : campaign.State, stage.DueAt,
            campaign.JustificationOnCertify, campaign.NoAnswer, groups, counts.Total, counts.Decided)
        {
            StageNumber = number.Value,
            StageCount = CampaignJson.Stages(campaign.StageSettings).Count,
            Settings = settings,
            SignedOff = await SignOffService.StandingAsync(db, campaignId, number.Value, personId).AnyAsync(ct),
        };
    }

    /// <summary>One item with everything the page shows. Null when there is none, or when it is another's and no role allows to read it.</summary>
    public async Task<ReviewDetail?> DetailAsync(Guid itemId, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        var item = await db.ReviewItems.AsNoTracking().SingleOrDefaultAsync(i => i.Id == itemId, ct);
        if (item is null)
            return null;
        // One's own part in the latest stage; for managers and auditors anybody's.
        var tasks = await db.ReviewTasks.AsNoTracking().Where(t => t.ItemId == itemId).OrderByDescending(t => t.StageNumber).ThenByDescending(t => t.AskedAt).ToListAsync(ct);
        var mine = tasks.Find(t => t.ReviewerId == by.PersonId && t.State != TaskState.HandedOn);
        if (mine is null && !MayReadAll(by))
            return null;
        var shown = mine ?? tasks.Find(t => t.State != TaskState.HandedOn);
        if (shown is null)
            return null;
        var line = WithBulk(await Lines(db, db.ReviewTasks.Where(t => t.Id == shown.Id)).SingleAsync(ct));
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
        var decision = await db.Decisions.AsNoTracking().Where(d => d.Id == shown.DecisionId).Select(d => new DecisionLine(d.Verdict, d.Justification, d.At)).SingleOrDefaultAsync(ct);
        var advice = await AdviceReader.ForAsync(db, identity, shown.ReviewerId, itemId, now, ct);
        var campaign = await db.Campaigns.AsNoTracking().SingleAsync(c => c.Id == item.CampaignId, ct);
        var settings = CampaignJson.Settings(campaign.Review);
        return new ReviewDetail(
            line, PlainWords.Summary(line.ToolName, line.SourceName, grants), identity.Description, identity.Purpose, identity.Environment, identity.Enabled, identity.Publisher, owner, identity.OwnerState,
            identity.OwnerHint, shown.Reason, identity.CreatedInSourceAt, identity.FirstSeenAt, identity.ExpiresAt, identity.LastCertifiedAt, since,
            grants.OrderByDescending(g => g.Privileged == Reported.Yes).ThenByDescending(g => g.IsNew).ThenBy(g => g.Name, StringComparer.Ordinal).ToList(),
            credentials, changes.Where(c => c.At <= campaign.LaunchedAt).ToList(), findings.OrderByDescending(f => f.Severity).ToList(), dependants, settings.Recommendations ? advice : new Recommendation(null, []), decision)
        {
            SinceLaunch = await ReviewContext.SinceLaunchAsync(db, identity.Id, campaign.LaunchedAt, ct),
            Earlier = settings.ShowEarlierStages || MayReadAll(by) ? await ReviewContext.EarlierAsync(db, itemId, shown.StageNumber, ct) : [],
            Others = await ReviewContext.OthersAsync(db, itemId, shown, ct),
            Impact = await ReviewContext.ImpactAsync(db, identity, now, ct),
            Comments = await db.ReviewComments.CountAsync(c => c.ItemId == itemId, ct),
            Trigger = item.Trigger,
            OwnerId = identity.OwnerId,
            StageNumber = shown.StageNumber,
        };
    }

    private static bool MayReadAll(Actor by) => by.Holds(Roles.Administrator) || by.Holds(Roles.CampaignManager) || by.Holds(Roles.Auditor);

    private static ReviewLine WithBulk(ReviewLine line) => line with { MayGoInBulk = CampaignRules.MayGoInBulk(line.Risk, line.Privileged == Reported.Yes) };

    private static IQueryable<ReviewLine> Lines(GovernanceDb db, IQueryable<ReviewTask> tasks) =>
        from task in tasks
        join item in db.ReviewItems on task.ItemId equals item.Id
        join identity in db.Identities on item.IdentityId equals identity.Id
        join source in db.Sources on identity.SourceId equals source.Id
        join t in db.Tools on identity.ToolId equals t.Id into tools
        from tool in tools.DefaultIfEmpty()
        orderby task.Verdict != null || task.State == TaskState.Freed, identity.Risk descending, identity.DisplayName, item.Id
        select new ReviewLine(
            item.Id, item.Version, identity.Id, identity.DisplayName, identity.Kind, source.Name, tool == null ? null : tool.Name, tool == null ? null : tool.Autonomy, identity.Risk, identity.Privileged,
            identity.Usage, identity.LastUsedAt, identity.ContentHash, task.Verdict, task.DecidedAt, false)
        {
            State = task.State,
            Target = item.Target,
            TargetId = item.TargetId,
            TargetName = item.Target == ItemTarget.Grant ? db.Grants.Where(g => g.Id == item.TargetId).Join(db.Entitlements, g => g.EntitlementId, e => e.Id, (g, e) => e.Name).FirstOrDefault()
                : item.Target == ItemTarget.Credential ? db.Credentials.Where(c => c.Id == item.TargetId).Select(c => c.DisplayName ?? c.ExternalId).FirstOrDefault() : null,
            Recommended = item.Recommended,
            StandsAt = item.Verdict,
        };
}
