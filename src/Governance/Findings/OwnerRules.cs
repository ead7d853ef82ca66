using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>Rules on who answers for an identity, and on when that was last looked at.</summary>
internal static class OwnerRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F01", "No human owner", Severity.High, "Nobody has accepted to be accountable.", "Propose an owner; quarantine it if nobody answers within the grace.",
            FindingRules.Maps("NHI1:2025", "", "ASI03", "GV.RR-02, PR.AA-01", "GOVERN 2.1"))
        {
            Holds = (_, about) => about.Where(i => i.OwnerState == OwnerState.None || i.OwnerState == OwnerState.Proposed),
            Evidence = (_, hits) => hits.Select(i => new Hit
            {
                IdentityId = i.Id,
                Evidence = "No accepted owner since " + SqlText.Day(i.UnownedSince ?? i.FirstSeenAt) + (i.OwnerState == OwnerState.Proposed ? "; someone was asked and has not answered." : "; nobody was asked."),
            }),
        },
        new("F02", "Owner left", Severity.High, "The person who had accepted has left, as the directory says.", "Hand it over to the backup owner or the manager.",
            FindingRules.Maps("NHI1:2025", "ASI04", "", "GV.RR-04, PR.AA-05", "GOVERN 2.1"))
        {
            Holds = (_, about) => about.Where(i => i.OwnerState == OwnerState.Orphaned),
            Evidence = (rule, hits) =>
            {
                var people = rule.Db.People;
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Its owner " + (people.Where(p => p.Id == i.OwnerId).Select(p => p.Name).FirstOrDefault() ?? "(unknown)") + " has left; without an owner since "
                        + SqlText.Day(i.UnownedSince ?? i.FirstSeenAt) + ".",
                });
            },
        },
        new("F26", "Certification overdue", Severity.Medium, "Not certified for more than 365 days, or for more than 90 where its access is privileged.",
            "Put it into a campaign.", FindingRules.Maps("", "", "", "PR.AA-05, GV.OV-03", "GOVERN 1.5"))
        {
            Holds = (rule, about) =>
            {
                var (privileged, others) = (rule.Now - rule.Policy.CertifyPrivileged, rule.Now - rule.Policy.CertifyOthers);
                return about.Where(i => (i.LastCertifiedAt ?? i.CreatedInSourceAt ?? i.FirstSeenAt) < others
                    || (i.Privileged == Reported.Yes && (i.LastCertifiedAt ?? i.CreatedInSourceAt ?? i.FirstSeenAt) < privileged));
            },
            Unreported = (rule, about) =>
            {
                var privileged = rule.Now - rule.Policy.CertifyPrivileged;
                return about.Where(i => i.Privileged == Reported.Unknown && (i.LastCertifiedAt ?? i.CreatedInSourceAt ?? i.FirstSeenAt) < privileged);
            },
            Evidence = (_, hits) => hits.Select(i => new Hit
            {
                IdentityId = i.Id,
                Evidence = (i.LastCertifiedAt != null ? "Last certified on " : i.CreatedInSourceAt != null ? "Never certified; it was made on " : "Never certified; known since ")
                    + SqlText.Day(i.LastCertifiedAt ?? i.CreatedInSourceAt ?? i.FirstSeenAt) + ".",
            }),
        },
    ];
}
