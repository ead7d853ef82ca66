using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>What one round of delivery did.</summary>
public sealed record DeliveryRound(int Sent, int Skipped, int Failed, int Postponed);

/// <summary>
/// Sends what the inbox has by the other channels. Its work is in the ledger: a process that is killed leaves a lease behind, and after that the next
/// one goes on. A job only says when.
/// </summary>
public sealed class DeliveryService(IDbContextFactory<GovernanceDb> contexts, IEnumerable<IMessageChannel> channels, TimeProvider clock)
{
    private const int Batch = 50;
    private const int MostPlanned = 1000;

    /// <summary>Plans what is new and sends what is due, over every channel that is on.</summary>
    public async Task<DeliveryRound> PumpAsync(CancellationToken ct)
    {
        var round = new DeliveryRound(0, 0, 0, 0);
        foreach (var channel in channels.Where(c => c.IsOn))
        {
            await PlanAsync(channel.Name, ct);
            for (var claimed = await ClaimAsync(channel.Name, ct); claimed.Count > 0; claimed = await ClaimAsync(channel.Name, ct))
            {
                foreach (var delivery in claimed)
                    round = await SendAsync(channel, delivery, round, ct);
            }
        }

        return round;
    }

    private async Task PlanAsync(string channel, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var since = now - DeliveryRules.Reach;
        var fresh = await db.Messages.Where(m => m.CreatedAt > since && !db.MessageDeliveries.Any(d => d.MessageId == m.Id && d.Channel == channel))
            .OrderBy(m => m.CreatedAt).Take(MostPlanned).Select(m => m.Id).ToListAsync(ct);
        db.MessageDeliveries.AddRange(fresh.Select(id => new MessageDelivery { Id = Ids.New(now), MessageId = id, Channel = channel, NextAt = now }));
        await db.SaveChangesAsync(ct);
    }

    private async Task<List<Claimed>> ClaimAsync(string channel, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var lease = Ids.New(now);
        var until = now + DeliveryRules.Lease;
        var due = db.MessageDeliveries.Where(d => d.Channel == channel && d.State == DeliveryState.Waiting && d.NextAt <= now && (d.LeaseUntil == null || d.LeaseUntil < now));
        var ids = await due.OrderBy(d => d.NextAt).Take(Batch).Select(d => d.Id).ToListAsync(ct);
        if (ids.Count == 0)
            return [];
        // Asked again in the statement itself: of two senders that saw the same rows, one gets each.
        await due.Where(d => ids.Contains(d.Id)).ExecuteUpdateAsync(s => s.SetProperty(d => d.Lease, lease).SetProperty(d => d.LeaseUntil, until), ct);
        return await (from d in db.MessageDeliveries.AsNoTracking()
                      join m in db.Messages on d.MessageId equals m.Id
                      join p in db.People on m.PersonId equals p.Id
                      where d.Lease == lease
                      orderby m.CreatedAt
                      select new Claimed(d.Id, d.Attempts, lease, p.Status == PersonStatus.Left, m.ReadAt, p.Mail, new OutgoingMessage(m.Id, p.Mail ?? string.Empty, p.Name, m.Kind, m.Title, m.Body, m.Link, m.CreatedAt))).ToListAsync(ct);
    }

    private async Task<DeliveryRound> SendAsync(IMessageChannel channel, Claimed claimed, DeliveryRound round, CancellationToken ct)
    {
        if (DeliveryRules.Skip(claimed.Mail, claimed.Left, claimed.Message.Kind, claimed.ReadAt) is { } why)
        {
            await EndAsync(claimed, DeliveryState.Skipped, claimed.Attempts, why, ct);
            return round with { Skipped = round.Skipped + 1 };
        }

        try
        {
            FaultPoint.Pass("before-deliver");
            await channel.SendAsync(claimed.Message, ct);
            FaultPoint.Pass("after-deliver");
        }
        catch (DeliveryException fault)
        {
            var line = DeliveryRules.Line(fault.Message);
            if (DeliveryRules.Next(claimed.Attempts + 1, fault.Retryable, clock.Now()) is not { } next)
            {
                await EndAsync(claimed, DeliveryState.Failed, claimed.Attempts + 1, line, ct);
                return round with { Failed = round.Failed + 1 };
            }

            await using var db = await contexts.CreateDbContextAsync(ct);
            await Mine(db, claimed).ExecuteUpdateAsync(s => s.SetProperty(d => d.NextAt, next).SetProperty(d => d.Attempts, claimed.Attempts + 1).SetProperty(d => d.LastError, line)
                .SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null).SetProperty(d => d.Lease, (Guid?)null), ct);
            return round with { Postponed = round.Postponed + 1 };
        }

        await EndAsync(claimed, DeliveryState.Sent, claimed.Attempts + 1, null, ct);
        return round with { Sent = round.Sent + 1 };
    }

    private async Task EndAsync(Claimed claimed, DeliveryState state, int attempts, string? why, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = (DateTimeOffset?)clock.Now();
        await Mine(db, claimed).ExecuteUpdateAsync(s => s.SetProperty(d => d.State, state).SetProperty(d => d.Attempts, attempts).SetProperty(d => d.LastError, why)
            .SetProperty(d => d.EndedAt, now).SetProperty(d => d.LeaseUntil, (DateTimeOffset?)null).SetProperty(d => d.Lease, (Guid?)null), ct);
    }

    private static IQueryable<MessageDelivery> Mine(GovernanceDb db, Claimed claimed) => db.MessageDeliveries.Where(d => d.Id == claimed.Id && d.Lease == claimed.Lease);

    private sealed record Claimed(Guid Id, int Attempts, Guid Lease, bool Left, DateTimeOffset? ReadAt, string? Mail, OutgoingMessage Message);
}
