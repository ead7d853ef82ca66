using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>Something was seen after a revocation that reopens the question: use, or a state that somebody changed back (B11).</summary>
internal static class Signals
{
    /// <summary>
    /// Marks the order, begins its quarantine anew, takes back a deletion that was not sent yet, tells whoever was told of the order, or else the
    /// administrators, and appends the audit entry. Call it last in the transaction.
    /// </summary>
    public static async Task RaiseAsync(GovernanceDb db, AuditLog audit, Guid orderId, Guid identityId, string what, string action, DateTimeOffset now, CancellationToken ct)
    {
        var job = Actor.Job("lookout");
        var words = SqlText.Cut(what, 1000);
        var days = await db.BrakeSettings.Where(b => b.Id == BrakeSettings.TheId).Select(b => b.QuarantineDays).SingleAsync(ct);
        var until = now.AddDays(days);
        var unsent = await db.RevocationSteps.Where(s => s.OrderId == orderId && s.Verb == RevocationVerb.Delete && s.Attempts == 0 && s.State != StepState.Done).ExecuteDeleteAsync(ct);
        await db.RevocationOrders.Where(o => o.Id == orderId).ExecuteUpdateAsync(u => u.SetProperty(o => o.SignalAt, now).SetProperty(o => o.Signal, words), ct);
        var deleting = await db.RevocationSteps.AnyAsync(s => s.OrderId == orderId && s.Verb == RevocationVerb.Delete, ct);
        if (!deleting)
        {
            await db.RevocationOrders.Where(o => o.Id == orderId && o.State == OrderState.Quarantined).ExecuteUpdateAsync(
                u => u.SetProperty(o => o.QuarantineUntil, until).SetProperty(o => o.DeletionAskedAt, (DateTimeOffset?)null).SetProperty(o => o.DeletionAskedBy, (string?)null)
                    .SetProperty(o => o.DeletionAskedById, (string?)null).SetProperty(o => o.HeldBy, (string?)null).SetProperty(o => o.ApprovalUntil, (DateTimeOffset?)null), ct);
            if (unsent > 0)
                await db.RevocationOrders.Where(o => o.Id == orderId && o.Remediation == RemediationState.InProgress).ExecuteUpdateAsync(u => u.SetProperty(o => o.Remediation, RemediationState.Verified), ct);
        }

        await BrakeCounts.AddAsync(db, new Brake(QuarantineFirst.Id, words), 1, now, ct);
        await Telling.SignalAsync(db, db.RevocationOrders.Where(o => o.Id == orderId), now, ct);
        await audit.AppendAsync(db, job, now, new AuditDraft(action, Subjects.Order, orderId, null, new { identityId, what = words }), ct);
    }
}
