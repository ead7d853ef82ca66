using System.Globalization;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>A message as the inbox shows it.</summary>
public sealed record MessageRow(Guid Id, string Kind, string Title, string Body, string? Link, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt, DateTimeOffset? DueAt = null);

/// <summary>A person's inbox.</summary>
public sealed class MessageQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>The newest messages, unread ones first.</summary>
    public async Task<IReadOnlyList<MessageRow>> InboxAsync(Guid personId, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Messages.AsNoTracking().Where(m => m.PersonId == personId)
            .OrderBy(m => m.ReadAt != null).ThenByDescending(m => m.CreatedAt).Take(take)
            .Select(m => new MessageRow(m.Id, m.Kind, m.Title, m.Body, m.Link, m.CreatedAt, m.ReadAt, m.DueAt)).ToListAsync(ct);
    }

    /// <summary>All of a person's messages, newest first, read by key.</summary>
    /// <param name="personId">Whose.</param>
    /// <param name="unread">Only what was not read.</param>
    /// <param name="kind">Only of this kind; null: all.</param>
    /// <param name="cursor">Where the page before ended.</param>
    /// <param name="take">How many.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<Page<MessageRow>> PageAsync(Guid personId, bool unread, string? kind, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = db.Messages.AsNoTracking().Where(m => m.PersonId == personId);
        if (unread)
            rows = rows.Where(m => m.ReadAt == null);
        if (!string.IsNullOrEmpty(kind))
            rows = rows.Where(m => m.Kind == kind);
        var total = await rows.Take(Page<MessageRow>.CountCap).CountAsync(ct);
        if (Cursor(cursor) is { } after)
            rows = rows.Where(m => m.CreatedAt < after.At || (m.CreatedAt == after.At && m.Id.CompareTo(after.Id) < 0));
        var list = await rows.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).Take(take + 1)
            .Select(m => new MessageRow(m.Id, m.Kind, m.Title, m.Body, m.Link, m.CreatedAt, m.ReadAt, m.DueAt)).ToListAsync(ct);
        var page = list.Take(take).ToList();
        return new Page<MessageRow>(page, list.Count > take ? string.Create(CultureInfo.InvariantCulture, $"{page[^1].CreatedAt.UtcTicks}_{page[^1].Id:N}") : null, total);
    }

    /// <summary>The kinds that a person has messages of.</summary>
    public async Task<IReadOnlyList<string>> KindsAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Messages.Where(m => m.PersonId == personId).Select(m => m.Kind).Distinct().OrderBy(k => k).ToListAsync(ct);
    }

    /// <summary>How many wait to be read, counted up to 100.</summary>
    public async Task<int> UnreadAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Messages.Where(m => m.PersonId == personId && m.ReadAt == null).Take(100).CountAsync(ct);
    }

    private static (DateTimeOffset At, Guid Id)? Cursor(string? cursor) =>
        cursor?.Split('_') is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < DateTimeOffset.MaxValue.UtcTicks && Guid.TryParseExact(id, "N", out var key)
            ? (new DateTimeOffset(at, TimeSpan.Zero), key) : null;
}
