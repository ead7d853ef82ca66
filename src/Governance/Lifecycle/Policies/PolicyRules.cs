using System.Linq.Expressions;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Lifecycle;

/// <summary>What of an identity decides which policy holds for it. A kind or an environment that is not known matches no policy that names one.</summary>
public sealed record PolicyFacts(Guid SourceId, IdentityKind? Kind, DeploymentEnvironment? Environment, Autonomy? Autonomy, bool ForAiTool);

/// <summary>What holds: how long, and the policy that says so; null where the console's own limits hold.</summary>
public sealed record LifecycleTerms(int MaxLifeDays, int GraceDays, string? Policy)
{
    /// <summary>What holds where no policy matches: a year, and no grace after the end.</summary>
    public static LifecycleTerms Default { get; } = new(365, 0, null);
}

/// <summary>Which lifecycle policy holds for what: the one answer for a request, an identity and a sweep.</summary>
public static class PolicyRules
{
    /// <summary>In force, the one that wins first.</summary>
    public static Task<List<LifecyclePolicy>> InForceAsync(GovernanceDb db, CancellationToken ct) =>
        db.LifecyclePolicies.AsNoTracking().Where(p => p.EndedAt == null).OrderByDescending(p => p.Specificity).ThenBy(p => p.SetAt).ThenBy(p => p.Id).ToListAsync(ct);

    /// <summary>The terms for what is known.</summary>
    public static LifecycleTerms Terms(IEnumerable<LifecyclePolicy> ordered, PolicyFacts facts) =>
        ordered.FirstOrDefault(p => (p.Kind is null || p.Kind == facts.Kind) && (p.Environment is null || p.Environment == facts.Environment) && (p.Autonomy is null || p.Autonomy == facts.Autonomy)
            && (p.ForAiTool is null || p.ForAiTool == facts.ForAiTool) && (p.SourceId is null || p.SourceId == facts.SourceId)) is { } first
            ? new LifecycleTerms(first.MaxLifeDays, first.GraceDays, first.Name)
            : LifecycleTerms.Default;

    /// <summary>Identities that the policy's filter names, whatever other policy wins.</summary>
    public static Expression<Func<Identity, bool>> Names(GovernanceDb db, LifecyclePolicy policy)
    {
        var (kind, environment, autonomy, forTool, source) = (policy.Kind, policy.Environment, policy.Autonomy, policy.ForAiTool, policy.SourceId);
        return i => (kind == null || i.Kind == kind) && (environment == null || i.Environment == environment) && (source == null || i.SourceId == source)
            && (forTool == null || (i.ToolId != null) == forTool) && (autonomy == null || db.Tools.Any(t => t.Id == i.ToolId && t.Autonomy == autonomy));
    }

    /// <summary>Identities whose end, and the grace of the policy that holds for them, are over: one condition, however many policies.</summary>
    public static Expression<Func<Identity, bool>> Over(GovernanceDb db, IReadOnlyList<LifecyclePolicy> ordered, DateTimeOffset now)
    {
        var identity = Expression.Parameter(typeof(Identity), "i");
        Expression cutoff = Expression.Constant(now, typeof(DateTimeOffset?));
        foreach (var policy in ordered.Reverse())
        {
            var names = Names(db, policy);
            var body = new Swap(names.Parameters[0], identity).Visit(names.Body);
            cutoff = Expression.Condition(body, Expression.Constant(now.AddDays(-policy.GraceDays), typeof(DateTimeOffset?)), cutoff);
        }

        var end = Expression.Property(identity, nameof(Identity.ExpiresAt));
        // The first condition alone can be read from an index.
        var passed = Expression.LessThan(end, Expression.Constant(now, typeof(DateTimeOffset?)));
        return Expression.Lambda<Func<Identity, bool>>(ordered.Count == 0 ? passed : Expression.AndAlso(passed, Expression.LessThan(end, cutoff)), identity);
    }

    private sealed class Swap(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
