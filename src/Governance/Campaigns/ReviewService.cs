using System.Text.Json;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>One answer for several items that are alike.</summary>
public sealed record DecideMany(IReadOnlyList<BulkItem> Items, Verdict Verdict, string? Justification, Actor By);

/// <summary>An item as the reviewer saw it.</summary>
public sealed record BulkItem(Guid ItemId, Guid ItemVersion, string ShownHash);

/// <summary>Takes reviewers' answers: load, ask the rules, save; a decision and its audit entry commit together (I-13, I-14, I-15).</summary>
public sealed class ReviewService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>Records one decision; an earlier one is superseded and kept. Returns the item's new version.</summary>
    public async Task<Outcome<Guid>> DecideAsync(Decide command, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Guarded(() => db.InTransactionAsync<Guid>(async () =>
        {
            await CampaignLock.TakeAsync(db, [command.ItemId], ct);
            var now = clock.Now();
            if (await ReviewItemStates.FindAsync(db, command.ItemId, command.By.PersonId, ct) is not { } item)
                return Refusals.ItemGone();
            if (CampaignRules.Check(item, command, now) is { } refusal)
                return refusal;
            if (command.Verdict == Verdict.Reduce && !await HoldsAllAsync(db, item.IdentityId, command.GrantIds, ct))
                return Refusals.GrantUnknown(item.IdentityName);
            var row = await db.ReviewItems.SingleAsync(i => i.Id == item.ItemId, ct);
            var draft = Record(db, row, await Tasks(db, [row.Id]).ToListAsync(ct), item, command, bulkSize: 1, now);
            await audit.AppendAsync(db, command.By, now, draft, ct);
            return row.Version;
        }, ct));
    }

    /// <summary>The same answer for many, in one transaction; each id is answered for by itself. Reduce, and certifying what has a high risk, don't go in bulk.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> DecideManyAsync(DecideMany command, CancellationToken ct)
    {
        if (command.Items.Count > CampaignRules.LargestBulk)
            return AllRefused(command, Refusals.TooMany(CampaignRules.LargestBulk));
        await using var db = await contexts.CreateDbContextAsync(ct);
        try
        {
            return await db.InTransactionAsync(async () =>
            {
                var ids = command.Items.Select(i => i.ItemId).ToList();
                await CampaignLock.TakeAsync(db, ids, ct);
                var now = clock.Now();
                var states = await ReviewItemStates.Of(db, command.By.PersonId).Where(s => ids.Contains(s.ItemId)).ToDictionaryAsync(s => s.ItemId, ct);
                var outcomes = command.Items.DistinctBy(i => i.ItemId).Select(i => new ItemOutcome(i.ItemId, states.TryGetValue(i.ItemId, out var state)
                    ? CampaignRules.CheckBulk(state, One(command, i), now)
                    : Refusals.ItemGone())).ToList();
                if (command.Verdict == Verdict.Certify && outcomes.Find(o => o.Refusal is null) is { } first)
                    outcomes = outcomes.ConvertAll(o => o.Refusal is not null || CampaignRules.AreAlike(states[first.Id], states[o.Id]) ? o : new ItemOutcome(o.Id, Refusals.NotAlike(states[o.Id].IdentityName)));
                var accepted = outcomes.Where(o => o.Refusal is null).Select(o => o.Id).ToList();
                var rows = await db.ReviewItems.Where(i => accepted.Contains(i.Id)).OrderBy(i => i.Id).ToListAsync(ct);
                var shown = command.Items.DistinctBy(i => i.ItemId).ToDictionary(i => i.ItemId);
                var tasks = (await Tasks(db, accepted).ToListAsync(ct)).ToLookup(t => t.ItemId);
                var drafts = rows.ConvertAll(row => Record(db, row, [.. tasks[row.Id]], states[row.Id], One(command, shown[row.Id]), rows.Count, now));
                await audit.AppendAsync(db, command.By, now, drafts, ct);
                return (IReadOnlyList<ItemOutcome>)outcomes;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return AllRefused(command, Refusals.ChangedMeanwhile("one of these items"));
        }
    }

    /// <summary>Takes the decision back: the item is open again, and both the decision and its withdrawal stay in the record. Returns the item's new version.</summary>
    public async Task<Outcome<Guid>> WithdrawDecisionAsync(Guid itemId, Guid itemVersion, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Guarded(() => db.InTransactionAsync<Guid>(async () =>
        {
            await CampaignLock.TakeAsync(db, [itemId], ct);
            var now = clock.Now();
            if (await ReviewItemStates.FindAsync(db, itemId, by.PersonId, ct) is not { } item)
                return Refusals.ItemGone();
            if (CampaignRules.CheckWithdraw(item, itemVersion, by, now) is { } refusal)
                return refusal;
            var row = await db.ReviewItems.SingleAsync(i => i.Id == itemId, ct);
            var tasks = await Tasks(db, [itemId]).ToListAsync(ct);
            var mine = tasks.Single(t => t.ReviewerId == by.PersonId);
            var withdrawn = mine.Verdict!.Value;
            db.Decisions.Add(new Decision
            {
                Id = Ids.New(now),
                ItemId = itemId,
                CampaignId = item.CampaignId,
                IdentityId = item.IdentityId,
                StageNumber = item.StageNumber,
                Verdict = withdrawn,
                ReviewerId = mine.ReviewerId,
                At = now,
                ShownHash = item.ContentHash,
                SupersedesId = mine.DecisionId,
                Withdrawn = true,
            });
            (mine.DecisionId, mine.Verdict, mine.DecidedAt) = (null, null, null);
            Standing.Renew(row, tasks, CampaignJson.Settings(item.Review), now);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ReviewWithdrawn, Subjects.ReviewItem, itemId, details: new { item.CampaignId, item.IdentityId, Verdict = withdrawn }), ct);
            return row.Version;
        }, ct));
    }

    /// <summary>The tasks of the items in the stage where each stands, tracked.</summary>
    internal static IQueryable<ReviewTask> Tasks(GovernanceDb db, IReadOnlyCollection<Guid> itemIds) =>
        from task in db.ReviewTasks
        join item in db.ReviewItems on new { Id = task.ItemId, task.StageNumber } equals new { item.Id, item.StageNumber }
        where itemIds.Contains(item.Id)
        select task;

    private static AuditDraft Record(GovernanceDb db, ReviewItem row, IReadOnlyList<ReviewTask> tasks, ReviewItemState item, Decide command, int bulkSize, DateTimeOffset now)
    {
        var mine = tasks.Single(t => t.ReviewerId == command.By.PersonId);
        var decision = new Decision
        {
            Id = Ids.New(now),
            ItemId = item.ItemId,
            CampaignId = item.CampaignId,
            IdentityId = item.IdentityId,
            StageNumber = item.StageNumber,
            Verdict = command.Verdict,
            ReviewerId = command.By.PersonId!.Value,
            At = now,
            Justification = string.IsNullOrWhiteSpace(command.Justification) ? null : StorableText.Clean(command.Justification.Trim()),
            ShownHash = command.ShownHash,
            GrantIds = command.Verdict == Verdict.Reduce ? JsonSerializer.Serialize(command.GrantIds.Distinct()) : null,
            ExpiresAt = command.Verdict == Verdict.Reduce ? command.ExpiresAt?.ToUniversalTime() : null,
            Recommended = item.Recommended,
            Seconds = bulkSize > 1 || command.OpenFor is not { } open ? null : (int)Math.Clamp(open.TotalSeconds, 0, 86_400),
            SupersedesId = mine.DecisionId,
            BulkSize = bulkSize,
        };
        db.Decisions.Add(decision);
        (mine.DecisionId, mine.Verdict, mine.DecidedAt) = (decision.Id, decision.Verdict, now);
        Standing.Renew(row, tasks, CampaignJson.Settings(item.Review), now);
        return new AuditDraft(AuditActions.ReviewDecided, Subjects.ReviewItem, item.ItemId, decision.Justification, new
        {
            decision = decision.Id,
            decision.Verdict,
            item.CampaignId,
            item.IdentityId,
            decision.ReviewerId,
            decision.ShownHash,
            decision.SupersedesId,
            decision.StageNumber,
            decision.ExpiresAt,
            grants = command.Verdict == Verdict.Reduce ? command.GrantIds : null,
            bulkSize,
        });
    }

    private static Decide One(DecideMany all, BulkItem item) => new(item.ItemId, item.ItemVersion, all.Verdict, all.Justification, item.ShownHash, [], all.By);

    private static List<ItemOutcome> AllRefused(DecideMany command, Refusal refusal) => command.Items.Select(i => new ItemOutcome(i.ItemId, refusal)).ToList();

    private static async Task<bool> HoldsAllAsync(GovernanceDb db, Guid identityId, IReadOnlyList<Guid> grantIds, CancellationToken ct)
    {
        var wanted = grantIds.Distinct().ToList();
        return await db.Grants.CountAsync(g => g.IdentityId == identityId && g.MissingSince == null && wanted.Contains(g.Id), ct) == wanted.Count;
    }

    /// <summary>Of two that save at the same moment the second finds the row changed: a conflict, not a silent overwrite.</summary>
    internal static async Task<Outcome<T>> Guarded<T>(Func<Task<Outcome<T>>> command)
    {
        try
        {
            return await command();
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusals.Conflict("It");
        }
    }
}
