using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>Moves orders on as time passes, each move one statement over all orders that it concerns: notice over, exempt, step planned, by hand or by connector.</summary>
internal static class StepPlanner
{
    public static async Task PlanAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        await db.InTransactionAsync(async () =>
        {
            await RevocationOrders.LockAsync(db, ct);
            await ExemptAsync(db, now, ct);
            await db.RevocationOrders.Where(o => o.State == OrderState.Noticed && o.NoticeUntil <= now)
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.State, OrderState.Due), ct);
            await InsertDisablesAsync(db, now, ct);
            await RouteAsync(db, ct);
            return Done.Value;
        }, ct);
    }

    // B7. A step whose call may be out is not touched: it is observed first.
    private static async Task ExemptAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var held = ExemptionBrake.Held.ToString();
        await db.RevocationOrders
            .Where(o => (o.State == OrderState.Noticed || o.State == OrderState.Due)
                && db.Exemptions.Any(e => e.IdentityId == o.IdentityId && e.EndedAt == null && e.Until > now)
                && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Intent))
            .ExecuteUpdateAsync(s => s.SetProperty(o => o.State, OrderState.Held).SetProperty(o => o.HeldBy, held), ct);
        await db.RevocationOrders
            .Where(o => o.State == OrderState.Held && o.HeldBy == held && !db.Exemptions.Any(e => e.IdentityId == o.IdentityId && e.EndedAt == null && e.Until > now))
            .ExecuteUpdateAsync(s => s.SetProperty(o => o.State, OrderState.Noticed).SetProperty(o => o.NoticeUntil, o => o.NoticeUntil ?? now).SetProperty(o => o.HeldBy, (string?)null), ct);
    }

    private static async Task InsertDisablesAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var rows = db.RevocationOrders
            .Where(o => o.State == OrderState.Due && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.Verb == RevocationVerb.Disable && s.Generation == o.Generation))
            .Select(o => new { OrderId = o.Id, o.IdentityId, o.Generation, IdempotencyKey = o.Id.ToString() + ":disable:" + SqlText.Number(o.Generation) });
        var made = await db.InsertSelectAsync(db.RevocationSteps, rows, new { Verb = RevocationVerb.Disable, State = StepState.Planned, DueAt = now, Fence = 0, Attempts = 0 }, now, ct);
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
