using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>What goes to the channels that an administrator set up: each message of their kinds, as it comes. A receiver that fails is left alone until its next try.</summary>
public sealed class ChannelDelivery(DeliveryLedger ledger, ChannelService channels, ConsoleLinks links, IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    internal bool IsPaused(Channel channel) => channel.PausedUntil > clock.Now();

    internal Task PlanAsync(Channel channel, CancellationToken ct)
    {
        var now = clock.Now();
        var reach = now - DeliveryRules.Reach;
        return ledger.PlanAsync(Channel.NameOf(channel.Id), channel.Since > reach ? channel.Since : reach, channel.KindList, (_, fresh) => Task.FromResult(
            fresh.Select(f => new MessageDelivery { Id = Ids.New(now), MessageId = f.Id, PersonId = f.PersonId, Channel = Channel.NameOf(channel.Id), NextAt = now })), ct);
    }

    internal async Task<DeliveryStep> SendAsync(Channel channel, IReadOnlyList<Claimed> group, CancellationToken ct)
    {
        var one = group[0];
        try
        {
            var kind = channels.Find(channel.Kind) ?? throw new DeliveryException($"This console has no channel of the kind '{channel.Kind}'.", retryable: false);
            var target = await channels.OpenAsync(channel, kind, ct);
            if (target.IsRefused)
                throw new DeliveryException(target.Refusal.Message, retryable: true);
            FaultPoint.Pass("before-deliver");
            await kind.SendAsync(target.Value, one.Message, links.Base, ct);
            FaultPoint.Pass("after-deliver");
        }
        catch (DeliveryException fault)
        {
            var line = DeliveryRules.Line(fault.Message);
            if (DeliveryRules.Next(one.Attempts + 1, fault.Retryable, clock.Now(), fault.Wait) is not { } next)
            {
                // One that it will never take says nothing of the others; one that it could not take for hours does.
                await ledger.EndAsync(group, DeliveryState.Failed, tried: true, line, ct);
                return new DeliveryStep(new DeliveryRound(0, 0, 1, 0), !fault.Retryable);
            }

            await ledger.PostponeAsync(group, next, tried: true, line, ct);
            await using var db = await contexts.CreateDbContextAsync(ct);
            await db.Channels.Where(c => c.Id == channel.Id && c.Version == channel.Version).ExecuteUpdateAsync(s => s.SetProperty(c => c.PausedUntil, next), ct);
            return new DeliveryStep(new DeliveryRound(0, 0, 0, 1), false);
        }

        await ledger.EndAsync(group, DeliveryState.Sent, tried: true, null, ct);
        return new DeliveryStep(new DeliveryRound(1, 0, 0, 0), true);
    }
}
