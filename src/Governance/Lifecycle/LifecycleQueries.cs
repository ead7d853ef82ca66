using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Lifecycle;

/// <summary>A change of state, for a timeline.</summary>
public sealed record TransitionRow(LifecycleState From, LifecycleState To, DateTimeOffset At, string By, string Reason);

/// <summary>What pages show of the lifecycle.</summary>
public sealed class LifecycleQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>How many identities stand in each state; a state with none is there with 0.</summary>
    public async Task<IReadOnlyDictionary<LifecycleState, int>> CountsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var counted = await db.Identities.GroupBy(i => i.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        // What was approved and is not seen yet has no record of its own until an import finds it.
        counted[LifecycleState.Requested] = counted.GetValueOrDefault(LifecycleState.Requested) + await db.IdentityRequests.CountAsync(r => r.State == RequestState.Approved, ct);
        return Enum.GetValues<LifecycleState>().ToDictionary(s => s, s => counted.GetValueOrDefault(s));
    }

    /// <summary>The state in which an identity stood at an instant, from its history alone; null where it was not known yet (I-18).</summary>
    public async Task<LifecycleState?> StateAtAsync(Guid identityId, DateTimeOffset at, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var history = db.LifecycleTransitions.AsNoTracking().Where(t => t.IdentityId == identityId);
        if (await history.Where(t => t.At <= at).OrderByDescending(t => t.At).ThenByDescending(t => t.Id).Select(t => (LifecycleState?)t.To).FirstOrDefaultAsync(ct) is { } reached)
            return reached;
        var identity = await db.Identities.AsNoTracking().Where(i => i.Id == identityId).Select(i => new { i.FirstSeenAt, i.State }).SingleOrDefaultAsync(ct);
        if (identity is null || identity.FirstSeenAt > at)
            return null;
        return await history.OrderBy(t => t.At).ThenBy(t => t.Id).Select(t => (LifecycleState?)t.From).FirstOrDefaultAsync(ct) ?? identity.State;
    }

    /// <summary>An identity's changes of state, newest first, at most 200.</summary>
    public async Task<IReadOnlyList<TransitionRow>> HistoryAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.LifecycleTransitions.AsNoTracking().Where(t => t.IdentityId == identityId).OrderByDescending(t => t.At).Take(200)
            .Select(t => new TransitionRow(t.From, t.To, t.At, t.By, t.Reason)).ToListAsync(ct);
    }
}
