using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Governance.Revocation;

/// <summary>
/// Carries the steps out. Call it any number of times from any node: all it knows is in the tables. Order of each step: claim, look, write the
/// intent, send, look again, write what was seen. After a crash it looks first and never sends blindly.
/// </summary>
public sealed class StepRunner(IDbContextFactory<GovernanceDb> contexts, ConnectorService connectors, StepResults results, RestoreGuard restores, TimeProvider clock, ILogger<StepRunner> log)
{
    private const int MostPerPump = 500;
    private const int LongestError = 1900;

    /// <summary>Moves all orders on as far as they go now. Returns how many steps it acted on.</summary>
    public async Task<int> PumpAsync(CancellationToken ct)
    {
        await restores.LookAsync(ct);
        await PlanAsync(ct);
        var acted = 0;
        while (acted < MostPerPump && await ClaimAsync(ct) is { } claim)
        {
            FaultPoint.Pass("step.claimed");
            await ActAsync(claim, ct);
            acted++;
        }

        return acted;
    }

    internal async Task PlanAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await StepPlanner.PlanAsync(db, connectors.Find, clock.Now(), ct);
    }

    internal async Task<Claim?> ClaimAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var pace = await db.BrakeSettings.Where(b => b.Id == BrakeSettings.TheId).Select(b => b.StepsPerMinute).SingleAsync(ct);
        while (await StepClaims.NextAsync(db, clock.Now(), ct) is { } claim)
        {
            if (await SourceBrakes.EnterAsync(db, claim.SourceId, pace, clock.Now(), ct))
                return claim;
            await StepClaims.ReleaseAsync(db, claim, ct);
        }

        return null;
    }

    /// <summary>Steps that are due and only wait for their source's pace: how soon the next may go; null when none does.</summary>
    public async Task<TimeSpan?> NextTurnAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var due = db.RevocationSteps.Where(s => (s.State == StepState.Planned || s.State == StepState.Retrying) && s.DueAt <= now).Select(s => s.OrderId);
        var ticks = await db.SourceBrakes.Where(b => !b.Stopped && b.OpenUntil == null && b.NextTicks > now.UtcTicks && db.RevocationOrders.Any(o => o.SourceId == b.SourceId && due.Contains(o.Id)))
            .OrderBy(b => b.NextTicks).Select(b => (long?)b.NextTicks).FirstOrDefaultAsync(ct);
        return ticks is { } at ? TimeSpan.FromTicks(Math.Max(1, at - now.UtcTicks)) : null;
    }

    internal async Task ActAsync(Claim claim, CancellationToken ct)
    {
        string? digest = null;
        try
        {
            if (await OpenAsync(claim, ct) is not { } connector)
                return;
            await using (connector)
            {
                var target = claim.Target;
                var before = await Bounded(token => connector.ObserveAsync(target, token), ct);
                if (await EndedAsync(claim, before, claim.PreState, null, "It was so already; nothing was sent.", ct))
                    return;
                var preState = claim.PreState ?? before.PreState;
                if (!await IntendAsync(claim, preState, ct))
                    return;
                FaultPoint.Pass("step.intent");
                digest = await Bounded(token => connector.SendAsync(new ConnectorCommand(claim.Verb, target, claim.IdempotencyKey, preState, claim.Reason), token), ct);
                FaultPoint.Pass("step.sent");
                var after = await Bounded(token => connector.ObserveAsync(target, token), ct);
                FaultPoint.Pass("step.observed");
                if (after.State == TargetState.Unobservable)
                    await results.DoneAsync(claim, after, digest, "Acknowledged by the receiver.", ct);
                else if (!await EndedAsync(claim, after, preState, digest, "Sent, and seen in the source.", ct))
                    await FailedAsync(claim, $"Sent, but not seen yet: {after.Description}", retryable: true, null, digest, ct);
            }
        }
        catch (ConnectorException fault)
        {
            log.LogWarning(fault, "Step {Step} did not succeed", claim.StepId);
            await BrakeAsync(claim, fault, ct);
            await FailedAsync(claim, fault.Message, fault.Retryable || fault.OpensBreaker, fault.RetryAfter, digest, ct, fault.OpensBreaker);
        }
    }

    private async Task<bool> EndedAsync(Claim claim, Observation seen, string? preState, string? digest, string how, CancellationToken ct)
    {
        if (StepRules.IsReached(claim.Verb, seen, preState) && (claim.Verb != RevocationVerb.Delete || preState is not null))
        {
            await results.DoneAsync(claim, seen, digest, how, ct);
            return true;
        }

        if (StepRules.Impossible(claim.Verb, seen, preState) is not { } impossible)
            return false;
        await results.StuckAsync(claim, Cut(impossible), digest, ct);
        return true;
    }

    private async Task<bool> IntendAsync(Claim claim, string? preState, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await StepClaims.IntendAsync(db, claim, preState, clock.Now(), ct))
            return true;
        await StepClaims.ReleaseAsync(db, claim, ct);
        return false;
    }

    private async Task<IConnector?> OpenAsync(Claim claim, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var binding = await db.ConnectorBindings.AsNoTracking().SingleOrDefaultAsync(b => b.SourceId == claim.SourceId, ct);
        if (binding is not { Enabled: true } || connectors.Find(binding.Kind) is not { } kind)
        {
            await StepClaims.ReleaseAsync(db, claim, ct);
            return null;
        }

        if (claim.Lost)
        {
            await results.StuckAsync(claim, "The credential or permission is not in the inventory any more. Look in the source, and confirm it here by hand or withdraw.", null, ct);
            return null;
        }

        if (kind.Ability(claim.Target, claim.Verb) is null)
        {
            await results.StuckAsync(claim, $"{kind.Title} cannot {claim.Verb}. Do it in the source, and confirm it here by hand.", null, ct);
            return null;
        }

        var opened = await connectors.OpenAsync(binding.Kind, binding.Settings, binding.SecretReference, ct);
        if (!opened.IsRefused)
            return opened.Value;
        await FailedAsync(claim, opened.Refusal.Message, retryable: true, null, null, ct);
        return null;
    }

    private async Task BrakeAsync(Claim claim, ConnectorException fault, CancellationToken ct)
    {
        if (!fault.Retryable && !fault.OpensBreaker)
            return;
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            await SourceBrakes.FailedAsync(db, claim.SourceId, Cut(fault.Message), fault.OpensBreaker, fault.RetryAfter, clock.Now(), ct);
            return Done.Value;
        }, ct);
    }

    // A source that refuses the connector's own credential says nothing of the identity: the step waits for as long as it takes.
    private async Task FailedAsync(Claim claim, string error, bool retryable, TimeSpan? retryAfter, string? digest, CancellationToken ct, bool ownCredential = false)
    {
        if (retryable && (ownCredential || claim.Attempts + 1 < Backoff.MostAttempts))
            await results.RetryAsync(claim, Cut(error), Backoff.After(claim.Attempts + 1, retryAfter, Backoff.Random()), digest, ct);
        else
            await results.StuckAsync(claim, Cut(error), digest, ct);
    }

    private static async Task<T> Bounded<T>(Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(StepClaims.CallDeadline);
        try
        {
            return await call(deadline.Token);
        }
        catch (OperationCanceledException fault) when (!ct.IsCancellationRequested)
        {
            throw new ConnectorException($"No answer within {StepClaims.CallDeadline.TotalSeconds:0} s. Whether it took effect is looked at before anything is sent again.", retryable: true, cause: fault) { OutcomeUnknown = true };
        }
    }

    private static string Cut(string text) => text.Length <= LongestError ? text : text[..LongestError];
}
