using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>Moves orders on as time passes, each move one statement over all orders that it concerns: notice over, exempt, step planned, by hand or by connector.</summary>
internal static class StepPlanner
{
    /// <summary>A console that did not move orders for longer was off, or its clock jumped: nobody had this time to answer in.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(25);

    public static async Task PlanAsync(GovernanceDb db, Func<string, IConnectorKind?> kinds, DateTimeOffset now, CancellationToken ct)
    {
        await db.InTransactionAsync(async () =>
        {
            await RevocationOrders.LockAsync(db, ct);
            var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
            await SourceBrakes.EnsureAsync(db, now, ct);
            await StandStillAsync(db, settings, now, ct);
            await ExemptAsync(db, now, ct);
            await UntouchableAsync(db, now, ct);
            await DeadApprovalsAsync(db, now, ct);
            await db.RevocationOrders.Where(o => o.State == OrderState.Noticed && o.NoticeUntil <= now)
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.State, OrderState.Due), ct);
            await FirstVerbs.ChooseAsync(db, kinds, now, ct);
            await RemovedAsync(db, now, ct);
            await Waves.OpenAsync(db, settings, now, ct);
            await InsertDisablesAsync(db, now, ct);
            await RouteAsync(db, ct);
            return Done.Value;
        }, ct);
    }

    // B9, I-20: a notice runs while the console does. One update for each end of a notice, and there are as many as sweeps.
    private static async Task StandStillAsync(GovernanceDb db, BrakeSettings settings, DateTimeOffset now, CancellationToken ct)
    {
        if (settings.LastMovedAt is { } last && now - last > LongestPause)
        {
            var (pause, running) = (now - last, db.RevocationOrders.Where(o => o.State == OrderState.Noticed && o.NoticeUntil > last));
            var moved = 0;
            foreach (var end in await running.Select(o => o.NoticeUntil).Distinct().OrderByDescending(e => e).ToListAsync(ct))
            {
                var later = end + pause;
                var approval = later + SecondPerson.ApprovalLife;
                moved += await running.Where(o => o.NoticeUntil == end).ExecuteUpdateAsync(s => s.SetProperty(o => o.NoticeUntil, later).SetProperty(o => o.ApprovalUntil, o => o.ApprovedAt == null ? null : approval), ct);
            }

            await BrakeCounts.AddAsync(db, new Brake(Notice.Id, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The console stood still for {pause.TotalHours:0} h, or its clock jumped: {moved} running notices last so much longer.")), moved, now, ct);
        }

        await db.BrakeSettings.ExecuteUpdateAsync(s => s.SetProperty(b => b.LastMovedAt, now), ct);
    }

    // B6, for what was listed after it was ordered. Lifted with the pattern, as an exemption is with its end.
    private static async Task UntouchableAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var (listed, held) = (NeverTouch.Listed(db), NeverTouch.HeldByList("It").ToString());
        if (await db.NeverTouchPatterns.AnyAsync(p => p.RemovedAt == null, ct))
        {
            await BrakeJudge.HoldAsync(db, db.RevocationOrders.Where(o => (o.State == OrderState.Noticed || o.State == OrderState.Due) && listed.Any(i => i.Id == o.IdentityId)
                && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Intent)), NeverTouch.HeldByList("It"), now, ct);
        }

        await db.RevocationOrders.Where(o => o.State == OrderState.Held && o.HeldBy == held && !listed.Any(i => i.Id == o.IdentityId))
            .ExecuteUpdateAsync(s => s.SetProperty(o => o.State, OrderState.Noticed).SetProperty(o => o.NoticeUntil, o => o.NoticeUntil ?? now).SetProperty(o => o.HeldBy, (string?)null), ct);
    }

    // What was removed by the first step alone has nothing left to be deleted: once its time to be undone is over it has ended.
    private static Task<int> RemovedAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct) => db.RevocationOrders
        .Where(o => o.State == OrderState.Quarantined && o.Verb == RevocationVerb.Delete && o.QuarantineUntil <= now && o.Generation == 0)
        .ExecuteUpdateAsync(u => u.SetProperty(o => o.State, OrderState.Completed).SetProperty(o => o.EndedAt, now), ct);

    // B5. What was approved and not begun within a day waits for a new approval; a deletion is asked for anew.
    private static async Task DeadApprovalsAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var dead = db.RevocationOrders.Where(o => o.ApprovalUntil <= now && (o.State == OrderState.Due || o.State == OrderState.Quarantined) && o.EndedAt == null);
        foreach (var by in await dead.Where(o => o.State == OrderState.Due && o.Wave != null && !db.RevocationSteps.Any(s => s.OrderId == o.Id && (s.Attempts > 0 || s.State == StepState.Manual))).Select(o => o.ApprovedBy).Distinct().ToListAsync(ct))
        {
            var theirs = dead.Where(o => o.ApprovedBy == by && o.State == OrderState.Due && !db.RevocationSteps.Any(s => s.OrderId == o.Id && (s.Attempts > 0 || s.State == StepState.Manual)));
            await BrakeJudge.HoldAsync(db, theirs, SecondPerson.Died(by ?? "nobody"), now, ct);
            await db.RevocationOrders.Where(o => o.State == OrderState.Held && o.ApprovalUntil <= now && o.ApprovedBy == by)
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.ApprovedBy, (string?)null).SetProperty(o => o.ApprovedAt, (DateTimeOffset?)null).SetProperty(o => o.ApprovalUntil, (DateTimeOffset?)null), ct);
        }

        var unbegun = db.RevocationSteps.Where(s => s.Verb == RevocationVerb.Delete && s.Attempts == 0 && s.State != StepState.Manual && dead.Any(o => o.Id == s.OrderId && o.State == OrderState.Quarantined));
        var orders = await unbegun.Select(s => s.OrderId).ToListAsync(ct);
        if (orders.Count == 0)
            return;
        await unbegun.ExecuteDeleteAsync(ct);
        await db.RevocationOrders.Where(o => orders.Contains(o.Id)).ExecuteUpdateAsync(
            s => s.SetProperty(o => o.DeletionAskedAt, (DateTimeOffset?)null).SetProperty(o => o.DeletionAskedBy, (string?)null).SetProperty(o => o.DeletionAskedById, (string?)null)
                .SetProperty(o => o.ApprovalUntil, (DateTimeOffset?)null).SetProperty(o => o.Remediation, RemediationState.Verified), ct);
        await BrakeCounts.AddAsync(db, SecondPerson.Died("an administrator"), orders.Count, now, ct);
    }

    // B7. A step whose call may be out is not touched: it is observed first.
    private static async Task ExemptAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var held = ExemptionBrake.Held.ToString();
        await BrakeJudge.HoldAsync(db, db.RevocationOrders
            .Where(o => (o.State == OrderState.Noticed || o.State == OrderState.Due)
                && db.Exemptions.Any(e => e.IdentityId == o.IdentityId && e.EndedAt == null && e.Until > now)
                && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Intent)), ExemptionBrake.Held, now, ct);
        await db.RevocationOrders
            .Where(o => o.State == OrderState.Held && o.HeldBy == held && !db.Exemptions.Any(e => e.IdentityId == o.IdentityId && e.EndedAt == null && e.Until > now))
            .ExecuteUpdateAsync(s => s.SetProperty(o => o.State, OrderState.Noticed).SetProperty(o => o.NoticeUntil, o => o.NoticeUntil ?? now).SetProperty(o => o.HeldBy, (string?)null), ct);
    }

    private static async Task InsertDisablesAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var rows = db.RevocationOrders.Where(o => o.State == OrderState.Due && o.Wave != null && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.Generation == o.Generation));
        var disables = rows.Where(o => o.Verb == RevocationVerb.Disable).Select(o => new { OrderId = o.Id, o.IdentityId, o.Generation, IdempotencyKey = o.Id.ToString() + ":disable:" + SqlText.Number(o.Generation) });
        var deletes = rows.Where(o => o.Verb == RevocationVerb.Delete).Select(o => new { OrderId = o.Id, o.IdentityId, o.Generation, IdempotencyKey = o.Id.ToString() + ":delete:" + SqlText.Number(o.Generation) });
        var made = await db.InsertSelectAsync(db.RevocationSteps, disables, new { Verb = RevocationVerb.Disable, State = StepState.Planned, DueAt = now, Fence = 0, Attempts = 0 }, now, ct)
            + await db.InsertSelectAsync(db.RevocationSteps, deletes, new { Verb = RevocationVerb.Delete, State = StepState.Planned, DueAt = now, Fence = 0, Attempts = 0 }, now, ct);
        if (made > 0)
        {
            await db.RevocationOrders.Where(o => o.State == OrderState.Due && o.Remediation == RemediationState.Open)
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.Remediation, RemediationState.InProgress), ct);
        }
    }

    // Without an enabled connector a person does it; when one is enabled later it takes over what nobody confirmed.
    private static async Task RouteAsync(GovernanceDb db, CancellationToken ct)
    {
        var served = from o in db.RevocationOrders
                     where db.ConnectorBindings.Any(b => b.SourceId == o.SourceId && b.Enabled)
                     select o.Id;
        var byHand = await db.RevocationSteps.Where(s => (s.State == StepState.Planned || s.State == StepState.Retrying) && !served.Contains(s.OrderId))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.State, StepState.Manual), ct);
        var back = await db.RevocationSteps.Where(s => s.State == StepState.Manual && s.LastError == null && served.Contains(s.OrderId))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.State, StepState.Planned), ct);
        if (byHand > 0)
        {
            await db.RevocationOrders.Where(o => o.Remediation == RemediationState.InProgress && db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Manual))
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.Remediation, RemediationState.ManualPending), ct);
        }

        if (back > 0)
        {
            await db.RevocationOrders.Where(o => o.Remediation == RemediationState.ManualPending && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Manual))
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.Remediation, RemediationState.InProgress), ct);
        }
    }
}
