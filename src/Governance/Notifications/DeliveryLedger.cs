using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>A message that this process holds the lease of.</summary>
public sealed record Claimed(Guid Id, Guid Lease, Guid? Batch, int Attempts, Guid PersonId, bool Left, DateTimeOffset? ReadAt, OutgoingMessage Message);

/// <summary>The rows of what is on its way: planned, claimed for a time, ended. Every ending asks for the lease, so that of two senders only the holder writes.</summary>
public sealed class DeliveryLedger(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    private const int Portion = 50;
    private const int MostPlanned = 1000;

    /// <summary>Adds rows for messages since then that have none yet.</summary>
    /// <param name="channel">Name of the channel.</param>
    /// <param name="since">Older ones stay in the console.</param>
    /// <param name="kinds">Only these; null: all.</param>
    /// <param name="plan">Says when it leaves.</param>
    /// <param name="ct">Ends it.</param>
    internal async Task PlanAsync(string channel, DateTimeOffset since, IReadOnlyList<string>? kinds, Func<GovernanceDb, IReadOnlyList<Planned>, Task<IEnumerable<MessageDelivery>>> plan, CancellationToken ct)
    {
        while (true)
        {
            await using var db = await contexts.CreateDbContextAsync(ct);
            var told = db.Messages.Where(m => m.CreatedAt >= since);
            if (kinds is not null)
                told = told.Where(m => kinds.Contains(m.Kind));
            var fresh = await told.Where(m => !db.MessageDeliveries.Any(d => d.MessageId == m.Id && d.Channel == channel))
                .OrderBy(m => m.CreatedAt).Take(MostPlanned).Select(m => new Planned(m.Id, m.PersonId, m.Kind, m.DueAt)).ToListAsync(ct);
            if (fresh.Count == 0)
                return;
            db.MessageDeliveries.AddRange(await plan(db, fresh));
            await db.SaveChangesAsync(ct);
        }
    }

    internal async Task<IReadOnlyList<Claimed>> ClaimAsync(string channel, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var lease = Ids.New(now);
        var until = now + DeliveryRules.Lease;
        var due = db.MessageDeliveries.Where(d => d.Channel == channel && d.State == DeliveryState.Waiting && d.NextAt <= now && (d.LeaseUntil == null || d.LeaseUntil < now));
        var first = await due.OrderBy(d => d.NextAt).Take(Portion).Select(d => new { d.Id, d.PersonId, d.Gathered }).ToListAsync(ct);
        if (first.Count == 0)
            return [];
        var ids = first.ConvertAll(d => d.Id);
        var readers = first.Where(d => d.Gathered).Select(d => d.PersonId).Distinct().ToList();
        // Asked again in the statement itself: of two senders that saw the same rows, one gets each.
        await due.Where(d => ids.Contains(d.Id) || (d.Gathered && readers.Contains(d.PersonId))).ExecuteUpdateAsync(s => s.SetProperty(d => d.Lease, lease).SetProperty(d => d.LeaseUntil, until), ct);
        // What was to go together before goes together again; the rest of today is a group of its own.
        await db.MessageDeliveries.Where(d => d.Lease == lease && d.Gathered && d.Batch == null).ExecuteUpdateAsync(s => s.SetProperty(d => d.Batch, lease), ct);
        return await (from d in db.MessageDeliveries.AsNoTracking()
                      join m in db.Messages on d.MessageId equals m.Id
                      join p in db.People on m.PersonId equals p.Id
                      where d.Lease == lease
                      orderby m.CreatedAt, m.Id
                      select new Claimed(d.Id, lease, d.Batch, d.Attempts, p.Id, p.Status == PersonStatus.Left, m.ReadAt,
                          new OutgoingMessage(m.Id, p.Mail ?? string.Empty, p.Name, m.Kind, m.Title, m.Body, m.Link, m.CreatedAt, m.DueAt))).ToListAsync(ct);
    }

    internal Task EndAsync(IReadOnlyList<Claimed> group, DeliveryState state, bool tried, string? why, CancellationToken ct) => UpdateAsync(group, s =>
    {
        var now = (DateTimeOffset?)clock.Now();
        s.SetProperty(d => d.State, state).SetProperty(d => d.LastError, why).SetProperty(d => d.EndedAt, now);
        if (tried)
            s.SetProperty(d => d.Attempts, d => d.Attempts + 1);
    }, ct);

    /// <summary>Tries later. What was never tried may get another time or company meanwhile.</summary>
    internal Task PostponeAsync(IReadOnlyList<Claimed> group, DateTimeOffset next, bool tried, string? why, CancellationToken ct) => UpdateAsync(group, s =>
    {
        s.SetProperty(d => d.NextAt, next);
        if (tried)
            s.SetProperty(d => d.Attempts, d => d.Attempts + 1).SetProperty(d => d.LastError, why);
        else
            s.SetProperty(d => d.Batch, (Guid?)null);
    }, ct);

    /// <summary>Gives back what was claimed and not begun.</summary>
    internal async Task ReleaseAsync(Guid lease, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.MessageDeliveries.Where(d => d.Lease == lease).ExecuteUpdateAsync(s => s.SetProperty(d => d.Lease, (Guid?)null).SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null), ct);
    }

    private async Task UpdateAsync(IReadOnlyList<Claimed> group, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<MessageDelivery>> set, CancellationToken ct)
    {
        if (group.Count == 0)
            return;
        var (ids, lease) = (group.Select(c => c.Id).ToList(), group[0].Lease);
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.MessageDeliveries.Where(d => ids.Contains(d.Id) && d.Lease == lease).ExecuteUpdateAsync(s =>
        {
            set(s);
            s.SetProperty(d => d.Lease, (Guid?)null).SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null);
        }, ct);
    }
}

/// <summary>A message that gets a row.</summary>
internal sealed record Planned(Guid Id, Guid PersonId, string Kind, DateTimeOffset? DueAt);
