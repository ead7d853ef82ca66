using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>A row of the ledger as a page shows it.</summary>
/// <param name="Channel">The channel's title, or <c>mail</c>.</param>
public sealed record DeliveryRow(Guid Id, string Channel, DeliveryState State, string Kind, string Title, Guid PersonId, string Person, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset NextAt, DateTimeOffset? EndedAt, string? Reason, bool Gathered);

/// <summary>What the page of the ledger is asked for.</summary>
public sealed record DeliveryFilter(DeliveryState? State = null, string? Channel = null, string? Text = null);

/// <summary>The ledger of deliveries for administrators, and another try of what failed.</summary>
public sealed class DeliveryQueries(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>Newest first, read by key.</summary>
    public async Task<Page<DeliveryRow>> ListAsync(DeliveryFilter filter, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = from d in db.MessageDeliveries.AsNoTracking()
                   join m in db.Messages on d.MessageId equals m.Id
                   join p in db.People on d.PersonId equals p.Id
                   select new { d, m, p };
        if (filter.State is { } state)
            rows = rows.Where(r => r.d.State == state);
        if (filter.Channel is { Length: > 0 } channel)
            rows = rows.Where(r => r.d.Channel == channel);
        if (filter.Text?.Trim() is { Length: > 0 } text)
            rows = rows.Where(r => r.p.Name.Contains(text) || r.m.Title.Contains(text));
        var total = await rows.Take(Page<DeliveryRow>.CountCap).CountAsync(ct);
        if (Guid.TryParse(cursor, CultureInfo.InvariantCulture, out var after))
            rows = rows.Where(r => r.d.Id.CompareTo(after) < 0);
        var names = await db.Channels.AsNoTracking().Select(c => new { c.Id, c.Title }).ToListAsync(ct);
        var titles = names.ToDictionary(c => Channel.NameOf(c.Id), c => c.Title, StringComparer.Ordinal);
        var list = await rows.OrderByDescending(r => r.d.Id).Take(take + 1)
            .Select(r => new DeliveryRow(r.d.Id, r.d.Channel, r.d.State, r.m.Kind, r.m.Title, r.p.Id, r.p.Name, r.d.Attempts, r.m.CreatedAt, r.d.NextAt, r.d.EndedAt, r.d.LastError, r.d.Gathered)).ToListAsync(ct);
        var page = list.Take(take).Select(r => r with { Channel = titles.GetValueOrDefault(r.Channel, r.Channel) }).ToList();
        return new Page<DeliveryRow>(page, list.Count > take ? page[^1].Id.ToString("D") : null, total);
    }

    /// <summary>How many are in each state, of the last 30 days.</summary>
    public async Task<IReadOnlyDictionary<DeliveryState, int>> CountsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var since = clock.Now().AddDays(-30);
        return await db.MessageDeliveries.Where(d => d.State == DeliveryState.Waiting || d.EndedAt >= since).GroupBy(d => d.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
    }

    /// <summary>Channels by their name in the ledger, for a choice.</summary>
    public async Task<IReadOnlyList<(string Name, string Title)>> ChannelsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await db.Channels.AsNoTracking().OrderBy(c => c.Title).Select(c => new { c.Id, c.Title }).ToListAsync(ct);
        return [(DeliveryService.Mail, "Mail"), .. rows.Select(c => (Channel.NameOf(c.Id), c.Title))];
    }

    /// <summary>Channels for their page, without address and key.</summary>
    public async Task<IReadOnlyList<ChannelRow>> RoomsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await db.Channels.AsNoTracking().Where(c => c.RemovedAt == null).OrderBy(c => c.Title).ToListAsync(ct);
        return rows.ConvertAll(c => new ChannelRow(c.Id, c.Kind, c.Title, SealedSecret.Describe(c.Address)!, c.Secret is null ? null : SealedSecret.Describe(c.Secret)!, c.AllowPrivate, c.KindList ?? [], c.Enabled, c.PausedUntil));
    }

    /// <summary>Tries again what failed or was put off, at once and from the first try. Needs the Administrator role.</summary>
    public async Task<Outcome<int>> RetryAsync(IReadOnlyCollection<Guid> ids, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<int>(async () =>
        {
            var now = clock.Now();
            var removed = await db.Channels.Where(c => c.RemovedAt != null).Select(c => c.Id).ToListAsync(ct);
            var names = removed.ConvertAll(Channel.NameOf);
            var again = await db.MessageDeliveries
                .Where(d => ids.Contains(d.Id) && !names.Contains(d.Channel) && (d.State == DeliveryState.Failed || (d.State == DeliveryState.Waiting && d.Attempts > 0 && (d.LeaseUntil == null || d.LeaseUntil < now))))
                .ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Waiting).SetProperty(d => d.Attempts, 0).SetProperty(d => d.NextAt, now).SetProperty(d => d.EndedAt, (DateTimeOffset?)null)
                    .SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null).SetProperty(d => d.Lease, (Guid?)null), ct);
            if (again == 0)
                return new Refusal("delivery.nothing", "Nothing of what was chosen has failed: it was sent, waits for its time, or its channel was removed.");
            // Somebody mended it: the pauses end with it.
            await db.Channels.Where(c => c.PausedUntil != null).ExecuteUpdateAsync(s => s.SetProperty(c => c.PausedUntil, (DateTimeOffset?)null), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.DeliveryRetried, Subjects.Notifications, "deliveries", null, new { Count = again, Ids = ids.Take(100) }), ct);
            return again;
        }, ct);
    }
}

/// <summary>A channel for its page.</summary>
/// <param name="Address">The reference, or that one is kept.</param>
/// <param name="Secret">The reference, or that one is kept; null when there is none.</param>
public sealed record ChannelRow(Guid Id, string Kind, string Title, string Address, string? Secret, bool AllowPrivate, IReadOnlyList<string> Kinds, bool Enabled, DateTimeOffset? PausedUntil);
