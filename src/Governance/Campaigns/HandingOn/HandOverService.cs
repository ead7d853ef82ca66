using Governance.Audit;
using Governance.Common;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Hands items from one reviewer to another, and takes them back. Every move stays in the record, and none of them is a way round the block on self-review (I-14).</summary>
public sealed class HandOverService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, OwnershipService ownership, TimeProvider clock)
{
    /// <summary>Hands an unanswered item to another person, with a note: by its reviewer, or by whoever manages campaigns.</summary>
    /// <param name="itemId">The item.</param>
    /// <param name="itemVersion">Its version as it was seen.</param>
    /// <param name="toPersonId">Who is to review it.</param>
    /// <param name="note">Why; the new reviewer reads it.</param>
    /// <param name="by">Who hands it on.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="fromPersonId">For managers, where several are asked: whose part it is. Null: the item's first reviewer.</param>
    public async Task<Outcome<Done>> ReassignAsync(Guid itemId, Guid itemVersion, Guid toPersonId, string? note, Actor by, CancellationToken ct, Guid? fromPersonId = null)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await ReviewService.Guarded(() => db.InTransactionAsync(() => ReassignInAsync(db, itemId, itemVersion, toPersonId, note, by, fromPersonId, ct), ct));
    }

    private async Task<Outcome<Done>> ReassignInAsync(GovernanceDb db, Guid itemId, Guid itemVersion, Guid toPersonId, string? note, Actor by, Guid? fromPersonId, CancellationToken ct)
    {
        await CampaignLock.TakeAsync(db, [itemId], ct);
        var now = clock.Now();
        var row = await db.ReviewItems.SingleOrDefaultAsync(i => i.Id == itemId, ct);
        if (row is null)
            return Refusals.ItemGone();
        var tasks = await ReviewService.Tasks(db, [itemId]).ToListAsync(ct);
        var asked = tasks.Exists(t => t.ReviewerId == by.PersonId && t.State != TaskState.HandedOn);
        var from = asked && fromPersonId is null ? by.PersonId : fromPersonId ?? row.ReviewerId;
        var item = (await ReviewItemStates.FindAsync(db, itemId, from, ct))!;
        var to = await db.People.Where(p => p.Id == toPersonId && p.Status == PersonStatus.Active).Select(p => p.Name).SingleOrDefaultAsync(ct);
        if (CampaignRules.CheckReassign(item, itemVersion, toPersonId, to ?? "That person", note, by, now) is { } refusal)
            return refusal;
        if (to is null)
            return Refusals.ReviewerUnknown();
        if (tasks.Exists(t => t.ReviewerId == toPersonId && t.State != TaskState.HandedOn))
            return Refusals.SameReviewer(to);
        var text = StorableText.Clean(note!.Trim());
        var reason = $"handed on by {by.Name}: {text}";
        Move(db, row, tasks, from, toPersonId, reason, by.PersonId, CampaignJson.Settings(item.Review), now);
        ReviewMessages.TellHandedOn(db, item, toPersonId, by.Name, text, now);
        await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ReviewReassigned, Subjects.ReviewItem, itemId, text, new { item.CampaignId, item.IdentityId, from, to = toPersonId }), ct);
        return Done.Value;
    }

    /// <summary>"Not mine, it's …": hands the item on and, if wanted, proposes the person as owner too. Both or neither.</summary>
    public async Task<Outcome<Done>> NotMineAsync(Guid itemId, Guid itemVersion, Guid toPersonId, string? note, bool proposeOwner, Actor by, CancellationToken ct)
    {
        if (!proposeOwner)
            return await ReassignAsync(itemId, itemVersion, toPersonId, note, by, ct);
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await ReviewService.Guarded(() => db.InTransactionAsync<Done>(async () =>
        {
            var handed = await ReassignInAsync(db, itemId, itemVersion, toPersonId, note, by, null, ct);
            if (handed.IsRefused)
                return handed;
            var identity = await db.ReviewItems.Where(i => i.Id == itemId).Select(i => i.IdentityId).SingleAsync(ct);
            var proposed = await ownership.AssignInAsync(db, [identity], new Nomination(toPersonId, note!.Trim()), by, arranges: true, clock.Now(), ct);
            // Asked already, or the owner already: that is what was wanted.
            return proposed[0].Refusal is { } refusal && !AlreadySo(refusal) ? refusal : Done.Value;
        }, ct));
    }

    /// <summary>Takes back what one handed on, while it is unanswered.</summary>
    public async Task<Outcome<Done>> RecallAsync(Guid itemId, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await ReviewService.Guarded(() => db.InTransactionAsync<Done>(async () =>
        {
            await CampaignLock.TakeAsync(db, [itemId], ct);
            var now = clock.Now();
            if (by.PersonId is not { } person || await ReviewItemStates.FindAsync(db, itemId, person, ct) is not { } item)
                return Refusals.ItemGone();
            if (CampaignRules.CheckRecall(item, now) is { } refusal)
                return refusal;
            var tasks = await ReviewService.Tasks(db, [itemId]).ToListAsync(ct);
            var theirs = tasks.Find(t => t.HandedOnById == person && t.State == TaskState.Asked && t.Verdict is null);
            if (theirs is null || !tasks.Exists(t => t.ReviewerId == person))
                return Refusals.NothingToRecall();
            var row = await db.ReviewItems.SingleAsync(i => i.Id == itemId, ct);
            Move(db, row, tasks, theirs.ReviewerId, person, "taken back by " + by.Name, null, CampaignJson.Settings(item.Review), now);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ReviewRecalled, Subjects.ReviewItem, itemId, null, new { item.CampaignId, item.IdentityId, from = theirs.ReviewerId }), ct);
            return Done.Value;
        }, ct));
    }

    private static bool AlreadySo(Refusal refusal) => refusal == OwnershipRefusals.AlreadyOwner || refusal == OwnershipRefusals.AlreadyAsked;

    /// <summary>Ends one person's part in an item and begins another's.</summary>
    internal static void Move(GovernanceDb db, ReviewItem row, List<ReviewTask> tasks, Guid? from, Guid to, string reason, Guid? handedOnBy, ReviewSettings settings, DateTimeOffset now)
    {
        foreach (var task in tasks.Where(t => t.ReviewerId == from))
            task.State = TaskState.HandedOn;
        reason = reason.Length <= 400 ? reason : reason[..400];
        if (tasks.Find(t => t.ReviewerId == to) is { } before)
        {
            (before.State, before.Reason) = (TaskState.Asked, reason);
        }
        else
        {
            var task = new ReviewTask
            {
                Id = Ids.New(now),
                CampaignId = row.CampaignId,
                ItemId = row.Id,
                StageNumber = row.StageNumber,
                ReviewerId = to,
                Reason = reason,
                AskedAt = now,
                HandedOnById = handedOnBy,
            };
            db.ReviewTasks.Add(task);
            tasks.Add(task);
        }

        Standing.Renew(row, tasks, settings, now);
    }
}
