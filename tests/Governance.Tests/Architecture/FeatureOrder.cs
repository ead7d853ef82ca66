using System.Reflection;
using NetArchTest.Rules;

namespace Governance.Tests.Architecture;

/// <summary>
/// Features in floors: a feature may use those of lower floors only, neither its neighbours nor what is above. Persistence stands beside the
/// order: every feature may use the context, and naming an upper feature's set through it counts as using that feature.
/// </summary>
/// <param name="Assembly">Where the features are.</param>
/// <param name="Prefix">The namespace above all of them, with its full stop.</param>
/// <param name="Floors">From the ground up.</param>
/// <param name="Exempt">Full names of types that anyone may name.</param>
internal sealed record FeatureOrder(Assembly Assembly, string Prefix, IReadOnlyList<string[]> Floors, params string[] Exempt)
{
    /// <summary>The product's own order. A lifecycle state is an identity's column, so the enumeration may be named from below.</summary>
    public static FeatureOrder Product { get; } = new(
        typeof(Governance.Persistence.GovernanceDb).Assembly,
        "Governance.",
        [
            ["Common"],
            ["Audit"],
            ["People"],
            ["Accounts"],
            ["Notifications", "Inventory"],
            ["Ownership"],
            ["Findings", "Lifecycle"],
            ["Revocation"],
            ["Signals", "Campaigns"],
            ["Evidence"],
        ],
        "Governance.Lifecycle.LifecycleState");

    public IEnumerable<string> Features => Floors.SelectMany(f => f);

    /// <summary>How many types a rule over this feature looks at.</summary>
    public int Selected(string feature) => Inside(feature).GetTypes().Count();

    /// <summary>Types of the feature that use what they must not.</summary>
    public IReadOnlyList<string> Violations(string feature)
    {
        var floor = Floors.Select((names, index) => (names, index)).Single(f => f.names.Contains(feature, StringComparer.Ordinal)).index;
        var forbidden = Floors.Skip(floor).SelectMany(f => f).Where(f => f != feature).SelectMany(NamesIn).Except(Exempt, StringComparer.Ordinal).ToArray();
        return forbidden.Length == 0 ? [] : Inside(feature).ShouldNot().HaveDependencyOnAny(forbidden).GetResult().FailingTypeNames?.ToList() ?? [];
    }

    private PredicateList Inside(string feature) =>
        Types.InAssembly(Assembly).That().ResideInNamespaceMatching($"^{Prefix.Replace(".", "\\.", StringComparison.Ordinal)}{feature}(\\.|$)");

    /// <summary>Type by type and not the namespace, so that single ones can be exempt.</summary>
    private IEnumerable<string> NamesIn(string feature) => Assembly.GetTypes()
        .Where(t => !t.IsNested && t.Namespace is { } space && (space == Prefix + feature || space.StartsWith(Prefix + feature + ".", StringComparison.Ordinal)))
        .Select(t => t.FullName!);
}
