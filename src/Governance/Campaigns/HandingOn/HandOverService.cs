using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Hands items from one reviewer to another, and takes them back. Every move stays in the record, and none of them is a way round the block on self-review (I-14).</summary>
public sealed class HandOverService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
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
        return await ReviewService.Guarded(() => db.InTransactionAsync<Done>(async () =>
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
        }, ct));
    }

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
                Id = Ids.New(now), CampaignId = row.CampaignId, ItemId = row.Id, StageNumber = row.StageNumber, ReviewerId = to, Reason = reason, AskedAt = now, HandedOnById = handedOnBy,
            };
            db.ReviewTasks.Add(task);
            tasks.Add(task);
        }

        Standing.Renew(row, tasks, settings, now);
    }
}
