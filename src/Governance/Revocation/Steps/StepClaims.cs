using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>A claimed step with what is needed to act on it.</summary>
internal sealed record Claim(
    Guid StepId, Guid OrderId, Guid IdentityId, RevocationVerb Verb, string IdempotencyKey, int Fence, int Attempts, string? PreState, DateTimeOffset LeaseUntil,
    ConnectorTarget Target, string Reason, Guid SourceId, Guid? ToolId, Guid? OwnerId)
{
    /// <summary>The credential or grant is not in the inventory any more.</summary>
    public bool Lost { get; init; }
}

/// <summary>Who may act on a step: a lease and a fence, given and checked in single statements, so that nothing read before can be stale.</summary>
internal static class StepClaims
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>How long one call may take: well within the lease.</summary>
    public static readonly TimeSpan CallDeadline = Lease / 3;

    /// <summary>Claims the next step that may be acted on; null when none. Every brake that stands in a row is a condition of the one statement.</summary>
    public static async Task<Claim?> NextAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        // One kind after another, so that each is read in the order of its index until the first that may go: what a worker left behind, what waits to be tried again, what is new.
        var (left, again, planned) = (Left(db, now), db.RevocationSteps.Where(s => s.State == StepState.Retrying && s.DueAt <= now), db.RevocationSteps.Where(s => s.State == StepState.Planned && s.DueAt <= now));
        return await NextAsync(db, left, now, ct) ?? await NextAsync(db, again, now, ct) ?? await NextAsync(db, planned, now, ct);
    }

    private static async Task<Claim?> NextAsync(GovernanceDb db, IQueryable<RevocationStep> claimable, DateTimeOffset now, CancellationToken ct)
    {
        var token = Ids.New(now).ToString("N");
        var until = now + Lease;
        var ticks = now.UtcTicks;
        var next = Unbraked(db, Permitted(db, claimable, now), now)
            .Where(s => db.RevocationOrders.Any(o => o.Id == s.OrderId && db.SourceBrakes.Any(b => b.SourceId == o.SourceId && b.NextTicks <= ticks && (b.OpenUntil == null || b.OpenUntil <= now))))
            .OrderBy(s => s.DueAt).ThenBy(s => s.Id).Select(s => s.Id).Take(1);
        var claimed = await claimable.Where(s => next.Contains(s.Id) && !db.BrakeSettings.Any(b => b.Stopped)).ExecuteUpdateAsync(
            u => u
                .SetProperty(s => s.State, s => s.State == StepState.Intent ? StepState.Intent : StepState.Claimed)
                .SetProperty(s => s.LeaseOwner, token)
                .SetProperty(s => s.LeaseUntil, until)
                .SetProperty(s => s.Fence, s => s.Fence + 1),
            ct);
        if (claimed == 0)
            return null;
        var mine = await (from s in db.RevocationSteps.AsNoTracking()
                          join o in db.RevocationOrders on s.OrderId equals o.Id
                          join i in db.Identities on s.IdentityId equals i.Id
                          where s.LeaseOwner == token
                          select new { Step = s, o.Reason, o.SourceId, i.ToolId, i.OwnerId, i.ExternalId, i.DisplayName }).SingleAsync(ct);
        var step = mine.Step;
        // What it is about may be gone from the inventory; then only a person can say what is meant.
        var target = await StepTargets.FindAsync(db, step.OrderId, ct);
        return new Claim(step.Id, step.OrderId, step.IdentityId, step.Verb, step.IdempotencyKey, step.Fence, step.Attempts, step.PreState, until, target ?? new ConnectorTarget(mine.ExternalId, mine.DisplayName), mine.Reason, mine.SourceId, mine.ToolId, mine.OwnerId) { Lost = target is null };
    }

    /// <summary>
    /// Writes the intent, if the claim still stands and nothing has come to forbid the send: the last look at every brake before the call, under the lock that a
    /// stop and a change of limits take too, so that what is counted here is counted by all nodes in turn (I-24, I-25, I-27).
    /// </summary>
    public static async Task<bool> IntendAsync(GovernanceDb db, Claim claim, string? preState, DateTimeOffset now, CancellationToken ct) =>
        await db.InTransactionAsync(async () =>
        {
            await RevocationOrders.LockAsync(db, ct);
            if (!await CapIntents.TakeAsync(db, claim, now, ct))
                return false;
            var number = claim.Attempts + 1;
            var mine = await Unbraked(db, Permitted(db, db.RevocationSteps, now), now).Where(s => s.Id == claim.StepId && s.Fence == claim.Fence && s.LeaseUntil > now
                && (s.State == StepState.Claimed || s.State == StepState.Intent)
                && (s.Verb == RevocationVerb.Restore || !db.Exemptions.Any(e => e.IdentityId == s.IdentityId && e.EndedAt == null && e.Until > now))
                && !db.BrakeSettings.Any(b => b.Stopped)).ExecuteUpdateAsync(
                u => u
                    .SetProperty(s => s.State, StepState.Intent)
                    .SetProperty(s => s.PreState, s => s.PreState ?? preState)
                    .SetProperty(s => s.Attempts, number),
                ct);
            if (mine == 0)
            {
                await db.CapUses.Where(u => u.StepId == claim.StepId && !db.StepAttempts.Any(a => a.StepId == claim.StepId)).ExecuteDeleteAsync(ct);
                return false;
            }

            db.StepAttempts.Add(new StepAttempt { Id = Ids.New(now), StepId = claim.StepId, Number = number, Fence = claim.Fence, IntentAt = now });
            await db.SaveChangesAsync(ct);
            db.ChangeTracker.Clear();
            return true;
        }, ct);

    /// <summary>Gives a claim back: a brake came between it and the send, and the target was seen not to be changed.</summary>
    public static Task<int> ReleaseAsync(GovernanceDb db, Claim claim, CancellationToken ct) =>
        db.RevocationSteps.Where(s => s.Id == claim.StepId && s.Fence == claim.Fence && (s.State == StepState.Claimed || s.State == StepState.Intent)).ExecuteUpdateAsync(
            u => u.SetProperty(s => s.State, StepState.Planned).SetProperty(s => s.LeaseUntil, (DateTimeOffset?)null), ct);

    // On the row itself, so that PostgreSQL checks it again when another node was faster.
    private static IQueryable<RevocationStep> Left(GovernanceDb db, DateTimeOffset now) => db.RevocationSteps.Where(s => (s.State == StepState.Claimed || s.State == StepState.Intent) && s.LeaseUntil < now);

    // B1 of the source, B6, B7 and freezes. What may have been sent already is looked at all the same; a restore is held by the switches alone.
    private static IQueryable<RevocationStep> Unbraked(GovernanceDb db, IQueryable<RevocationStep> steps, DateTimeOffset now)
    {
        var stopped = db.SourceBrakes.Where(b => b.Stopped).Select(b => b.SourceId);
        var frozen = db.FreezeWindows.Where(w => w.EndedAt == null && w.From <= now && w.Until > now);
        var untouchable = NeverTouch.Listed(db);
        return steps.Where(s => !db.RevocationOrders.Any(o => o.Id == s.OrderId && stopped.Contains(o.SourceId))
            && (s.Verb == RevocationVerb.Restore || s.State == StepState.Intent || (
                !db.RevocationOrders.Any(o => o.Id == s.OrderId && frozen.Any(w => w.SourceId == null || w.SourceId == o.SourceId))
                && !untouchable.Any(i => i.Id == s.IdentityId)
                && !db.Exemptions.Any(e => e.IdentityId == s.IdentityId && e.EndedAt == null && e.Until > now))));
    }

    // What the order allows; an undo raises its generation and so shuts out every step of the one before. An approval that died allows nothing new (B5).
    private static IQueryable<RevocationStep> Permitted(GovernanceDb db, IQueryable<RevocationStep> steps, DateTimeOffset now) => steps.Where(s =>
        db.RevocationOrders.Any(o => o.Id == s.OrderId && o.Generation == s.Generation && o.EndedAt == null
            && (s.Verb == RevocationVerb.Restore || s.Attempts > 0 || o.ApprovalUntil == null || o.ApprovalUntil > now)
            && (s.Verb == RevocationVerb.Restore || (s.Verb == RevocationVerb.Disable && o.State == OrderState.Due) || (s.Verb == RevocationVerb.Delete && (o.State == OrderState.Quarantined || (o.State == OrderState.Due && o.Verb == RevocationVerb.Delete))))));
}
