using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What stands round an item: who said what before and beside, what changed since the launch, and what would stop.</summary>
internal static class ReviewContext
{
    private const int Few = 5;

    public static Task<List<ChangeLine>> SinceLaunchAsync(GovernanceDb db, Guid identityId, DateTimeOffset launched, CancellationToken ct) =>
        db.IdentityChanges.AsNoTracking().Where(c => c.IdentityId == identityId && c.At > launched).OrderByDescending(c => c.At).Take(20).Select(c => new ChangeLine(c.At, c.Field, c.Before, c.After)).ToListAsync(ct);

    public static Task<List<EarlierLine>> EarlierAsync(GovernanceDb db, Guid itemId, int stage, CancellationToken ct) =>
        Lines(db, db.ReviewTasks.Where(t => t.ItemId == itemId && t.StageNumber < stage && t.State == TaskState.Asked)).ToListAsync(ct);

    public static Task<List<EarlierLine>> OthersAsync(GovernanceDb db, Guid itemId, ReviewTask mine, CancellationToken ct) =>
        Lines(db, db.ReviewTasks.Where(t => t.ItemId == itemId && t.StageNumber == mine.StageNumber && t.Id != mine.Id && t.State == TaskState.Asked)).ToListAsync(ct);

    public static async Task<Impact> ImpactAsync(GovernanceDb db, Identity identity, DateTimeOffset now, CancellationToken ct)
    {
        var recently = now.AddDays(-30);
        var children = db.Identities.AsNoTracking().Where(i => i.SourceId == identity.SourceId && i.ParentExternalId == identity.ExternalId && i.Id != identity.Id && i.MissingSince == null);
        var acting =
            from link in db.IdentityLinks.AsNoTracking()
            where link.ToId == identity.Id && link.Kind == LinkKind.ActsAs && link.State != LinkState.Split
            join i in db.Identities on link.FromId equals i.Id
            where i.MissingSince == null
            select i.DisplayName;
        var consents = db.Grants.AsNoTracking().Where(g => g.IdentityId == identity.Id && g.MissingSince == null && g.Consent != null);
        return new Impact(
            await children.OrderBy(i => i.DisplayName).Select(i => i.DisplayName).Take(Few).ToListAsync(ct),
            await children.CountAsync(ct),
            await acting.Distinct().OrderBy(n => n).Take(Few).ToListAsync(ct),
            await acting.Distinct().CountAsync(ct),
            await db.AccessUses.AsNoTracking().Where(u => u.IdentityId == identity.Id && u.Used && u.LastUsedAt > recently).OrderBy(u => u.Access).Select(u => u.Access).Take(Few + 1).ToListAsync(ct),
            await db.Credentials.CountAsync(c => c.IdentityId == identity.Id && c.MissingSince == null && c.Usage == UsageState.Used && c.LastUsedAt > recently, ct),
            await consents.Where(g => g.Consent != "AllPrincipals").Select(g => g.Consent).Distinct().CountAsync(ct),
            await consents.AnyAsync(g => g.Consent == "AllPrincipals", ct));
    }

    private static IQueryable<EarlierLine> Lines(GovernanceDb db, IQueryable<ReviewTask> tasks) =>
        from task in tasks.AsNoTracking()
        join person in db.People on task.ReviewerId equals person.Id
        join d in db.Decisions on task.DecisionId equals d.Id into decisions
        from decision in decisions.DefaultIfEmpty()
        orderby task.StageNumber, person.Name
        select new EarlierLine(task.StageNumber, person.Name, task.Verdict, decision == null ? null : decision.Justification, task.DecidedAt);
}
