using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>Rules on what identities may do, and for which AI tools they do it.</summary>
internal static class AccessRules
{
    /// <summary>How Microsoft Graph words an administrator's consent for everybody.</summary>
    internal const string ForEverybody = "AllPrincipals";

    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F13", "Privileged access", Severity.High, "It holds access that its source, or our list for that source, calls privileged.", "Narrow it; review it each quarter.",
            FindingRules.Maps("NHI5:2025", "ASI03", "", "PR.AA-05, ID.AM-05", "MANAGE 1.2"))
        {
            Holds = (_, about) => about.Where(i => i.Privileged == Reported.Yes),
            Unreported = (_, about) => about.Where(i => i.Privileged == Reported.Unknown),
            Needs = "whether its access is privileged",
            Evidence = (rule, hits) =>
            {
                var privileged = rule.Held().Where(h => h.Privileged == Reported.Yes);
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Privileged access: " + (privileged.Where(h => h.IdentityId == i.Id).Min(h => h.Name) ?? "its source says so without naming it")
                        + (privileged.Count(h => h.IdentityId == i.Id) > 1 ? " and " + SqlText.Number(privileged.Count(h => h.IdentityId == i.Id) - 1) + " more." : "."),
                });
            },
        },
        new("F15", "Consent for everybody, without end", Severity.High, "An administrator consented for all users to data access that goes on while nobody is signed in (offline_access).",
            "Consent for single users or groups; drop offline_access.", FindingRules.Maps("NHI3:2025, NHI5:2025", "ASI03", "", "GV.SC-07, PR.AA-05", "GOVERN 6.1", "L7"))
        {
            Holds = (rule, about) =>
            {
                var everybody = rule.Held().Where(h => h.Consent == ForEverybody);
                return about.Where(i => everybody.Any(h => h.IdentityId == i.Id && h.Name == "offline_access")
                    && everybody.Any(h => h.IdentityId == i.Id && h.Name != "offline_access" && h.Name != "openid" && h.Name != "profile" && h.Name != "email" && h.Name != "User.Read"));
            },
            Unreported = (rule, about) =>
            {
                var held = rule.Held();
                return about.Where(i => held.Any(h => h.IdentityId == i.Id && h.Path == GrantPath.Delegated && h.Consent == null));
            },
            Needs = "for whom the consent is",
            Evidence = (rule, hits) =>
            {
                var data = rule.Held().Where(h => h.Consent == ForEverybody && h.Name != "offline_access" && h.Name != "openid" && h.Name != "profile" && h.Name != "email" && h.Name != "User.Read");
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "For all users, also while they are away: " + data.Where(h => h.IdentityId == i.Id).Min(h => h.Name)
                        + (data.Count(h => h.IdentityId == i.Id) > 1 ? " and " + SqlText.Number(data.Count(h => h.IdentityId == i.Id) - 1) + " more." : "."),
                });
            },
        },
        new("F22", "Acts by itself with standing privilege", Severity.Critical, "Its AI tool acts autonomously, and it holds privileged access or a credential that outlives a task.",
            "Give it a credential for each task.", FindingRules.Maps("NHI5:2025, NHI7:2025", "ASI03", "ASI10", "PR.AA-05", "MANAGE 2.4, MAP 3.5", "L3, L6"))
        {
            About = (_, living) => living.Where(i => i.ToolId != null),
            Holds = (rule, about) =>
            {
                var standing = rule.Live().Where(c => c.Kind != CredentialKind.FederatedTrust);
                var autonomous = rule.Db.Tools.Where(t => t.Autonomy == Autonomy.Autonomous);
                return about.Where(i => autonomous.Any(t => t.Id == i.ToolId) && (i.Privileged == Reported.Yes || standing.Any(c => c.IdentityId == i.Id)));
            },
            Unreported = (rule, about) =>
            {
                var tools = rule.Db.Tools;
                return about.Where(i => tools.Any(t => t.Id == i.ToolId && (t.Autonomy == Autonomy.Unknown || (t.Autonomy == Autonomy.Autonomous && i.Privileged == Reported.Unknown))));
            },
            Needs = "how freely the tool acts, and whether the access is privileged",
            Evidence = (rule, hits) =>
            {
                var standing = rule.Live().Where(c => c.Kind != CredentialKind.FederatedTrust);
                var tools = rule.Db.Tools;
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault() + " acts by itself; standing credentials: " + SqlText.Number(standing.Count(c => c.IdentityId == i.Id))
                        + (i.Privileged == Reported.Yes ? ", and privileged access." : "."),
                });
            },
        },
        new("F28", "Unapproved AI tool", Severity.Medium, "It acts for an AI tool that nobody has approved.", "Approve the tool, or remove the identity.",
            FindingRules.Maps("NHI3:2025", "ASI04", "", "ID.AM-02, ID.AM-08", "GOVERN 1.6", "L7"))
        {
            About = (_, living) => living.Where(i => i.ToolId != null),
            Holds = (rule, about) =>
            {
                var unapproved = rule.Db.Tools.Where(t => t.ApprovedAt == null);
                return about.Where(i => unapproved.Any(t => t.Id == i.ToolId));
            },
            Evidence = (rule, hits) =>
            {
                var tools = rule.Db.Tools;
                return hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Acts for " + tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault() + ", which nobody has approved." });
            },
        },
    ];

    private static IQueryable<HeldAccess> Held(this RuleContext rule) =>
        from g in rule.Db.Grants
        where g.MissingSince == null
        join e in rule.Db.Entitlements on g.EntitlementId equals e.Id
        select new HeldAccess { IdentityId = g.IdentityId, Name = e.Name, Path = g.Path, Consent = g.Consent, Privileged = e.Privileged };

    private sealed class HeldAccess
    {
        public required Guid IdentityId { get; init; }

        public required string Name { get; init; }

        public required GrantPath Path { get; init; }

        public required string? Consent { get; init; }

        public required Reported Privileged { get; init; }
    }
}
