using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
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
        new("F03", "Owner not confirmed", Severity.Medium, "Its owner has not said for more than {OwnerConfirm} that they still answer for it: neither by accepting it nor in a review.", "Ask again; if nobody answers, hand it over.",
            FindingRules.Maps("NHI1:2025", "", "", "GV.RR-02", "GOVERN 1.5"))
        {
            About = (_, living) => living.Where(i => i.OwnerState == OwnerState.Accepted),
            Holds = (rule, about) =>
            {
                var limit = rule.Now - rule.Policy.OwnerConfirm;
                var answers = rule.Answers();
                return about.Where(i => !(i.LastCertifiedAt >= limit) && !answers.Any(a => a.IdentityId == i.Id && a.PersonId == i.OwnerId && (a.AnsweredAt ?? a.Since) >= limit));
            },
            Evidence = (rule, hits) =>
            {
                var answers = rule.Answers();
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = (i.LastCertifiedAt != null ? "Last certified on " + SqlText.Day(i.LastCertifiedAt.Value) : "Never certified")
                        + (answers.Any(a => a.IdentityId == i.Id && a.PersonId == i.OwnerId) ? "; ownership accepted on " + SqlText.Day(answers.Where(a => a.IdentityId == i.Id && a.PersonId == i.OwnerId).Max(a => a.AnsweredAt ?? a.Since)) : "; no date of acceptance is known") + ".",
                });
            },
        },
        new("F16", "Consent of someone who left", Severity.High, "A person consented that it acts on their behalf, and that person has left.", "Revoke the grant and its refresh tokens.",
            FindingRules.Maps("NHI1:2025, NHI3:2025", "ASI03", "", "PR.AA-05", "GOVERN 6.1"))
        {
            About = (rule, living) =>
            {
                var delegated = rule.Delegated();
                return living.Where(i => delegated.Any(g => g.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var (delegated, gone) = (rule.Delegated(), rule.Gone());
                return about.Where(i => delegated.Any(g => g.IdentityId == i.Id && gone.Any(p => p.ExternalId == g.Consent || p.Mail == g.Consent)));
            },
            Unreported = (rule, about) =>
            {
                var (delegated, people) = (rule.Delegated(), rule.Db.People);
                return about.Where(i => delegated.Any(g => g.IdentityId == i.Id && (g.Consent == null || (g.Consent != AccessRules.ForEverybody && !people.Any(p => p.ExternalId == g.Consent || p.Mail == g.Consent)))));
            },
            Needs = "who consented, as someone whom the directory knows",
            Evidence = (rule, hits) =>
            {
                var (delegated, gone) = (rule.Delegated(), rule.Gone());
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "It acts for " + gone.Where(p => delegated.Any(g => g.IdentityId == i.Id && (g.Consent == p.ExternalId || g.Consent == p.Mail))).Min(p => p.Name) + ", who has left"
                        + (gone.Count(p => delegated.Any(g => g.IdentityId == i.Id && (g.Consent == p.ExternalId || g.Consent == p.Mail))) > 1
                            ? ", and " + SqlText.Number(gone.Count(p => delegated.Any(g => g.IdentityId == i.Id && (g.Consent == p.ExternalId || g.Consent == p.Mail))) - 1) + " more." : "."),
                });
            },
        },
        new("F26", "Certification overdue", Severity.Medium, "Not certified for more than {CertifyOthers}, or for more than {CertifyPrivileged} where its access is privileged.",
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
            Needs = "whether its access is privileged",
            Evidence = (_, hits) => hits.Select(i => new Hit
            {
                IdentityId = i.Id,
                Evidence = (i.LastCertifiedAt != null ? "Last certified on " : i.CreatedInSourceAt != null ? "Never certified; it was made on " : "Never certified; known since ")
                    + SqlText.Day(i.LastCertifiedAt ?? i.CreatedInSourceAt ?? i.FirstSeenAt) + ".",
            }),
        },
    ];

    private static IQueryable<OwnerAssignment> Answers(this RuleContext rule) =>
        rule.Db.OwnerAssignments.Where(a => a.State == AssignmentState.Accepted && a.Role == OwnerRole.Accountable);

    private static IQueryable<Grant> Delegated(this RuleContext rule) => rule.Db.Grants.Where(g => g.MissingSince == null && g.Path == GrantPath.Delegated);

    private static IQueryable<Person> Gone(this RuleContext rule)
    {
        var now = rule.Now;
        return rule.Db.People.Where(p => p.Status == PersonStatus.Left && (p.LeftOn == null || p.LeftOn <= now));
    }
}
