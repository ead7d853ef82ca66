using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>What one evaluation changed.</summary>
/// <param name="Opened">New.</param>
/// <param name="Reopened">Had been fixed and hold again.</param>
/// <param name="Lapsed">The date until which they were accepted has passed.</param>
/// <param name="Fixed">Hold no longer.</param>
/// <param name="Reworded">Still hold, with other evidence or severity.</param>
public sealed record Evaluation(int Opened, int Reopened, int Lapsed, int Fixed, int Reworded)
{
    public bool ChangedAnything => Opened + Reopened + Lapsed + Fixed + Reworded > 0;
}

/// <summary>Evaluates the rules and takes acceptances. Each rule is a handful of statements, however many identities there are.</summary>
public sealed class FindingService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>The longest that a finding can be accepted for; after that somebody has to look again (NIST CSF 2.0 ID.RA-07).</summary>
    public static readonly TimeSpan LongestAcceptance = TimeSpan.FromDays(366);

    private static readonly FindingPolicy Policy = FindingPolicy.Default;

    /// <summary>Evaluates every rule for every identity. Rules measure time, so a job calls this each hour, beside the follower.</summary>
    public async Task<Evaluation> EvaluateAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(() => EvaluateAsync(db, null, clock.Now(), ct), ct);
    }

    /// <summary>
    /// Takes the risk of open findings until a date, with a reason. They count for nothing until then and reopen by themselves.
    /// </summary>
    public async Task<IReadOnlyList<ItemOutcome>> AcceptAsync(IReadOnlyCollection<Guid> findingIds, string reason, DateTimeOffset until, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var asked = findingIds.Distinct().ToList();
            await db.Findings.Where(f => asked.Contains(f.Id)).ExecuteUpdateAsync(s => s.SetProperty(f => f.State, f => f.State), ct);
            var found = await db.Findings.AsNoTracking().Where(f => asked.Contains(f.Id)).Select(f => new { f.Id, f.IdentityId, f.RuleId, f.State }).ToDictionaryAsync(f => f.Id, ct);
            IReadOnlyList<ItemOutcome> outcomes = [.. asked.Select(id => new ItemOutcome(id, AcceptanceRules.Check(found.GetValueOrDefault(id)?.State, reason, until, by, now)))];
            var ids = outcomes.Where(o => o.Refusal is null).Select(o => o.Id).ToList();
            if (ids.Count == 0)
                return outcomes;
            var stored = StorableText.Clean(reason.Trim());
            await db.Findings.Where(f => ids.Contains(f.Id)).ExecuteUpdateAsync(
                s => s.SetProperty(f => f.State, FindingState.Accepted).SetProperty(f => f.AcceptedUntil, until).SetProperty(f => f.AcceptedBy, by.Name).SetProperty(f => f.AcceptedReason, stored), ct);
            await Risk.UpdateAsync(db, ids.Select(id => found[id].IdentityId).Distinct().ToList(), ct);
            await audit.AppendAsync(db, by, now,
                ids.ConvertAll(id => new AuditDraft(AuditActions.FindingAccepted, Subjects.Identity, found[id].IdentityId, reason, new { FindingId = id, found[id].RuleId, Until = until })), ct);
            return outcomes;
        }, ct);
    }

    /// <param name="db">With a transaction open.</param>
    /// <param name="only">These identities; null for all. Rules that compare identities need all.</param>
    /// <param name="now">The instant that is measured from.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Evaluation> EvaluateAsync(GovernanceDb db, IReadOnlyCollection<Guid>? only, DateTimeOffset now, CancellationToken ct)
    {
        var context = new RuleContext(db, now, Policy);
        var lapsed = await db.Findings.Where(f => f.State == FindingState.Accepted && f.AcceptedUntil <= now).ExecuteUpdateAsync(
            s => s.SetProperty(f => f.State, FindingState.Open).SetProperty(f => f.AcceptedUntil, (DateTimeOffset?)null).SetProperty(f => f.AcceptedBy, (string?)null).SetProperty(f => f.AcceptedReason, (string?)null), ct);
        var total = new Evaluation(0, 0, lapsed, 0, 0);
        foreach (var rule in FindingRules.All)
        {
            var one = await RuleEvaluation.RunAsync(context, rule, only, ct);
            total = total with { Opened = total.Opened + one.Opened, Reopened = total.Reopened + one.Reopened, Fixed = total.Fixed + one.Fixed, Reworded = total.Reworded + one.Reworded };
        }

        // All of them also after a part: something accepted may have lapsed anywhere.
        await Risk.UpdateAsync(db, lapsed > 0 ? null : only, ct);
        if (total.ChangedAnything)
            await audit.AppendAsync(db, Actor.Job("findings"), now, new AuditDraft(AuditActions.FindingsEvaluated, Subjects.Finding, "all", null, total), ct);
        return total;
    }
}
