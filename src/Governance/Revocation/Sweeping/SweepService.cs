using System.Data;
using Governance.Audit;
using Governance.Common;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>Finds the identities that have to go and makes their orders, in a handful of statements however many there are.</summary>
public sealed class SweepService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, ConnectorService connectors, TimeProvider clock)
{
    /// <summary>
    /// One sweep. A dry run does the same and rolls back; the stop switch (B1), "dry run only" (B14) and whatever was never seen before (B3) make each run a dry
    /// one. Only the run itself is then kept.
    /// </summary>
    /// <param name="dryRun">Order nothing.</param>
    /// <param name="by">Who runs it.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="plan">The hash of the plan that was shown (<see cref="SweepReport.PlanHash"/>): this plan runs, or none.</param>
    public async Task<Outcome<SweepReport>> RunAsync(bool dryRun, Actor by, CancellationToken ct, string? plan = null)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var started = clock.Now();
        var run = new SweepRun { Id = Ids.New(started), StartedAt = started, StartedBy = by.Name };
        await using var transaction = await db.Database.BeginTransactionAsync(db.Database.IsSqlite() ? IsolationLevel.Serializable : IsolationLevel.ReadCommitted, ct);
        await RevocationOrders.LockAsync(db, ct);
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        run.PolicyHash = await FirstRun.PolicyHashAsync(db, settings, ct);
        var confirmed = string.Equals(settings.ConfirmedPolicy, run.PolicyHash, StringComparison.Ordinal);
        var brake = StopSwitch.Judge(settings) ?? DryRunOnly.Judge(settings) ?? (confirmed || plan is not null || dryRun ? null : FirstRun.NeverSeen);
        var items = await SweepAsync(db, run, settings, by, ct);
        if (dryRun || brake is not null || plan is not null)
            run.PlanHash = await FirstRun.PlanHashAsync(db, run.Id, ct);
        if (brake is null && plan is not null && !string.Equals(plan, run.PlanHash, StringComparison.Ordinal))
            brake = FirstRun.PlanChanged;
        if (!dryRun && brake is null)
        {
            if (!confirmed)
                await db.BrakeSettings.Where(b => b.Id == BrakeSettings.TheId).ExecuteUpdateAsync(u => u.SetProperty(b => b.ConfirmedPolicy, run.PolicyHash), ct);
            await Telling.RemindAsync(db, started, ct);
            FaultPoint.Pass("sweep.ordered");
            await RecordAsync(db, run, null, by, ct);
            await transaction.CommitAsync(ct);
            FaultPoint.Pass("sweep.committed");
            return Report(run, items, null);
        }

        var numbers = await SweepNumbers.CountAsync(db, run, connectors.Find, started, ct);
        await transaction.RollbackAsync(ct);
        db.ChangeTracker.Clear();
        (run.DryRun, run.Brake) = (true, brake?.ToString());
        return await db.InTransactionAsync(async () =>
        {
            await RecordAsync(db, run, dryRun ? null : brake, by, ct);
            return Report(run, items, numbers);
        }, ct);
    }

    private static async Task<IReadOnlyList<SweepItem>> SweepAsync(GovernanceDb db, SweepRun run, BrakeSettings settings, Actor by, CancellationToken ct)
    {
        var now = run.StartedAt;
        // Counted by two indexes alone: rows are not read for it.
        var live = db.Identities.Where(i => i.State == LifecycleState.Discovered || i.State == LifecycleState.Active);
        run.Population = await live.CountAsync(ct) - await db.Identities.Where(SweepCandidates.NotOver).CountAsync(i => i.MissingSince != null, ct);
        run.Denied = await db.RevocationOrders.CountAsync(o => o.Cause == RevocationCause.Denied && (o.State == OrderState.Held || o.State == OrderState.Noticed || o.State == OrderState.Due), ct);
        var (expired, unowned) = (SweepCandidates.Expired(db, settings, await PolicyRules.InForceAsync(db, ct), now), SweepCandidates.Unowned(db, settings, now));
        var exempt = db.Exemptions.Where(e => e.EndedAt == null && e.Until > now).Select(e => e.IdentityId);
        run.Exempt = await expired.Select(i => i.Id).Where(i => exempt.Contains(i)).Union(unowned.Select(i => i.Id).Where(i => exempt.Contains(i))).CountAsync(ct);
        run.Expired = await RevocationOrders.InsertUnjudgedAsync(db, SweepCandidates.AsExpired(expired.NotExempt(db, now)), RevocationCause.Expired, by, run.Id, now, ct);
        run.Unowned = await RevocationOrders.InsertUnjudgedAsync(db, SweepCandidates.AsUnowned(unowned.NotExempt(db, now), settings), RevocationCause.Unowned, by, run.Id, now, ct);
        run.Ordered = run.Expired + run.Unowned;
        await BrakeJudge.JudgeAsync(db, now, ct);
        run.Held = await db.RevocationOrders.CountAsync(o => o.SweepId == run.Id && o.State == OrderState.Held, ct);
        return await (from o in db.RevocationOrders.AsNoTracking()
                      join i in db.Identities on o.IdentityId equals i.Id
                      join s in db.Sources on o.SourceId equals s.Id
                      where o.SweepId == run.Id
                      orderby s.Name, i.DisplayName, i.Id
                      select new SweepItem(i.Id, i.DisplayName, s.Name, o.Cause, o.Reason, o.State, o.HeldBy, o.NoticeUntil)).Take(SweepReport.MostItems).ToListAsync(ct);
    }

    private async Task RecordAsync(GovernanceDb db, SweepRun run, Brake? fired, Actor by, CancellationToken ct)
    {
        run.EndedAt = clock.Now();
        db.SweepRuns.Add(run);
        if (fired is not null)
            await BrakeCounts.AddAsync(db, fired, 1, run.EndedAt.Value, ct);
        await audit.AppendAsync(db, by, run.EndedAt.Value, new AuditDraft(AuditActions.SweepRun, Subjects.Sweep, run.Id, null,
            new { run.DryRun, run.Population, run.Unowned, run.Expired, run.Denied, run.Exempt, run.Ordered, run.Held, run.Brake, run.PolicyHash, run.PlanHash }), ct);
    }

    private static SweepReport Report(SweepRun run, IReadOnlyList<SweepItem> items, SweepNumbers? numbers) =>
        new(run.Id, run.DryRun, run.Population, run.Unowned, run.Expired, run.Denied, run.Exempt, run.Ordered, run.Held, run.Brake, items) { PlanHash = run.PlanHash, Numbers = numbers };
}
