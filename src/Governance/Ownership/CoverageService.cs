using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>One day of the trend.</summary>
public sealed record CoverageDay(DateTimeOffset Day, int Total, int Accepted, int Confirmed)
{
    /// <summary>Null where there was nobody to own.</summary>
    public int? Percent => Total == 0 ? null : (int)(100L * Confirmed / Total);
}

/// <summary>Keeps the coverage of each day, and lets an owner say that what they answer for is still theirs.</summary>
public sealed class CoverageService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, OwnershipQueries queries)
{
    /// <summary>Writes down the coverage of today; of several times a day the last one stays.</summary>
    public async Task<int> SnapshotAsync(CancellationToken ct)
    {
        var coverage = await queries.CoverageAsync(ct);
        var now = clock.Now();
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var rows = new List<CoverageSnapshot> { Of(CoverageScope.AiTools, coverage.AiTools), Of(CoverageScope.Everything, coverage.Everything) };
        rows.AddRange(coverage.BySource.Select(r => Of(CoverageScope.Source, r)));
        rows.AddRange(coverage.ByTool.Select(r => Of(CoverageScope.Tool, r)));
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            await db.CoverageSnapshots.Where(s => s.Day == day).ExecuteDeleteAsync(ct);
            await db.InsertManyAsync(rows, ct);
            return rows.Count;
        }, ct);

        CoverageSnapshot Of(CoverageScope scope, CoverageRow r) => new()
        {
            Id = Ids.New(now),
            Day = day,
            Scope = scope,
            ScopeId = r.Id,
            Total = r.Total,
            Accepted = r.Accepted,
            Confirmed = r.Confirmed,
            Proposed = r.Proposed,
            Orphaned = r.Orphaned,
        };
    }

    /// <summary>The days of the last so many that have one, the oldest first.</summary>
    public async Task<IReadOnlyList<CoverageDay>> TrendAsync(CoverageScope scope, Guid? scopeId, int days, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var from = clock.Now().AddDays(-days);
        return await db.CoverageSnapshots.AsNoTracking().Where(s => s.Scope == scope && s.ScopeId == scopeId && s.Day >= from).OrderBy(s => s.Day)
            .Select(s => new CoverageDay(s.Day, s.Total, s.Accepted, s.Confirmed)).ToListAsync(ct);
    }

    /// <summary>"Still mine": the owner says so for what they accepted long ago, or inherited.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> ConfirmAsync(IReadOnlyCollection<Guid> identityIds, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var batch = await OwnershipBatch.LockAsync(db, identityIds, ct);
            var outcomes = batch.Decide(standing => standing is null ? OwnershipRefusals.IdentityNotFound
                : standing.OwnerState == OwnerState.Accepted && standing.OwnerId == by.PersonId && by.PersonId is not null ? null : OwnershipRefusals.NotOwner);
            var ids = OwnershipBatch.Allowed(outcomes);
            if (ids.Count == 0)
                return outcomes;
            await db.OwnerAssignments.Where(a => ids.Contains(a.IdentityId) && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Accepted && a.PersonId == by.PersonId)
                .ExecuteUpdateAsync(s => s.SetProperty(a => a.ConfirmedAt, now).SetProperty(a => a.DueAt, (DateTimeOffset?)null), ct);
            await audit.AppendAsync(db, by, now, ids.ConvertAll(id => new AuditDraft(AuditActions.OwnerConfirmed, Subjects.Identity, id)), ct);
            return outcomes;
        }, ct);
    }
}
