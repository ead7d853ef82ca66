using Governance.Audit;
using Governance.Common;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// Writes what came of a step, with its order, the identity's state and the audit entry in one transaction. Only the newest claim may write:
/// an older one's result goes to its attempt and nowhere else.
/// </summary>
public sealed class StepResults(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, LifecycleService lifecycle, TimeProvider clock)
{
    private const string Unknown = "The process ended before the outcome was known; the target was observed before anything else was sent.";

    private static readonly Brake Late = new("B12", "The result of an older claim came late, or after an undo, and was not taken.");

    /// <summary>When a change has surely spread in its source, it is looked at a second time.</summary>
    public static readonly TimeSpan Propagation = TimeSpan.FromMinutes(15);

    internal async Task DoneAsync(Claim claim, Observation seen, string? digest, string how, CancellationToken ct)
    {
        var observed = seen.State != TargetState.Unobservable;
        await WriteAsync(claim, digest, how, async (db, step, now) =>
        {
            DateTimeOffset? look = observed && claim.Verb != RevocationVerb.Restore ? now + Propagation : null;
            await step.ExecuteUpdateAsync(
                u => u
                    .SetProperty(s => s.State, StepState.Done)
                    .SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null)
                    .SetProperty(s => s.PreState, s => s.PreState ?? seen.PreState)
                    .SetProperty(s => s.Observed, seen.Description)
                    .SetProperty(s => s.ObservedAt, observed ? now : null)
                    .SetProperty(s => s.LookAt, look)
                    .SetProperty(s => s.LastError, (string?)null),
                ct);
            var answer = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{seen.State}\n{seen.Description}\n{seen.PreState}")));
            await db.StepAttempts.Where(a => a.StepId == claim.StepId && a.Fence == claim.Fence).ExecuteUpdateAsync(u => u.SetProperty(a => a.AnswerDigest, answer), ct);
            await SourceBrakes.SucceededAsync(db, claim.SourceId, ct);
            await CompleteAsync(db, claim.OrderId, claim.IdentityId, claim.Verb, observed ? RemediationState.Verified : RemediationState.Succeeded, seen.Description, Actor.Job("revocation"), now, ct);
        }, ct);
    }

    internal Task RetryAsync(Claim claim, string error, TimeSpan wait, string? digest, CancellationToken ct) => WriteAsync(claim, digest, error, async (_, step, now) =>
    {
        var due = now + wait;
        await step.ExecuteUpdateAsync(
            u => u
                .SetProperty(s => s.State, StepState.Retrying)
                .SetProperty(s => s.DueAt, due)
                .SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(s => s.Attempts, s => s.Attempts == claim.Attempts ? s.Attempts + 1 : s.Attempts)
                .SetProperty(s => s.LastError, error),
            ct);
    }, ct);

    internal Task StuckAsync(Claim claim, string error, string? digest, CancellationToken ct) => WriteAsync(claim, digest, error, async (db, step, now) =>
    {
        await step.ExecuteUpdateAsync(
            u => u.SetProperty(s => s.State, StepState.Stuck).SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null).SetProperty(s => s.LastError, error), ct);
        await db.RevocationOrders.Where(o => o.Id == claim.OrderId).ExecuteUpdateAsync(
            u => u.SetProperty(o => o.State, OrderState.Stuck).SetProperty(o => o.Remediation, RemediationState.Failed), ct);
        await audit.AppendAsync(db, Actor.Job("revocation"), now, new AuditDraft(AuditActions.RevocationStepDone, Subjects.Order, claim.OrderId, null,
            new { claim.Verb, outcome = "stuck", error, claim.IdentityId }), ct);
    }, ct);

    /// <summary>The order and the identity follow the step; used alike for what was observed and for what a person confirmed.</summary>
    internal async Task CompleteAsync(
        GovernanceDb db, Guid orderId, Guid identityId, RevocationVerb verb, RemediationState remediation, string evidence, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        var order = await db.RevocationOrders.AsNoTracking().Where(o => o.Id == orderId).Select(o => new { o.On, o.Verb, o.Undoable, o.TargetName }).SingleAsync(ct);
        // A grant that can be given again is removed at once, and waits out its time to be undone as what is disabled does.
        var waits = verb == RevocationVerb.Disable || (verb == RevocationVerb.Delete && order is { Verb: RevocationVerb.Delete, Undoable: true });
        var state = waits ? OrderState.Quarantined : StepRules.After(verb);
        DateTimeOffset? quarantine = waits ? now.AddDays(settings.QuarantineDays) : null;
        DateTimeOffset? ended = waits ? null : now;
        var result = verb == RevocationVerb.Restore ? RemediationState.Undone : remediation;
        await db.RevocationOrders.Where(o => o.Id == orderId).ExecuteUpdateAsync(
            u => u
                .SetProperty(o => o.State, state)
                .SetProperty(o => o.Remediation, result)
                .SetProperty(o => o.QuarantineUntil, o => quarantine ?? o.QuarantineUntil)
                .SetProperty(o => o.EndedAt, ended)
                .SetProperty(o => o.HeldBy, (string?)null),
            ct);
        var said = order.TargetName ?? "whole";
        if (order.On != TargetKind.Identity)
        {
            await audit.AppendAsync(db, by, now, new AuditDraft(verb == RevocationVerb.Restore ? AuditActions.RevocationUndone : AuditActions.RevocationStepDone, Subjects.Order, orderId, null,
                new { verb, outcome = "done", remediation = result, evidence, identityId, on = order.On, target = said }), ct);
            return;
        }

        var to = verb switch
        {
            RevocationVerb.Disable => LifecycleState.Quarantined,
            RevocationVerb.Delete => LifecycleState.Decommissioned,
            _ => await db.Identities.AnyAsync(i => i.Id == identityId && i.OwnerState == Inventory.OwnerState.Accepted, ct) ? LifecycleState.Active : LifecycleState.Discovered,
        };
        // What could only be deleted was never quarantined, and there is no other way to Decommissioned.
        if (verb == RevocationVerb.Delete && order.Verb == RevocationVerb.Delete)
        {
            await lifecycle.MoveAsync(db, [identityId], LifecycleState.Quarantined, evidence, by, now, ct);
            // The history is told in order of time.
            now = now.AddMicroseconds(1);
        }

        var moved = await lifecycle.MoveAsync(db, [identityId], to, evidence, by, now, ct);
        await audit.AppendAsync(db, by, now, new AuditDraft(verb == RevocationVerb.Restore ? AuditActions.RevocationUndone : AuditActions.RevocationStepDone, Subjects.Order, orderId, null,
            new { verb, outcome = "done", remediation = result, evidence, identityId, lifecycle = moved[0].Refusal?.Message ?? to.ToString() }), ct);
    }

    private async Task WriteAsync(Claim claim, string? digest, string outcome, Func<GovernanceDb, IQueryable<RevocationStep>, DateTimeOffset, Task> write, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            var step = db.RevocationSteps.Where(s => s.Id == claim.StepId && s.Fence == claim.Fence && (s.State == StepState.Claimed || s.State == StepState.Intent));
            var newest = await step.ExecuteUpdateAsync(u => u.SetProperty(s => s.Fence, s => s.Fence), ct) == 1;
            await db.StepAttempts.Where(a => a.StepId == claim.StepId && a.Fence < claim.Fence && a.Outcome == null)
                .ExecuteUpdateAsync(u => u.SetProperty(a => a.Outcome, Unknown).SetProperty(a => a.EndedAt, now), ct);
            var words = newest ? outcome : "Came after its lease had ended, and is not taken: " + outcome;
            await db.StepAttempts.Where(a => a.StepId == claim.StepId && a.Fence == claim.Fence)
                .ExecuteUpdateAsync(u => u.SetProperty(a => a.Outcome, words).SetProperty(a => a.EndedAt, now).SetProperty(a => a.RequestDigest, digest), ct);
            if (newest)
                await write(db, step, now);
            else
                await BrakeCounts.AddAsync(db, Late, 1, now, ct);
            return Done.Value;
        }, ct);
    }
}
