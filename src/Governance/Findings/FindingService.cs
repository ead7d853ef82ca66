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

    internal Evaluation And(Evaluation other) => new(Opened + other.Opened, Reopened + other.Reopened, Lapsed + other.Lapsed, Fixed + other.Fixed, Reworded + other.Reworded);
}

/// <summary>Evaluates the rules. Each rule is a handful of statements, however many identities there are.</summary>
public sealed class FindingService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, EvaluationProgress progress)
{
    /// <summary>The longest that a finding can be accepted for; after that somebody has to look again (NIST CSF 2.0 ID.RA-07).</summary>
    public static readonly TimeSpan LongestAcceptance = TimeSpan.FromDays(366);

    /// <summary>The row that every evaluation locks first, so that two of them take turns, part by part.</summary>
    private const string Turn = "findings.turn";

    private static readonly Actor Job = Actor.Job("findings");

    /// <summary>Evaluates every rule for every identity. Rules measure time, so a job calls this each night, beside the follower.</summary>
    public Task<Evaluation> EvaluateAsync(CancellationToken ct) => EvaluateInPartsAsync(null, ct);

    /// <summary>
    /// The same after imports: each rule for what they changed, and rules that reach others for everyone. Works in parts, each in a transaction of its own with its audit entry: killed
    /// between two of them, the next evaluation finds the rest.
    /// </summary>
    /// <param name="runs">The import runs; null: everything for everyone. Where there are many identities, the counts that pages show are renewed by the nightly evaluation only.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Evaluation> EvaluateInPartsAsync(IReadOnlyCollection<Guid>? runs, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.Database.OpenConnectionAsync(ct);
        await BeginAsync(ct);
        await Statistics.RefreshAsync(db, ct);
        var now = clock.Now();
        var policy = await PolicyService.ReadAsync(db, ct);
        var context = new RuleContext(db, now, policy);
        var total = await InTurnAsync(db, () => PrepareAsync(context, paths: true, ct), now, ct);
        var steps = new List<(EvaluationPart Part, IReadOnlyList<FindingRule> Rules, bool Weigh)>();
        var everyone = await EvaluationPart.SplitAsync(db, i => i, everyone: true, ct);
        if (runs is null)
        {
            steps.AddRange(everyone.Select(p => (p, FindingRules.All, true)));
        }
        else
        {
            var changed = await EvaluationPart.SplitAsync(db, i => i.Where(x => runs.Contains(x.LastChangedRunId) || db.IdentityChanges.Any(c => c.IdentityId == x.Id && runs.Contains(c.RunId))), everyone: false, ct);
            steps.AddRange(changed.Select(p => (p, Local, true)));
            steps.AddRange(everyone.Select(p => (p, Reaching, false)));
        }

        try
        {
            foreach (var (n, (part, rules, weigh)) in steps.Index())
            {
                progress.At(n, steps.Count);
                // After the first part of a first evaluation the table of findings is another one than the database knows.
                if (n == 1)
                    await Statistics.RefreshAsync(db, ct);
                total = total.And(await InTurnAsync(db, () => EvaluatePartAsync(context, part, rules, weigh, ct), now, ct));
            }

            if (runs is null || everyone.Count <= 1 || !await db.RuleOutcomes.AnyAsync(ct))
                await RuleEvaluation.CountAsync(context, ct);
            return total;
        }
        finally
        {
            progress.Done();
        }
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
                await Risk.UpdateAsync(db, EvaluationPart.All, (await PolicyService.ReadAsync(db, ct)).Weights, ct);
                await audit.AppendAsync(db, Job, now, new AuditDraft(AuditActions.FindingsEvaluated, Subjects.Finding, "all", null, new Evaluation(0, 0, lapsed, 0, 0)), ct);
            }

            return lapsed;
        }, ct);
    }

    /// <summary>A few identities, in the open transaction of what changed them.</summary>
    /// <param name="db">With a transaction open.</param>
    /// <param name="only">These identities.</param>
    /// <param name="paths">Whether ways to become an administrator may have changed.</param>
    /// <param name="now">The instant that is measured from.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Evaluation> EvaluateAsync(GovernanceDb db, IReadOnlyCollection<Guid> only, bool paths, DateTimeOffset now, CancellationToken ct)
    {
        var context = new RuleContext(db, now, await PolicyService.ReadAsync(db, ct));
        await LockAsync(db, ct);
        var total = (await PrepareAsync(context, paths, ct)).And(await EvaluatePartAsync(context, EvaluationPart.Of(only), FindingRules.All, weigh: true, ct));
        await TellAsync(db, total, now, ct);
        return total;
    }

    /// <summary>Makes the row that evaluations lock; of two that make it at once, one finds it.</summary>
    internal async Task BeginAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.FollowerCursors.AnyAsync(c => c.Follower == Turn, ct))
            return;
        db.FollowerCursors.Add(new FollowerCursor { Follower = Turn });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            if (!await db.FollowerCursors.AnyAsync(c => c.Follower == Turn, ct))
                throw;
        }
    }

    private static IReadOnlyList<FindingRule> Local { get; } = [.. FindingRules.All.Where(r => !r.ReachesOthers)];

    private static IReadOnlyList<FindingRule> Reaching { get; } = [.. FindingRules.All.Where(r => r.ReachesOthers)];

    private static Task LockAsync(GovernanceDb db, CancellationToken ct) =>
        db.FollowerCursors.Where(c => c.Follower == Turn).ExecuteUpdateAsync(s => s.SetProperty(c => c.LastSequence, c => c.LastSequence), ct);

    private Task<Evaluation> InTurnAsync(GovernanceDb db, Func<Task<Evaluation>> work, DateTimeOffset now, CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        await LockAsync(db, ct);
        var one = await work();
        await TellAsync(db, one, now, ct);
        return one;
    }, ct);

    /// <summary>What all parts lean on, and what is quick for everyone: known incidents, ways to become an administrator, lapsed acceptances, rules that are switched off.</summary>
    private static async Task<Evaluation> PrepareAsync(RuleContext context, bool paths, CancellationToken ct)
    {
        var (db, total) = (context.Db, new Evaluation(0, 0, 0, 0, 0));
        await VendorIncident.SyncAsync(db, ct);
        if (paths)
            await EscalationPaths.BuildAsync(db, context.Now, ct);
        if (await LapseAsync(db, context.Now, ct) is var lapsed and > 0)
            total = total with { Lapsed = lapsed };
        foreach (var rule in FindingRules.All.Where(r => !context.Policy.IsOn(r.Id)))
            total = total.And(await RuleEvaluation.DropAsync(db, rule.Id, ct));
        // What lapsed or was dropped may stand anywhere.
        if (total.ChangedAnything)
            await Risk.UpdateAsync(db, EvaluationPart.All, context.Policy.Weights, ct);
        return total;
    }

    private static async Task<Evaluation> EvaluatePartAsync(RuleContext context, EvaluationPart part, IReadOnlyList<FindingRule> rules, bool weigh, CancellationToken ct)
    {
        var total = new Evaluation(0, 0, 0, 0, 0);
        foreach (var rule in rules.Where(r => context.Policy.IsOn(r.Id)))
            total = total.And(await RuleEvaluation.RunAsync(context, rule, part, ct));
        if (weigh || total.ChangedAnything)
            await Risk.UpdateAsync(context.Db, part, context.Policy.Weights, ct);
        return total;
    }

    private async Task TellAsync(GovernanceDb db, Evaluation evaluation, DateTimeOffset now, CancellationToken ct)
    {
        if (evaluation.ChangedAnything)
            await audit.AppendAsync(db, Job, now, new AuditDraft(AuditActions.FindingsEvaluated, Subjects.Finding, "all", null, evaluation), ct);
    }

    private static Task<int> LapseAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct) =>
        db.Findings.Where(f => f.State == FindingState.Accepted && f.AcceptedUntil <= now).ExecuteUpdateAsync(
            s => s.SetProperty(f => f.State, FindingState.Open).SetProperty(f => f.AcceptedUntil, (DateTimeOffset?)null).SetProperty(f => f.AcceptedBy, (string?)null).SetProperty(f => f.AcceptedReason, (string?)null).SetProperty(f => f.ConfirmedBy, (string?)null), ct);
}
