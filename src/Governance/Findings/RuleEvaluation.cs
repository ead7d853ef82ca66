using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>Brings one rule's findings to what holds now, set-based.</summary>
internal static class RuleEvaluation
{
    /// <summary>"Last seen" is renewed at most this often, so that an evaluation that finds nothing new writes next to nothing.</summary>
    private static readonly TimeSpan SeenEvery = TimeSpan.FromHours(1);

    public static async Task<Evaluation> RunAsync(RuleContext context, FindingRule rule, EvaluationPart part, CancellationToken ct)
    {
        var (db, now, id) = (context.Db, context.Now, rule.Id);
        var identities = part.Identities(db.Identities.AsNoTracking());
        var about = rule.Population(context, identities);
        var severity = context.Policy.SeverityOf(rule);
        var hits = rule.Holds(context, about);
        var findings = part.Findings(db.Findings.Where(f => f.RuleId == id));

        // What used to hold and can't be told any more is not fixed: the source has merely stopped saying so.
        var gone = findings.Where(f => (f.State == FindingState.Open || f.State == FindingState.Accepted) && !hits.Any(i => i.Id == f.IdentityId));
        if (rule.Unreported is { } unreported)
        {
            var silent = unreported(context, about);
            gone = gone.Where(f => !silent.Any(i => i.Id == f.IdentityId));
        }

        var ended = await gone.ExecuteUpdateAsync(s => s.SetProperty(f => f.State, FindingState.Fixed).SetProperty(f => f.FixedAt, now), ct);
        var reopened = await findings.Where(f => (f.State == FindingState.Fixed || f.State == FindingState.Dropped) && hits.Any(i => i.Id == f.IdentityId)).ExecuteUpdateAsync(
            s => s.SetProperty(f => f.State, FindingState.Open).SetProperty(f => f.FixedAt, (DateTimeOffset?)null).SetProperty(f => f.AcceptedUntil, (DateTimeOffset?)null)
                .SetProperty(f => f.AcceptedBy, (string?)null).SetProperty(f => f.AcceptedReason, (string?)null).SetProperty(f => f.ConfirmedBy, (string?)null)
                .SetProperty(f => f.AskedBy, (string?)null).SetProperty(f => f.AskedById, (string?)null).SetProperty(f => f.AskedByPersonId, (Guid?)null).SetProperty(f => f.AskedUntil, (DateTimeOffset?)null).SetProperty(f => f.AskedReason, (string?)null), ct);
        var reworded = await (
            from f in findings
            where f.State == FindingState.Open || f.State == FindingState.Accepted
            join hit in rule.Evidence(context, hits) on f.IdentityId equals hit.IdentityId
            where f.Evidence != hit.Evidence
            select new { Finding = f, hit.Evidence })
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Finding.Evidence, x => x.Evidence), ct);
        var stale = now - SeenEvery;
        await findings.Where(f => (f.State == FindingState.Open || f.State == FindingState.Accepted) && f.LastSeenAt < stale && hits.Any(i => i.Id == f.IdentityId)).ExecuteUpdateAsync(s => s.SetProperty(f => f.LastSeenAt, now), ct);

        var fresh = hits.Where(i => !db.Findings.Any(f => f.RuleId == id && f.IdentityId == i.Id));
        var opened = await db.InsertSelectAsync(db.Findings, rule.Evidence(context, fresh),
            new { RuleId = id, Severity = severity, FirstSeenAt = now, LastSeenAt = now, State = FindingState.Open }, now, ct);
        await WeighAsync(findings, rule.Worse?.Invoke(context, hits), severity, ct);
        return new Evaluation(opened, reopened, 0, ended, reworded);
    }

    /// <summary>Takes a rule's findings out of every count while it is switched off.</summary>
    public static async Task<Evaluation> DropAsync(GovernanceDb db, string ruleId, CancellationToken ct)
    {
        var dropped = await db.Findings.Where(f => f.RuleId == ruleId && (f.State == FindingState.Open || f.State == FindingState.Accepted)).ExecuteUpdateAsync(
            s => s.SetProperty(f => f.State, FindingState.Dropped).SetProperty(f => f.AcceptedUntil, (DateTimeOffset?)null).SetProperty(f => f.AcceptedBy, (string?)null).SetProperty(f => f.AcceptedReason, (string?)null).SetProperty(f => f.ConfirmedBy, (string?)null), ct);
        return new Evaluation(0, 0, 0, 0, dropped);
    }

    /// <summary>
    /// Writes down how many each rule is about, and of how many it can't tell. What was found once and can't be told any more still stands as a finding and is
    /// counted as one, so that the three outcomes add up.
    /// </summary>
    public static async Task CountAsync(RuleContext context, CancellationToken ct, IReadOnlyCollection<string>? only = null)
    {
        var db = context.Db;
        var outcomes = new List<RuleOutcome>();
        var everyone = await db.Identities.Living().CountAsync(ct);
        foreach (var rule in FindingRules.All.Where(r => context.Policy.IsOn(r.Id) && (only is null || only.Contains(r.Id, StringComparer.Ordinal))))
        {
            var about = rule.Population(context, db.Identities.AsNoTracking());
            var silent = rule.Unreported is { } unreported
                ? await unreported(context, about).CountAsync(i => !db.Findings.Any(f => f.IdentityId == i.Id && f.RuleId == rule.Id && (f.State == FindingState.Open || f.State == FindingState.Accepted)), ct) : 0;
            outcomes.Add(new RuleOutcome { RuleId = rule.Id, Population = rule.IsAboutEveryone ? everyone : await about.CountAsync(ct), CannotTell = silent, At = context.Now });
        }

        await db.InTransactionAsync(async () =>
        {
            await db.RuleOutcomes.ExecuteDeleteAsync(ct);
            await db.InsertManyAsync(outcomes, ct);
            return true;
        }, ct);
    }

    private static async Task WeighAsync(IQueryable<Finding> findings, IQueryable<Identity>? worse, Severity basis, CancellationToken ct)
    {
        var standing = findings.Where(f => f.State == FindingState.Open || f.State == FindingState.Accepted);
        if (worse is null || basis == Severity.Critical)
        {
            await standing.Where(f => f.Severity != basis).ExecuteUpdateAsync(s => s.SetProperty(f => f.Severity, basis), ct);
            return;
        }

        var raised = basis + 1;
        await standing.Where(f => f.Severity != raised && worse.Any(i => i.Id == f.IdentityId)).ExecuteUpdateAsync(s => s.SetProperty(f => f.Severity, raised), ct);
        await standing.Where(f => f.Severity != basis && !worse.Any(i => i.Id == f.IdentityId)).ExecuteUpdateAsync(s => s.SetProperty(f => f.Severity, basis), ct);
    }
}
