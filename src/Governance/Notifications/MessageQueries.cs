using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>A message as the inbox shows it.</summary>
public sealed record MessageRow(Guid Id, string Kind, string Title, string Body, string? Link, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt);

/// <summary>A person's inbox.</summary>
public sealed class MessageQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>The newest messages, unread ones first.</summary>
    public async Task<IReadOnlyList<MessageRow>> InboxAsync(Guid personId, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Messages.AsNoTracking().Where(m => m.PersonId == personId)
            .OrderBy(m => m.ReadAt != null).ThenByDescending(m => m.CreatedAt).Take(take)
            .Select(m => new MessageRow(m.Id, m.Kind, m.Title, m.Body, m.Link, m.CreatedAt, m.ReadAt)).ToListAsync(ct);
    }

    /// <summary>How many wait to be read, counted up to 100.</summary>
    public async Task<int> UnreadAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Messages.Where(m => m.PersonId == personId && m.ReadAt == null).Take(100).CountAsync(ct);
    }
}
