using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>One remark as it is shown.</summary>
public sealed record CommentLine(Guid Id, string Person, DateTimeOffset At, string Text, string? Asked);

/// <summary>What a person who was asked sees: the item in a sentence, and the thread.</summary>
public sealed record ItemThread(Guid ItemId, Guid CampaignId, Guid IdentityId, string Name, string Source, string Campaign, bool Open, bool IsReviewer, IReadOnlyList<CommentLine> Lines);

/// <summary>
/// The thread on an item: reviewers of any stage, the owner who was asked, and who manages the campaign take part. Everybody who takes part is told.
/// A remark decides nothing.
/// </summary>
public sealed class CommentService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    public const int Longest = 2000;
    private const int Most = 200;

    /// <summary>Adds a remark; with <paramref name="askOwner"/> the accepted owner is asked for an answer. Returns its id.</summary>
    public async Task<Outcome<Guid>> AddAsync(Guid itemId, string? text, bool askOwner, Actor by, CancellationToken ct)
    {
        if (CampaignRules.IsTooShort(text))
            return Refusals.CommentMissing();
        if (text!.Length > Longest)
            return Refusals.CommentTooLong(Longest);
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var item = await (
                from i in db.ReviewItems.AsNoTracking()
                where i.Id == itemId
                join c in db.Campaigns on i.CampaignId equals c.Id
                join x in db.Identities on i.IdentityId equals x.Id
                select new { i.CampaignId, Campaign = c.Name, c.State, c.ClosedAt, x.DisplayName, Owner = x.OwnerState == OwnerState.Accepted && db.People.Any(p => p.Id == x.OwnerId && p.Status == PersonStatus.Active) ? x.OwnerId : null }).SingleOrDefaultAsync(ct);
            if (item is null || by.PersonId is not { } person || !await TakesPartAsync(db, itemId, by, ct))
                return Refusals.ItemGone();
            if (item.State != CampaignState.Running)
                return Refusals.CampaignClosed(item.Campaign, item.ClosedAt);
            if (await db.ReviewComments.CountAsync(c => c.ItemId == itemId, ct) >= Most)
                return Refusals.CommentsMany(Most);
            if (askOwner && item.Owner is null)
                return Refusals.NoOwnerToAsk(item.DisplayName);
            if (askOwner && item.Owner == person)
                return Refusals.OwnerIsYou();
            var comment = new ReviewComment
            {
                Id = Ids.New(now),
                ItemId = itemId,
                CampaignId = item.CampaignId,
                PersonId = person,
                At = now,
                Text = StorableText.Clean(text.Trim()),
                AskedId = askOwner ? item.Owner : null,
            };
            db.ReviewComments.Add(comment);
            var others = await db.ReviewComments.Where(c => c.ItemId == itemId).Select(c => c.PersonId)
                .Union(db.ReviewComments.Where(c => c.ItemId == itemId && c.AskedId != null).Select(c => c.AskedId!.Value))
                .Union(db.ReviewTasks.Where(t => t.ItemId == itemId && t.State == TaskState.Asked).Select(t => t.ReviewerId)).ToListAsync(ct);
            var reviewers = await db.ReviewTasks.Where(t => t.ItemId == itemId && t.State != TaskState.HandedOn).Select(t => t.ReviewerId).ToListAsync(ct);
            foreach (var to in others.Append(comment.AskedId ?? person).Distinct().Where(p => p != person))
                ReviewMessages.TellComment(db, comment, item.DisplayName, by.Name, to, asked: to == comment.AskedId, reviewer: reviewers.Contains(to));
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ReviewCommented, Subjects.ReviewItem, itemId, comment.Text, new { item.CampaignId, comment.AskedId }), ct);
            return comment.Id;
        }, ct);
    }

    /// <summary>The thread, oldest first; empty for who takes no part in it.</summary>
    public async Task<IReadOnlyList<CommentLine>> ListAsync(Guid itemId, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await TakesPartAsync(db, itemId, by, ct) ? await LinesAsync(db, itemId, ct) : [];
    }

    /// <summary>The page of somebody who was asked. Null for who takes no part.</summary>
    public async Task<ItemThread?> FindAsync(Guid itemId, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (!await TakesPartAsync(db, itemId, by, ct))
            return null;
        var person = by.PersonId;
        var found = await (
            from i in db.ReviewItems.AsNoTracking()
            where i.Id == itemId
            join c in db.Campaigns on i.CampaignId equals c.Id
            join x in db.Identities on i.IdentityId equals x.Id
            join s in db.Sources on x.SourceId equals s.Id
            select new { i.CampaignId, x.Id, x.DisplayName, Source = s.Name, c.Name, c.State, Mine = db.ReviewTasks.Any(t => t.ItemId == itemId && t.ReviewerId == person && t.State != TaskState.HandedOn) }).SingleAsync(ct);
        return new ItemThread(itemId, found.CampaignId, found.Id, found.DisplayName, found.Source, found.Name, found.State == CampaignState.Running, found.Mine, await LinesAsync(db, itemId, ct));
    }

    private static Task<List<CommentLine>> LinesAsync(GovernanceDb db, Guid itemId, CancellationToken ct) => (
        from c in db.ReviewComments.AsNoTracking()
        where c.ItemId == itemId
        join p in db.People on c.PersonId equals p.Id
        join a in db.People on c.AskedId equals a.Id into asked
        from to in asked.DefaultIfEmpty()
        orderby c.At, c.Id
        select new CommentLine(c.Id, p.Name, c.At, c.Text, to == null ? null : to.Name)).Take(Most).ToListAsync(ct);

    private static async Task<bool> TakesPartAsync(GovernanceDb db, Guid itemId, Actor by, CancellationToken ct) =>
        by.Holds(Roles.Administrator) || by.Holds(Roles.CampaignManager)
        || (by.PersonId is { } person && (await db.ReviewTasks.AnyAsync(t => t.ItemId == itemId && t.ReviewerId == person, ct) || await db.ReviewComments.AnyAsync(c => c.ItemId == itemId && c.AskedId == person, ct)));
}
