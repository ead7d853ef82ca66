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

/// <summary>Evaluates the rules. Each rule is a handful of statements, however many identities there are.</summary>
public sealed class FindingService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>The longest that a finding can be accepted for; after that somebody has to look again (NIST CSF 2.0 ID.RA-07).</summary>
    public static readonly TimeSpan LongestAcceptance = TimeSpan.FromDays(366);

    /// <summary>With more identities than this, the counts that pages show are renewed by the nightly evaluation of all only.</summary>
    private const int CountAlways = 20_000;

    /// <summary>Evaluates every rule for every identity. Rules measure time, so a job calls this each night, beside the follower.</summary>
    public async Task<Evaluation> EvaluateAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(() => EvaluateAsync(db, null, clock.Now(), ct), ct);
    }

    /// <summary>Opens what was accepted until now. Cheap: a job calls it each hour.</summary>
    public async Task<int> LapseAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var lapsed = await LapseAsync(db, now, ct);
            if (lapsed > 0)
            {
                await Risk.UpdateAsync(db, null, (await PolicyService.ReadAsync(db, ct)).Weights, ct);
                await audit.AppendAsync(db, Actor.Job("findings"), now, new AuditDraft(AuditActions.FindingsEvaluated, Subjects.Finding, "all", null, new Evaluation(0, 0, lapsed, 0, 0)), ct);
            }

            return lapsed;
        }, ct);
    }

    /// <param name="db">With a transaction open.</param>
    /// <param name="only">These identities; null for all. Rules that compare identities need all.</param>
    /// <param name="now">The instant that is measured from.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Evaluation> EvaluateAsync(GovernanceDb db, IReadOnlyCollection<Guid>? only, DateTimeOffset now, CancellationToken ct)
    {
        var policy = await PolicyService.ReadAsync(db, ct);
        var context = new RuleContext(db, now, policy);
        await VendorIncident.SyncAsync(db, ct);
        await EscalationPaths.BuildAsync(db, now, ct);
        var lapsed = await LapseAsync(db, now, ct);
        var total = new Evaluation(0, 0, lapsed, 0, 0);
        foreach (var rule in FindingRules.All)
        {
            var one = policy.IsOn(rule.Id) ? await RuleEvaluation.RunAsync(context, rule, only, ct) : await RuleEvaluation.DropAsync(db, rule.Id, ct);
            total = total with { Opened = total.Opened + one.Opened, Reopened = total.Reopened + one.Reopened, Fixed = total.Fixed + one.Fixed, Reworded = total.Reworded + one.Reworded };
        }

        if (only is null || await db.Identities.Take(CountAlways + 1).CountAsync(ct) <= CountAlways)
            await RuleEvaluation.CountAsync(context, ct);

        // All of them also after a part: something accepted may have lapsed anywhere.
        await Risk.UpdateAsync(db, lapsed > 0 ? null : only, policy.Weights, ct);
        if (total.ChangedAnything)
            await audit.AppendAsync(db, Actor.Job("findings"), now, new AuditDraft(AuditActions.FindingsEvaluated, Subjects.Finding, "all", null, total), ct);
        return total;
    }

    private static Task<int> LapseAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct) =>
        db.Findings.Where(f => f.State == FindingState.Accepted && f.AcceptedUntil <= now).ExecuteUpdateAsync(
            s => s.SetProperty(f => f.State, FindingState.Open).SetProperty(f => f.AcceptedUntil, (DateTimeOffset?)null).SetProperty(f => f.AcceptedBy, (string?)null).SetProperty(f => f.AcceptedReason, (string?)null).SetProperty(f => f.ConfirmedBy, (string?)null), ct);
}
