using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>What one round of delivery did, in messages.</summary>
public sealed record DeliveryRound(int Sent, int Skipped, int Failed, int Postponed)
{
    public static DeliveryRound Nothing { get; } = new(0, 0, 0, 0);

    public static DeliveryRound operator +(DeliveryRound a, DeliveryRound b) => new(a.Sent + b.Sent, a.Skipped + b.Skipped, a.Failed + b.Failed, a.Postponed + b.Postponed);
}

/// <summary>
/// Sends what the inbox has by the other ways: to each person by mail, when the person wants it, and to the channels that an administrator set up. Its work is in
/// the ledger: a process that is killed leaves a lease behind, and after that the next one goes on. A job only says when.
/// </summary>
public sealed class DeliveryService(DeliveryLedger ledger, PersonalDelivery personal, ChannelDelivery rooms, IEnumerable<IMessageChannel> channels, IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>The ledger's name of mail.</summary>
    public const string Mail = "mail";

    /// <summary>Plans what is new and sends what is due, over everything that is on.</summary>
    public async Task<DeliveryRound> PumpAsync(CancellationToken ct)
    {
        var round = DeliveryRound.Nothing;
        foreach (var channel in channels.Where(c => c.IsOn))
        {
            await personal.PlanAsync(channel.Name, ct);
            round += await RunAsync(channel.Name, await personal.OpenAsync(channel, ct), ct);
        }

        foreach (var room in await RoomsAsync(ct))
        {
            await rooms.PlanAsync(room, ct);
            if (!rooms.IsPaused(room))
                round += await RunAsync(Channel.NameOf(room.Id), claimed => rooms.SendAsync(room, claimed, ct), ct);
        }

        return round;
    }

    /// <summary>Claims and sends until nothing is due, or until nothing gets through.</summary>
    private async Task<DeliveryRound> RunAsync(string channel, Func<IReadOnlyList<Claimed>, Task<DeliveryStep>> send, CancellationToken ct)
    {
        var round = DeliveryRound.Nothing;
        for (var claimed = await ledger.ClaimAsync(channel, ct); claimed.Count > 0; claimed = await ledger.ClaimAsync(channel, ct))
        {
            foreach (var group in Groups(claimed))
            {
                var step = await send(group);
                round += step.Round;
                if (!step.GoOn)
                {
                    await ledger.ReleaseAsync(claimed[0].Lease, ct);
                    return round;
                }
            }
        }

        return round;
    }

    // What waits to go together goes together; everything else one by one.
    private static IEnumerable<IReadOnlyList<Claimed>> Groups(IReadOnlyList<Claimed> claimed) =>
        claimed.GroupBy(c => c.Batch is { } batch ? (batch, c.PersonId) : (c.Id, Guid.Empty)).Select(g => g.ToList());

    private async Task<IReadOnlyList<Channel>> RoomsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Channels.AsNoTracking().Where(c => c.Enabled && c.RemovedAt == null).OrderBy(c => c.Id).ToListAsync(ct);
    }
}

/// <summary>What came of one sending, and whether the next has a chance.</summary>
public readonly record struct DeliveryStep(DeliveryRound Round, bool GoOn);
