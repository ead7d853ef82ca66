using System.Security.Cryptography;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>Mail to each person: when the person wants it, worded by the templates, alone or gathered.</summary>
public sealed class PersonalDelivery(DeliveryLedger ledger, TemplateService templates, ConsoleLinks links, IDbContextFactory<GovernanceDb> contexts, IEnumerable<IMessageChannel> channels, TimeProvider clock)
{
    /// <summary>Sends a test letter to the administrator who asks, and says what came of it.</summary>
    public async Task<Outcome<string>> TestAsync(Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (channels.FirstOrDefault(c => c.IsOn) is not { } channel)
            return new Refusal("mail.off", "Mail is off: Governance:Mail names no server.");
        if (links.Base is not { } console)
            return new Refusal("mail.address", "Governance:ConsoleAddress is no address that begins with https://.");
        await using var db = await contexts.CreateDbContextAsync(ct);
        var mail = await db.People.Where(p => p.Id == by.PersonId).Select(p => p.Mail).SingleOrDefaultAsync(ct);
        if (string.IsNullOrEmpty(mail))
            return new Refusal("mail.nobody", "The directory has no mail address of yours: your account is matched to no person, or to one without an address.");
        var now = clock.Now();
        var message = new OutgoingMessage(Ids.New(now), mail, by.Name, "test", "A test from the governance console", "Mail works. Nothing is to be done.", "/settings/notifications", now);
        try
        {
            await channel.SendAsync(message, Letters.Of((await templates.LoadAsync(ct))(message.Kind), message, null, TimeZoneInfo.Utc, console), ct);
            return $"The server took a letter to {mail}.";
        }
        catch (DeliveryException fault)
        {
            return new Refusal("mail.failed", DeliveryRules.Line(fault.Message));
        }
    }

    internal Task PlanAsync(string channel, CancellationToken ct)
    {
        var now = clock.Now();
        return ledger.PlanAsync(channel, now - DeliveryRules.Reach, null, async (db, fresh) =>
        {
            var wishes = await WishesAsync(db, [.. fresh.Select(f => f.PersonId).Distinct()], ct);
            return fresh.Select(f =>
            {
                var (schedule, choice) = wishes(f.PersonId);
                var departure = Departures.Of(schedule, f.Kind, f.DueAt, now);
                // Said once at sending, too: who switches it off while it waits doesn't get it either.
                var at = choice?.Mutes(f.Kind) == true ? new Departure(now, false) : departure;
                return new MessageDelivery { Id = Ids.New(now), MessageId = f.Id, PersonId = f.PersonId, Channel = channel, NextAt = at.At, Gathered = at.Gathered };
            });
        }, ct);
    }

    /// <summary>The sending over one way, with the wordings that hold now.</summary>
    internal async Task<Func<IReadOnlyList<Claimed>, Task<DeliveryStep>>> OpenAsync(IMessageChannel channel, CancellationToken ct)
    {
        var wording = await templates.LoadAsync(ct);
        return group => SendAsync(channel, wording, group, ct);
    }

    private async Task<DeliveryStep> SendAsync(IMessageChannel channel, Func<string, MailTemplate> wording, IReadOnlyList<Claimed> group, CancellationToken ct)
    {
        Func<Guid, (DeliverySchedule Schedule, NotificationChoice? Choice)> wishes;
        await using (var db = await contexts.CreateDbContextAsync(ct))
        {
            wishes = await WishesAsync(db, [group[0].PersonId], ct);
        }

        var (schedule, choice) = wishes(group[0].PersonId);
        var round = DeliveryRound.Nothing;
        var open = new List<Claimed>();
        foreach (var one in group)
        {
            if (DeliveryRules.Skip(one.Message.Mail, one.Left, one.Message.Kind, one.ReadAt, choice?.Mutes(one.Message.Kind) ?? false) is { } why)
            {
                await ledger.EndAsync([one], DeliveryState.Skipped, tried: false, why, ct);
                round += new DeliveryRound(0, 1, 0, 0);
            }
            else if (Departures.QuietUntil(schedule, MessageKinds.IsDuty(one.Message.Kind), one.Message.DueAt, clock.Now()) is { } free)
            {
                await ledger.PostponeAsync([one], free, tried: false, null, ct);
                round += new DeliveryRound(0, 0, 0, 1);
            }
            else
            {
                open.Add(one);
            }
        }

        if (open.Count == 0)
            return new DeliveryStep(round, true);
        try
        {
            var console = links.Base ?? throw new DeliveryException("Governance:ConsoleAddress is no address that begins with https://.", retryable: true) { Everything = true };
            var first = open[0].Message;
            var message = open.Count == 1 ? first : first with { Id = Together(open[0]), Kind = MessageKinds.Digest, Title = string.Empty, Body = string.Empty, Link = "/inbox", CreatedAt = open[^1].Message.CreatedAt };
            var letter = open.Count == 1 ? Letters.Of(wording(first.Kind), first, first.DueAt, schedule.Zone, console) : Letters.Digest(wording(MessageKinds.Digest), first.Name, [.. open.Select(o => o.Message)], console);
            FaultPoint.Pass("before-deliver");
            await channel.SendAsync(message, letter, ct);
            FaultPoint.Pass("after-deliver");
        }
        catch (DeliveryException fault)
        {
            var line = DeliveryRules.Line(fault.Message);
            if (DeliveryRules.Next(open[0].Attempts + 1, fault.Retryable, clock.Now(), fault.Wait) is not { } next)
            {
                await ledger.EndAsync(open, DeliveryState.Failed, tried: true, line, ct);
                return new DeliveryStep(round + new DeliveryRound(0, 0, open.Count, 0), !fault.Everything);
            }

            await ledger.PostponeAsync(open, next, tried: true, line, ct);
            return new DeliveryStep(round + new DeliveryRound(0, 0, 0, open.Count), !fault.Everything);
        }

        await ledger.EndAsync(open, DeliveryState.Sent, tried: true, null, ct);
        return new DeliveryStep(round + new DeliveryRound(open.Count, 0, 0, 0), true);
    }

    /// <summary>The same for the same group, so that a repetition is known for one.</summary>
    private static Guid Together(Claimed first) => new(SHA256.HashData([.. first.Batch!.Value.ToByteArray(), .. first.PersonId.ToByteArray()]).AsSpan(0, 16));

    private static async Task<Func<Guid, (DeliverySchedule Schedule, NotificationChoice? Choice)>> WishesAsync(GovernanceDb db, List<Guid> people, CancellationToken ct)
    {
        var defaults = (await db.NotificationSettings.AsNoTracking().SingleAsync(s => s.Id == NotificationSettings.TheId, ct)).Schedule;
        var choices = await db.NotificationChoices.AsNoTracking().Where(c => people.Contains(c.PersonId)).ToDictionaryAsync(c => c.PersonId, ct);
        return person => choices.GetValueOrDefault(person) is { } choice ? (choice.OwnSchedule ? choice.Schedule : defaults, choice) : (defaults, null);
    }
}
