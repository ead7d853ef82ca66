using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>What a person chose, as a page shows it.</summary>
/// <param name="Own">Whether the times are the person's own; else those are the defaults.</param>
/// <param name="Muted">Kinds that are not sent by mail.</param>
/// <param name="Stopped">Whether everything but duties is switched off.</param>
public sealed record ChoiceView(bool Own, DeliverySchedule Schedule, IReadOnlySet<string> Muted, bool Stopped, DeliverySchedule Defaults);

/// <summary>How people want to be told, and what holds for those who chose nothing.</summary>
public sealed class ChoiceService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private static readonly Refusal Nobody = new("choice.person", "Your account is not matched to a person of the directory, so no messages come to it. Ask an administrator to match it.");

    public async Task<DeliverySchedule> DefaultsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return (await db.NotificationSettings.AsNoTracking().SingleAsync(s => s.Id == NotificationSettings.TheId, ct)).Schedule;
    }

    /// <summary>For everybody who has no times of their own; counts for messages from now on.</summary>
    public async Task<Outcome<Done>> SetDefaultsAsync(DeliverySchedule to, Actor by, CancellationToken ct)
    {
        if ((Roles.Require(by, Roles.Administrator) ?? to.Check()) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            var row = await db.NotificationSettings.SingleAsync(s => s.Id == NotificationSettings.TheId, ct);
            var before = row.Schedule;
            row.Set(to);
            row.Version = Ids.New(now);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.NotificationDefaultsChanged, Subjects.Notifications, "defaults", null, new { before = Words(before), after = Words(to) }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>One's own choice; null for an account without a person.</summary>
    public async Task<ChoiceView?> FindAsync(Actor by, CancellationToken ct)
    {
        if (by.PersonId is not { } person)
            return null;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var defaults = (await db.NotificationSettings.AsNoTracking().SingleAsync(s => s.Id == NotificationSettings.TheId, ct)).Schedule;
        var row = await db.NotificationChoices.AsNoTracking().SingleOrDefaultAsync(c => c.PersonId == person, ct);
        var muted = (row?.Muted ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        return new ChoiceView(row?.OwnSchedule ?? false, row is { OwnSchedule: true } ? row.Schedule : defaults, muted, row?.StoppedAt is not null, defaults);
    }

    /// <summary>Keeps one's own choice, and moves what waits already to its new time.</summary>
    /// <param name="schedule">One's own times; null follows the defaults.</param>
    /// <param name="muted">Kinds that are not to be sent; duties among them are refused.</param>
    public async Task<Outcome<Done>> SaveAsync(DeliverySchedule? schedule, IReadOnlyCollection<string> muted, Actor by, CancellationToken ct)
    {
        if (schedule?.Check() is { } wrong)
            return wrong;
        foreach (var code in muted)
        {
            if (MessageKinds.Find(code) is not { } kind)
                return new Refusal("choice.kind", $"There is no kind of message '{code}'.", "muted");
            if (kind.Duty is { } why)
                return new Refusal("choice.duty", $"'{kind.Title}' can't be switched off. {why}", "muted");
        }

        return await ChangeAsync(by, row =>
        {
            row.OwnSchedule = schedule is not null;
            if (schedule is not null)
                row.Set(schedule);
            row.Muted = string.Join(',', muted.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
            // Whoever chooses kinds again has an opinion on each.
            row.StoppedAt = null;
        }, ct);
    }

    /// <summary>Switches off everything but duties, or on again.</summary>
    public Task<Outcome<Done>> StopAsync(bool stop, Actor by, CancellationToken ct) => ChangeAsync(by, row => row.StoppedAt = stop ? row.StoppedAt ?? clock.Now() : null, ct);

    private async Task<Outcome<Done>> ChangeAsync(Actor by, Action<NotificationChoice> change, CancellationToken ct)
    {
        if (by.PersonId is not { } person)
            return Nobody;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var row = await db.NotificationChoices.SingleOrDefaultAsync(c => c.PersonId == person, ct);
            if (row is null)
                db.NotificationChoices.Add(row = new NotificationChoice { PersonId = person });
            change(row);
            await db.SaveChangesAsync(ct);
            await ReplanAsync(db, row, ct);
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.NotificationChoiceChanged, Subjects.Person, person, null,
                new { schedule = row.OwnSchedule ? Words(row.Schedule) : "defaults", row.Muted, stopped = row.StoppedAt is not null }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>What waits and was never tried gets the time that the new choice gives it.</summary>
    private async Task ReplanAsync(GovernanceDb db, NotificationChoice choice, CancellationToken ct)
    {
        var now = clock.Now();
        var schedule = choice.OwnSchedule ? choice.Schedule : (await db.NotificationSettings.AsNoTracking().SingleAsync(s => s.Id == NotificationSettings.TheId, ct)).Schedule;
        var waiting = await (from d in db.MessageDeliveries
                             join m in db.Messages on d.MessageId equals m.Id
                             where d.PersonId == choice.PersonId && d.Channel == DeliveryService.Mail && d.State == DeliveryState.Waiting && d.Attempts == 0 && d.Lease == null && d.Batch == null
                             select new { Delivery = d, m.Kind, m.DueAt }).Take(2000).ToListAsync(ct);
        foreach (var one in waiting)
        {
            var departure = Departures.Of(schedule, one.Kind, one.DueAt, now);
            (one.Delivery.NextAt, one.Delivery.Gathered) = (departure.At, departure.Gathered);
        }
    }

    private static string Words(DeliverySchedule s) =>
        $"{s.Rhythm.ToString().ToLowerInvariant()}, hour {s.Hour}, {s.Weekday}, {s.TimeZone}, quiet {(s.QuietFrom is { } from && s.QuietUntil is { } until ? $"{from / 60:00}:{from % 60:00} to {until / 60:00}:{until % 60:00}" : "never")}";
}
