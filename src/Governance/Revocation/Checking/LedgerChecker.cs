using System.Globalization;
using Governance.Audit;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>One clause that the data has to fulfil.</summary>
/// <param name="Invariant">Which promise it is part of: <c>I-22</c>.</param>
/// <param name="Clause">What has to be so, in words.</param>
/// <param name="Violations">Rows that break it; 0 is well.</param>
/// <param name="Examples">Ids of some of them.</param>
public sealed record LedgerCheck(string Invariant, string Clause, int Violations, IReadOnlyList<string> Examples);

/// <summary>All clauses, and whether all hold.</summary>
public sealed record LedgerReport(IReadOnlyList<LedgerCheck> Checks, DateTimeOffset? OldestUnfinished)
{
    public bool Sound => Checks.All(c => c.Violations == 0);
}

/// <summary>
/// Proves from the stored rows alone what the console promises of them. It shares no code with what writes them, changes nothing, and is what the fault tests run
/// after each kill and an operator after a restore.
/// </summary>
public sealed class LedgerChecker(IDbContextFactory<GovernanceDb> contexts, ChainVerifier chain)
{
    private const int Shown = 5;

    public async Task<LedgerReport> CheckAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var checks = new List<LedgerCheck>();
        await LifecycleAsync(db, checks, ct);
        await StepsAsync(db, checks, ct);
        await OrdersAsync(db, checks, ct);
        await BrakesAsync(db, checks, ct);
        var audit = await chain.VerifyAsync(ct);
        checks.Add(new LedgerCheck("I-29", "The audit chain is intact and its head agrees.", audit.Intact ? 0 : 1, audit.Intact ? [] : [string.Create(CultureInfo.InvariantCulture, $"entry {audit.FirstBroken}: {audit.Problem}")]));
        var oldest = await db.RevocationOrders.Where(o => o.State == OrderState.Due || o.State == OrderState.Stuck).OrderBy(o => o.OrderedAt).Select(o => (DateTimeOffset?)o.OrderedAt).FirstOrDefaultAsync(ct);
        return new LedgerReport(checks, oldest);
    }

    private static async Task LifecycleAsync(GovernanceDb db, List<LedgerCheck> checks, CancellationToken ct)
    {
        await AddAsync(checks, "I-02", "Every change of state has its audit entry: as many of one as of the other.", Numbers(
            await db.LifecycleTransitions.CountAsync(ct), await db.AuditEntries.CountAsync(e => e.Action == AuditActions.LifecycleChanged, ct)));
        var pairs = await db.LifecycleTransitions.GroupBy(t => new { t.From, t.To }).Select(g => new { g.Key.From, g.Key.To, Count = g.Count() }).ToListAsync(ct);
        var unlisted = pairs.Where(p => Transitions.Find(p.From, p.To) is null).ToList();
        checks.Add(new LedgerCheck("I-17", "Only listed transitions occurred.", unlisted.Sum(p => p.Count), unlisted.ConvertAll(p => $"{p.From} to {p.To}")));
        await AddAsync(checks, "I-17", "Nothing leaves Decommissioned.", db.LifecycleTransitions.Where(t => t.From == LifecycleState.Decommissioned).Select(t => t.IdentityId), ct);
        await AddAsync(checks, "I-18", "The state of each identity is where its last transition led.",
            from i in db.Identities
            where db.LifecycleTransitions.Any(t => t.IdentityId == i.Id) && !db.LifecycleTransitions.Any(t => t.IdentityId == i.Id && t.To == i.State
                && !db.LifecycleTransitions.Any(l => l.IdentityId == i.Id && (l.At > t.At || (l.At == t.At && l.Id.CompareTo(t.Id) > 0))))
            select i.Id, ct);
        await AddAsync(checks, "I-18", "Each transition begins where the one before it ended.",
            from t in db.LifecycleTransitions
            let before = db.LifecycleTransitions.Where(p => p.IdentityId == t.IdentityId && (p.At < t.At || (p.At == t.At && p.Id.CompareTo(t.Id) < 0))).OrderByDescending(p => p.At).ThenByDescending(p => p.Id).Select(p => (LifecycleState?)p.To).FirstOrDefault()
            where before != null && before != t.From
            select t.IdentityId, ct);
    }

    private static async Task StepsAsync(GovernanceDb db, List<LedgerCheck> checks, CancellationToken ct)
    {
        await AddAsync(checks, "I-21", "A step is one per order, verb and generation.", db.RevocationSteps.GroupBy(s => new { s.OrderId, s.Verb, s.Generation }).Where(g => g.Count() > 1).Select(g => g.Key.OrderId), ct);
        await AddAsync(checks, "I-21", "No attempt began after its step was done.",
            from a in db.StepAttempts join s in db.RevocationSteps on a.StepId equals s.Id where s.State == StepState.Done && s.ObservedAt != null && a.IntentAt > s.ObservedAt select s.Id, ct);
        await AddAsync(checks, "I-21", "No attempt carries a fence that its step never had.", from a in db.StepAttempts join s in db.RevocationSteps on a.StepId equals s.Id where a.Fence > s.Fence select s.Id, ct);
        await AddAsync(checks, "I-22", "Verified stands only on an observation dated after the last send.",
            from o in db.RevocationOrders
            where o.Remediation == RemediationState.Verified && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Done && s.ObservedAt != null
                && !db.StepAttempts.Any(a => a.StepId == s.Id && a.IntentAt > s.ObservedAt))
            select o.Id, ct);
        await AddAsync(checks, "I-22", "What is disabled, deleted or undone has a step that is done.",
            from o in db.RevocationOrders
            where (o.State == OrderState.Quarantined || o.State == OrderState.Completed || o.State == OrderState.Undone) && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Done)
            select o.Id, ct);
    }

    private static async Task OrdersAsync(GovernanceDb db, List<LedgerCheck> checks, CancellationToken ct)
    {
        await AddAsync(checks, "I-02", "Every order has the audit entry, or the sweep, that made it.",
            from o in db.RevocationOrders
            where o.SweepId == null && o.Cause == RevocationCause.Manual && !db.AuditEntries.Any(e => e.Action == AuditActions.RevocationOrdered && e.SubjectType == Subjects.Order && SqlText.Upper(e.SubjectId) == SqlText.Upper(o.Id.ToString()))
            select o.Id, ct);
        await AddAsync(checks, "I-02", "Every sweep that ordered something is recorded.", db.RevocationOrders.Where(o => o.SweepId != null && !db.SweepRuns.Any(s => s.Id == o.SweepId && !s.DryRun)).Select(o => o.Id), ct);
        await AddAsync(checks, "I-23", "An order has ended exactly when it is completed, withdrawn or undone.",
            db.RevocationOrders.Where(o => (o.EndedAt != null) != (o.State == OrderState.Completed || o.State == OrderState.Withdrawn || o.State == OrderState.Undone)).Select(o => o.Id), ct);
        await AddAsync(checks, "I-23", "What is held says by what.", db.RevocationOrders.Where(o => o.State == OrderState.Held && o.HeldBy == null).Select(o => o.Id), ct);
        await AddAsync(checks, "I-23", "What is due in its wave has a step.",
            db.RevocationOrders.Where(o => o.State == OrderState.Due && o.Wave != null && o.Remediation != RemediationState.Open && !db.RevocationSteps.Any(s => s.OrderId == o.Id)).Select(o => o.Id), ct);
        await AddAsync(checks, "I-23", "What is stuck has a step that says why.",
            db.RevocationOrders.Where(o => o.State == OrderState.Stuck && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Stuck && s.LastError != null)).Select(o => o.Id), ct);
        await AddAsync(checks, "I-26", "What is undone was restored after everything that was sent before it.",
            from o in db.RevocationOrders
            where o.State == OrderState.Undone && !db.RevocationSteps.Any(r => r.OrderId == o.Id && r.Verb == RevocationVerb.Restore && r.State == StepState.Done && r.Generation == o.Generation
                && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.Generation < o.Generation && s.State != StepState.Done && s.State != StepState.Withdrawn))
            select o.Id, ct);
    }

    private static async Task BrakesAsync(GovernanceDb db, List<LedgerCheck> checks, CancellationToken ct)
    {
        await AddAsync(checks, "I-24", "Every unapproved disabling that was sent has taken its place in the limits.",
            from s in db.RevocationSteps
            join o in db.RevocationOrders on s.OrderId equals o.Id
            where s.Verb == RevocationVerb.Disable && o.ApprovedAt == null && db.StepAttempts.Any(a => a.StepId == s.Id) && !db.CapUses.Any(u => u.StepId == s.Id)
            select s.Id, ct);
        await AddAsync(checks, "I-24", "No place is taken by what was never sent.", db.CapUses.Where(u => !db.StepAttempts.Any(a => a.StepId == u.StepId)).Select(u => u.StepId), ct);
        await AddAsync(checks, "I-27", "Nothing was sent while its identity was exempt.",
            from a in db.StepAttempts
            join s in db.RevocationSteps on a.StepId equals s.Id
            where a.Number == 1 && s.Verb != RevocationVerb.Restore && db.Exemptions.Any(e => e.IdentityId == s.IdentityId && e.GrantedAt <= a.IntentAt && e.Until > a.IntentAt && (e.EndedAt == null || e.EndedAt > a.IntentAt))
            select s.Id, ct);
        await AddAsync(checks, "B11", "A deletion was asked for by one person and approved by another.",
            from s in db.RevocationSteps
            join o in db.RevocationOrders on s.OrderId equals o.Id
            where s.Verb == RevocationVerb.Delete && o.Verb != RevocationVerb.Delete && s.Generation == o.Generation && (o.DeletionAskedBy == null || o.ApprovedBy == null || (o.DeletionAskedBy == o.ApprovedBy && o.DeletionAskedById == null))
            select s.Id, ct);
    }

    private static IReadOnlyList<string> Numbers(int one, int other) => one == other ? [] : [string.Create(CultureInfo.InvariantCulture, $"{one} and {other}")];

    private static Task AddAsync(List<LedgerCheck> checks, string invariant, string clause, IReadOnlyList<string> broken)
    {
        checks.Add(new LedgerCheck(invariant, clause, broken.Count, broken));
        return Task.CompletedTask;
    }

    private static async Task AddAsync(List<LedgerCheck> checks, string invariant, string clause, IQueryable<Guid> broken, CancellationToken ct)
    {
        var some = await broken.Take(Shown).ToListAsync(ct);
        checks.Add(new LedgerCheck(invariant, clause, some.Count < Shown ? some.Count : await broken.CountAsync(ct), some.ConvertAll(id => id.ToString("D"))));
    }
}
