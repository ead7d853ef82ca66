using Governance.Inventory;
using Governance.Lifecycle;

namespace Governance.Findings;

/// <summary>All rules, and the identities that they are about.</summary>
public static class FindingRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        .. new[] { OwnerRules.All, SecretRules.All, UsageRules.All, AccessRules.All, ToolRules.All, TrustRules.All, EscalationRules.All, EndRules.All }.SelectMany(r => r).OrderBy(r => r.Id, StringComparer.Ordinal),
    ];

    public static FindingRule? Find(string id) => All.FirstOrDefault(r => string.Equals(r.Id, id, StringComparison.Ordinal));

    /// <summary>The rule's title, or its id for a rule that this version no longer has.</summary>
    public static string TitleOf(string id) => Find(id)?.Title ?? id;

    /// <summary>What rules are about: what the last full import still named, and is not gone for good.</summary>
    public static IQueryable<Identity> Living(this IQueryable<Identity> identities) =>
        identities.Where(i => i.State != LifecycleState.Decommissioned && i.MissingSince == null);

    internal static Mappings Maps(string nhi = "", string asi = "", string asiOurs = "", string csf = "", string aiRmf = "", string layers = "L6") =>
        new(Split(nhi), Split(asi), Split(asiOurs), Split(csf), Split(aiRmf), Split(layers));

    private static string[] Split(string ids) => ids.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
