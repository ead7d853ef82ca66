using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>Rules on whether identities are used at all (NIST CSF 2.0 ID.AM-08). Not reported is never taken for not used.</summary>
internal static class UsageRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F10", "Unused", Severity.Medium, "Not used for more than 90 days, as its source reports.", "Disable it, wait, delete it.",
            FindingRules.Maps("NHI1:2025", "ASI04", "", "ID.AM-08, PR.AA-05", "GOVERN 1.7"))
        {
            Holds = (rule, about) =>
            {
                var limit = rule.Now - rule.Policy.Unused;
                return about.Where(i => (i.Usage == UsageState.Used || i.Usage == UsageState.OutsideWindow) && i.LastUsedAt < limit);
            },
            // How long a source remembers differs: "not in my window" without a date may be a week.
            Unreported = (_, about) => about.Where(i => i.Usage == UsageState.NotReported || (i.Usage != UsageState.NeverUsed && i.LastUsedAt == null)),
            Evidence = (_, hits) => hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Last used on " + SqlText.Day(i.LastUsedAt!.Value) + "." }),
        },
        new("F11", "Never used", Severity.Medium, "Made more than 30 days ago and never used, as its source reports.", "Disable it.",
            FindingRules.Maps("NHI1:2025", "", "", "ID.AM-08", "GOVERN 1.7"))
        {
            Holds = (rule, about) =>
            {
                var limit = rule.Now - rule.Policy.NeverUsed;
                return about.Where(i => i.Usage == UsageState.NeverUsed && i.CreatedInSourceAt < limit);
            },
            Unreported = (_, about) => about.Where(i => i.Usage == UsageState.NotReported || (i.Usage == UsageState.NeverUsed && i.CreatedInSourceAt == null)),
            Evidence = (_, hits) => hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Never used since it was made on " + SqlText.Day(i.CreatedInSourceAt!.Value) + "." }),
        },
    ];
}
