using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>Brings one rule's findings to what holds now, set-based.</summary>
internal static class RuleEvaluation
{
    /// <summary>"Last seen" is renewed at most this often, so that an evaluation that finds nothing new writes next to nothing.</summary>
    private static readonly TimeSpan SeenEvery = TimeSpan.FromHours(1);

    public static async Task<Evaluation> RunAsync(RuleContext context, FindingRule rule, IReadOnlyCollection<Guid>? only, CancellationToken ct)
    {
        var (db, now, id) = (context.Db, context.Now, rule.Id);
        var identities = only is null ? db.Identities.AsNoTracking() : db.Identities.AsNoTracking().Where(i => only.Contains(i.Id));
        var about = rule.About(context, identities.Living());
        var hits = rule.Holds(context, about);
        var findings = only is null ? db.Findings.Where(f => f.RuleId == id) : db.Findings.Where(f => f.RuleId == id && only.Contains(f.IdentityId));

        // What used to hold and can't be told any more is not fixed: the source has merely stopped saying so.
        var gone = findings.Where(f => f.State != FindingState.Fixed && !hits.Any(i => i.Id == f.IdentityId));
        if (rule.Unreported is { } unreported)
        {
            var silent = unreported(context, about);
            gone = gone.Where(f => !silent.Any(i => i.Id == f.IdentityId));
        }

        var ended = await gone.ExecuteUpdateAsync(s => s.SetProperty(f => f.State, FindingState.Fixed).SetProperty(f => f.FixedAt, now), ct);
        var reopened = await findings.Where(f => f.State == FindingState.Fixed && hits.Any(i => i.Id == f.IdentityId)).ExecuteUpdateAsync(
            s => s.SetProperty(f => f.State, FindingState.Open).SetProperty(f => f.FixedAt, (DateTimeOffset?)null).SetProperty(f => f.AcceptedUntil, (DateTimeOffset?)null)
                .SetProperty(f => f.AcceptedBy, (string?)null).SetProperty(f => f.AcceptedReason, (string?)null), ct);
        var reworded = await (
            from f in findings
            where f.State != FindingState.Fixed
            join hit in rule.Evidence(context, hits) on f.IdentityId equals hit.IdentityId
            where f.Evidence != hit.Evidence
            select new { Finding = f, hit.Evidence })
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Finding.Evidence, x => x.Evidence), ct);
        var stale = now - SeenEvery;
        await findings.Where(f => f.State != FindingState.Fixed && f.LastSeenAt < stale && hits.Any(i => i.Id == f.IdentityId)).ExecuteUpdateAsync(s => s.SetProperty(f => f.LastSeenAt, now), ct);

        var fresh = hits.Where(i => !db.Findings.Any(f => f.RuleId == id && f.IdentityId == i.Id));
        var opened = await db.InsertSelectAsync(db.Findings, rule.Evidence(context, fresh),
            new { RuleId = id, rule.Severity, FirstSeenAt = now, LastSeenAt = now, State = FindingState.Open }, now, ct);
        if (rule.Worse is { } worse)
            await RaiseAsync(findings, worse(context, hits), rule.Severity, ct);
        return new Evaluation(opened, reopened, 0, ended, reworded);
    }

    private static async Task RaiseAsync(IQueryable<Finding> findings, IQueryable<Identity> worse, Severity basis, CancellationToken ct)
    {
        var raised = basis + 1;
        await findings.Where(f => f.Severity != raised && worse.Any(i => i.Id == f.IdentityId)).ExecuteUpdateAsync(s => s.SetProperty(f => f.Severity, raised), ct);
        await findings.Where(f => f.State != FindingState.Fixed && f.Severity != basis && !worse.Any(i => i.Id == f.IdentityId)).ExecuteUpdateAsync(s => s.SetProperty(f => f.Severity, basis), ct);
    }
}
