using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Governance.Revocation;

/// <summary>
/// Looks again at what was revoked: once a change has had time to spread in its source, then each night for as long as the order is open, and for three months
/// after its end. What is not as it was ordered any more is told and never silently sent again.
/// </summary>
public sealed class Lookout(IDbContextFactory<GovernanceDb> contexts, ConnectorService connectors, AuditLog audit, TimeProvider clock, ILogger<Lookout> log)
{
    private static readonly TimeSpan Night = TimeSpan.FromDays(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromHours(1);
    private static readonly TimeSpan After = TimeSpan.FromDays(90);
    private const int MostPerRun = 1000;

    private sealed record Look(Guid StepId, Guid OrderId, Guid IdentityId, Guid SourceId, RevocationVerb Verb, string? PreState, DateTimeOffset LookAt, DateTimeOffset? EndedAt);

    /// <summary>Looks at what is due to be looked at. Returns how many were looked at.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var looked = 0;
        while (looked < MostPerRun && await NextAsync(ct) is { } look)
        {
            await LookAsync(look, ct);
            looked++;
        }

        return looked;
    }

    // Whoever moves the time on first looks; another node finds it moved.
    private async Task<Look?> NextAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        while (true)
        {
            var now = clock.Now();
            var next = await (from s in db.RevocationSteps.AsNoTracking()
                              join o in db.RevocationOrders on s.OrderId equals o.Id
                              where s.LookAt != null && s.LookAt <= now && s.State == StepState.Done
                              orderby s.LookAt
                              select new Look(s.Id, o.Id, s.IdentityId, o.SourceId, s.Verb, s.PreState, s.LookAt!.Value, o.EndedAt)).FirstOrDefaultAsync(ct);
            if (next is null)
                return null;
            // An undo, or a deletion after the disabling, makes the step a thing of the past.
            var over = await db.RevocationSteps.AnyAsync(s => s.OrderId == next.OrderId && s.Id != next.StepId && (s.Verb == RevocationVerb.Restore || (s.Verb == RevocationVerb.Delete && s.State == StepState.Done)) && s.State != StepState.Withdrawn, ct);
            DateTimeOffset? again = over || (next.EndedAt is { } ended && now - ended > After) ? null : now + Night;
            var mine = await db.RevocationSteps.Where(s => s.Id == next.StepId && s.LookAt == next.LookAt).ExecuteUpdateAsync(u => u.SetProperty(s => s.LookAt, again), ct);
            if (mine == 1 && again is not null)
                return next;
        }
    }

    private async Task LookAsync(Look look, CancellationToken ct)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(ct);
            var binding = await db.ConnectorBindings.AsNoTracking().SingleOrDefaultAsync(b => b.SourceId == look.SourceId && b.Enabled, ct);
            if (binding is null || await StepTargets.FindAsync(db, look.OrderId, ct) is not { } target)
                return;
            var opened = await connectors.OpenAsync(binding.Kind, binding.Settings, binding.SecretReference, ct);
            if (opened.IsRefused)
                return;
            await using var connector = opened.Value;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
            deadline.CancelAfter(StepClaims.CallDeadline);
            var seen = await connector.ObserveAsync(target, deadline.Token);
            if (seen.State == TargetState.Unobservable)
                return;
            var holds = StepRules.IsReached(look.Verb, seen, look.PreState) || (look.Verb == RevocationVerb.Disable && seen.State == TargetState.Gone);
            await WriteAsync(look, holds ? null : seen.Description, ct);
        }
        catch (Exception fault) when (fault is ConnectorException || (fault is OperationCanceledException && !ct.IsCancellationRequested))
        {
            log.LogWarning(fault, "Step {Step} could not be looked at again", look.StepId);
            await using var db = await contexts.CreateDbContextAsync(ct);
            var later = clock.Now() + AfterFault;
            await db.RevocationSteps.Where(s => s.Id == look.StepId).ExecuteUpdateAsync(u => u.SetProperty(s => s.LookAt, later), ct);
        }
    }

    private async Task WriteAsync(Look look, string? drift, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var step = db.RevocationSteps.Where(s => s.Id == look.StepId);
            if (drift is null)
            {
                await step.ExecuteUpdateAsync(u => u.SetProperty(s => s.SeenAgainAt, now).SetProperty(s => s.Drift, (string?)null), ct);
                return Done.Value;
            }

            var words = "It is not as it was ordered any more: " + drift;
            if (await step.Where(s => s.Drift == null || s.Drift != words).ExecuteUpdateAsync(u => u.SetProperty(s => s.Drift, words), ct) == 1)
                await Signals.RaiseAsync(db, audit, look.OrderId, look.IdentityId, words, AuditActions.RevocationDrifted, now, ct);
            return Done.Value;
        }, ct);
    }
}
