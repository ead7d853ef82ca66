using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>A message to be told.</summary>
/// <param name="PersonId">To whom.</param>
/// <param name="Kind">What it is about: <c>owner.asked</c>, <c>review.waiting</c>, <c>revocation.notice</c>.</param>
/// <param name="Key">Same key, same message: told once however often the job runs.</param>
/// <param name="Title">One line.</param>
/// <param name="Body">What happened, and what to do.</param>
/// <param name="Link">Path in the console, beginning with a slash.</param>
/// <param name="DueAt">Until when an answer counts: a duty that ends before the reader's next mail goes at once.</param>
public sealed record MessageDraft(Guid PersonId, string Kind, string Key, string Title, string Body, string? Link = null, DateTimeOffset? DueAt = null);

/// <summary>
/// Puts messages into the inbox of the console. Other ways to deliver (mail, webhooks, chat) read the same rows and keep a ledger of their own
/// of what they have sent.
/// </summary>
public sealed class MessageService(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>
    /// Adds what was not told before, in the caller's open transaction, so that the message and what it tells of commit together.
    /// Returns how many were new.
    /// </summary>
    /// <exception cref="InvalidOperationException">No transaction is open.</exception>
    public static async Task<int> AddAsync(GovernanceDb db, IReadOnlyCollection<MessageDraft> drafts, DateTimeOffset now, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("A message is added in the transaction of what it tells of.");
        var byKey = drafts.DistinctBy(d => d.Key, StringComparer.Ordinal).ToList();
        var keys = byKey.ConvertAll(d => d.Key);
        var known = await db.Messages.Where(m => keys.Contains(m.Key)).Select(m => m.Key).ToHashSetAsync(StringComparer.Ordinal, ct);
        var fresh = byKey.Where(d => !known.Contains(d.Key)).Select(d => new Message
        {
            Id = Ids.New(now),
            PersonId = d.PersonId,
            Kind = d.Kind,
            Key = d.Key,
            Title = StorableText.Clean(d.Title),
            Body = StorableText.Clean(d.Body),
            Link = d.Link,
            CreatedAt = now,
            DueAt = d.DueAt,
            // The inbox has it as soon as this commits.
            DeliveredAt = now,
        }).ToList();
        db.Messages.AddRange(fresh);
        await db.SaveChangesAsync(ct);
        return fresh.Count;
    }

    /// <summary>The same in a transaction of its own, for messages that tell of nothing that is being changed.</summary>
    public async Task<int> AddAsync(IReadOnlyCollection<MessageDraft> drafts, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(() => AddAsync(db, drafts, clock.Now(), ct), ct);
    }

    /// <summary>
    /// Marks a person's own messages as read; those of others stay as they are. An empty list means all of theirs. Not audited: it says nothing
    /// about an identity, and notice periods count from the delivery, not from the reading.
    /// </summary>
    public async Task<int> MarkReadAsync(IReadOnlyCollection<Guid> ids, Actor by, CancellationToken ct)
    {
        if (by.PersonId is not { } person)
            return 0;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        return await db.Messages.Where(m => m.PersonId == person && m.ReadAt == null && (ids.Count == 0 || ids.Contains(m.Id)))
            .ExecuteUpdateAsync(s => s.SetProperty(m => m.ReadAt, now), ct);
    }
}
