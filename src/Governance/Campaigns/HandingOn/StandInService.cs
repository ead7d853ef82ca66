using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What a person sees of their own absence, and whose they stand in for.</summary>
public sealed record StandInView(Guid Id, string Person, string StandIn, DateTimeOffset From, DateTimeOffset Until, bool Mine);

/// <summary>
/// Out of office. While somebody is away, what waits for them waits for their stand-in; what is unanswered at their return is theirs again. Never to
/// someone who may not review it, and never on from one who is away to another who is.
/// </summary>
public sealed class StandInService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private const int LongestDays = 366;
    private static readonly Actor Job = Actor.Job("stand-ins");

    /// <summary>Names a stand-in for oneself. What waits and may be reviewed by them goes to them when it begins. Returns its id.</summary>
    public async Task<Outcome<Guid>> SetAsync(Guid standInId, DateTimeOffset from, DateTimeOffset until, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (by.PersonId is not { } person)
            return Refusals.NoPerson();
        if (standInId == person)
            return Refusals.StandInSelf();
        if (until <= from || until <= now || until > from.AddDays(LongestDays))
            return Refusals.StandInTimes();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var to = await db.People.Where(p => p.Id == standInId && p.Status == PersonStatus.Active).Select(p => p.Name).SingleOrDefaultAsync(ct);
            if (to is null)
                return Refusals.ReviewerUnknown();
            if (await db.StandIns.AnyAsync(s => s.PersonId == person && s.Until > from && s.From < until, ct))
                return Refusals.StandInOverlaps();
            if (await db.StandIns.AnyAsync(s => s.PersonId == standInId && s.Until > from && s.From < until, ct))
                return Refusals.StandInAway(to);
            var standIn = new StandIn { Id = Ids.New(now), PersonId = person, StandInId = standInId, From = from.ToUniversalTime(), Until = until.ToUniversalTime(), SetAt = now, SetBy = by.Name };
            db.StandIns.Add(standIn);
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.StandInSet, Subjects.Person, person, null, new { standIn = standInId, standIn.From, standIn.Until }), ct);
            await GiveAsync(db, null, null, now, ct);
            return standIn.Id;
        }, ct);
    }

    /// <summary>Ends one's own absence now: what is unanswered is one's own again.</summary>
    public async Task<Outcome<Done>> EndAsync(Guid id, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var standIn = await db.StandIns.SingleOrDefaultAsync(s => s.Id == id, ct);
            if (standIn is null || (standIn.PersonId != by.PersonId && !by.Holds(Roles.Administrator)))
                return Refusals.StandInGone();
            if (standIn.Until <= now)
                return Done.Value;
            standIn.Until = standIn.From > now ? standIn.From : now;
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.StandInEnded, Subjects.Person, standIn.PersonId, null, new { standIn = standIn.StandInId }), ct);
            await ReturnAsync(db, now, ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>One's own absences that are not over, and those in which one stands in.</summary>
    public async Task<IReadOnlyList<StandInView>> ListAsync(Guid personId, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from s in db.StandIns.AsNoTracking()
            where (s.PersonId == personId || s.StandInId == personId) && s.Until > now
            join p in db.People on s.PersonId equals p.Id
            join t in db.People on s.StandInId equals t.Id
            orderby s.From
            select new StandInView(s.Id, p.Name, t.Name, s.From, s.Until, s.PersonId == personId)).Take(50).ToListAsync(ct);
    }

    /// <summary>Gives to stand-ins what waits for people who are away, and back what waits at their return. Any number of times. Returns how many parts moved.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (!await db.StandIns.AnyAsync(s => s.From <= now, ct))
            return 0;
        return await db.InTransactionAsync(async () =>
        {
            var moved = await ReturnAsync(db, now, ct) + await GiveAsync(db, null, null, now, ct);
            if (moved > 0)
                await audit.AppendAsync(db, Job, now, new AuditDraft(AuditActions.ReviewReassigned, Subjects.Campaign, "all-running", "Stand-ins", new { moved }), ct);
            return moved;
        }, ct);
    }

    /// <summary>In the open transaction: for one campaign's stage that begins, or for all that runs.</summary>
    internal static async Task<int> GiveAsync(GovernanceDb db, Guid? campaignId, int? stage, DateTimeOffset now, CancellationToken ct)
    {
        var away = db.StandIns.Where(s => s.From <= now && s.Until > now && db.People.Any(p => p.Id == s.StandInId && p.Status == PersonStatus.Active));
        var waiting = db.ReviewTasks.Where(t => t.State == TaskState.Asked && t.Verdict == null && (campaignId == null || (t.CampaignId == campaignId && t.StageNumber == stage))
            && db.Campaigns.Any(c => c.Id == t.CampaignId && c.State == CampaignState.Running && c.StageNumber == t.StageNumber));
        var prefix = "stands in for ";
        var given =
            from t in waiting
            join s in away on t.ReviewerId equals s.PersonId
            join p in db.People on s.PersonId equals p.Id
            join item in db.ReviewItems on t.ItemId equals item.Id
            join c in db.Campaigns on t.CampaignId equals c.Id
            where !db.ReviewTasks.Any(o => o.ItemId == t.ItemId && o.StageNumber == t.StageNumber && o.ReviewerId == s.StandInId)
                && !(c.BlockSelfReview && (db.Identities.Any(i => i.Id == item.IdentityId && i.CreatorId == s.StandInId) || db.SoleUsers().Any(u => u.IdentityId == item.IdentityId && u.PersonId == s.StandInId)))
            select new { t.ItemId, t.CampaignId, t.StageNumber, ReviewerId = s.StandInId, HandedOnById = s.PersonId, StandInId = s.Id, Reason = prefix + p.Name };
        var moved = await db.InsertSelectAsync(db.ReviewTasks, given, new { AskedAt = now, State = TaskState.Asked }, now, ct);
        // Also those that come round again: given once, returned, and away again.
        moved += await db.ReviewTasks.Where(t => t.State == TaskState.HandedOn && t.StandInId != null && t.Verdict == null
                && away.Any(s => s.StandInId == t.ReviewerId && waiting.Any(w => w.ItemId == t.ItemId && w.StageNumber == t.StageNumber && w.ReviewerId == s.PersonId)))
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.State, TaskState.Asked).SetProperty(t => t.StandInId, t => away.Where(a => a.StandInId == t.ReviewerId).Select(a => (Guid?)a.Id).First()), ct);
        if (moved > 0)
        {
            await waiting.Where(t => away.Any(s => s.PersonId == t.ReviewerId && db.ReviewTasks.Any(o => o.ItemId == t.ItemId && o.StageNumber == t.StageNumber && o.StandInId == s.Id && o.State == TaskState.Asked)))
                .ExecuteUpdateAsync(s => s.SetProperty(t => t.State, TaskState.HandedOn), ct);
            await NameAsync(db, now, ct);
            await ReviewMessages.TellStandInsAsync(db, now, ct);
        }

        return moved;
    }

    private static async Task<int> ReturnAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var over = db.ReviewTasks.Where(t => t.State == TaskState.Asked && t.Verdict == null && t.StandInId != null
            && db.StandIns.Any(s => s.Id == t.StandInId && s.Until <= now) && db.Campaigns.Any(c => c.Id == t.CampaignId && c.State == CampaignState.Running && c.StageNumber == t.StageNumber));
        var back = await db.ReviewTasks.Where(t => t.State == TaskState.HandedOn && over.Any(o => o.ItemId == t.ItemId && o.StageNumber == t.StageNumber && o.HandedOnById == t.ReviewerId))
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.State, TaskState.Asked), ct);
        if (back == 0)
            return 0;
        await over.Where(t => db.ReviewTasks.Any(o => o.ItemId == t.ItemId && o.StageNumber == t.StageNumber && o.ReviewerId == t.HandedOnById && o.State == TaskState.Asked))
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.State, TaskState.HandedOn), ct);
        await NameAsync(db, now, ct);
        return back;
    }

    // The items whose first reviewer is no longer asked name whoever is.
    private static Task<int> NameAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var version = Ids.New(now);
        return db.ReviewItems
            .Where(i => i.Outcome == ItemOutcomeKind.Open && db.ReviewTasks.Any(t => t.ItemId == i.Id && t.StageNumber == i.StageNumber && t.ReviewerId == i.ReviewerId && t.State == TaskState.HandedOn))
            .ExecuteUpdateAsync(
                s => s.SetProperty(i => i.ReviewerReason, i => db.ReviewTasks.Where(t => t.ItemId == i.Id && t.StageNumber == i.StageNumber && t.State == TaskState.Asked).OrderBy(t => t.Id).Select(t => t.Reason).FirstOrDefault() ?? i.ReviewerReason)
                    .SetProperty(i => i.ReviewerId, i => db.ReviewTasks.Where(t => t.ItemId == i.Id && t.StageNumber == i.StageNumber && t.State == TaskState.Asked).OrderBy(t => t.Id).Select(t => (Guid?)t.ReviewerId).FirstOrDefault() ?? i.ReviewerId)
                    .SetProperty(i => i.Version, version),
                ct);
    }
}
