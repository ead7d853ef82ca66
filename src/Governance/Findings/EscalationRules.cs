using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>Rules on privilege that grows or lies idle.</summary>
internal static class EscalationRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F12", "Over-privileged", Severity.High, "Of what it was granted, at least {UnusedShare} was not used in {UsedAccess}, or something privileged was not, as its source reports use by permission or service; or it holds what its tool is not declared to need.", "Take away what it does not use or need: the rest is the smaller grant.",
            FindingRules.Maps("NHI5:2025", "ASI02, ASI03", "", "PR.AA-05", "MAP 4.2"))
        {
            About = (rule, living) =>
            {
                var grants = rule.Db.Grants.Where(g => g.MissingSince == null && g.InheritedFromId == null);
                return living.Where(i => grants.Any(g => g.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var (told, share, beyond) = (rule.ToldAccess(), rule.Policy.UnusedShare, rule.BeyondNeed());
                return about.Where(i => told.Any(a => a.IdentityId == i.Id && a.Unused && a.Privileged == Reported.Yes)
                    || (told.Any(a => a.IdentityId == i.Id && a.Unused) && told.Count(a => a.IdentityId == i.Id && a.Unused) * 100 >= share * told.Count(a => a.IdentityId == i.Id))
                    || beyond.Any(b => b.IdentityId == i.Id && b.ToolId == i.ToolId));
            },
            Unreported = (rule, about) =>
            {
                var (told, needs) = (rule.ToldAccess(), rule.Db.ToolNeeds);
                return about.Where(i => !told.Any(a => a.IdentityId == i.Id) && !needs.Any(n => n.ToolId == i.ToolId));
            },
            Needs = "use by permission or by service, and nobody has declared on its tool's page what the tool needs",
            Evidence = (rule, hits) =>
            {
                var (told, beyond) = (rule.ToldAccess(), rule.BeyondNeed());
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = (told.Any(a => a.IdentityId == i.Id && a.Unused)
                        ? "Not used: " + SqlText.Number(told.Count(a => a.IdentityId == i.Id && a.Unused)) + " of " + SqlText.Number(told.Count(a => a.IdentityId == i.Id)) + " permissions whose use is reported, among them "
                            + (told.Where(a => a.IdentityId == i.Id && a.Unused && a.Privileged == Reported.Yes).Min(a => a.Name) ?? told.Where(a => a.IdentityId == i.Id && a.Unused).Min(a => a.Name)) + "." : "")
                        + (beyond.Any(b => b.IdentityId == i.Id && b.ToolId == i.ToolId)
                        ? (told.Any(a => a.IdentityId == i.Id && a.Unused) ? " " : "") + "Beyond its tool's declared need: " + (beyond.Where(b => b.IdentityId == i.Id && b.ToolId == i.ToolId && b.Privileged == Reported.Yes).Min(b => b.Name) ?? beyond.Where(b => b.IdentityId == i.Id && b.ToolId == i.ToolId).Min(b => b.Name))
                            + (beyond.Count(b => b.IdentityId == i.Id && b.ToolId == i.ToolId) > 1 ? " and " + SqlText.Number(beyond.Count(b => b.IdentityId == i.Id && b.ToolId == i.ToolId) - 1) + " more." : ".") : ""),
                });
            },
        },
        new("F14", "Escalation path", Severity.Critical, "It can edit its own or another's grants, secrets or credentials, or act as another, and so make itself an administrator. Who is one already is found by F13.", "Break one edge of the path.",
            FindingRules.Maps("NHI5:2025", "ASI03", "", "PR.AA-05, ID.RA-05", "MEASURE 2.7"))
        {
            ReachesOthers = true,
            Holds = (rule, about) =>
            {
                var paths = rule.Db.EscalationPaths;
                return about.Where(i => paths.Any(p => p.IdentityId == i.Id));
            },
            Unreported = (_, about) => about.Where(i => i.Privileged == Reported.Unknown),
            Needs = "what each of its permissions can do",
            Evidence = (rule, hits) =>
            {
                var paths = rule.Db.EscalationPaths;
                return hits.Join(paths, i => i.Id, p => p.IdentityId, (i, p) => new Hit { IdentityId = i.Id, Evidence = SqlText.Cut(p.Words, 900) + "." });
            },
        },
    ];

    /// <summary>Its own live access of which the source says whether it was used.</summary>
    private static IQueryable<UsedAccess> ToldAccess(this RuleContext rule)
    {
        var limit = rule.Now - rule.Policy.UsedAccess;
        return
            from u in rule.Db.AccessUses
            join g in rule.Db.Grants on u.IdentityId equals g.IdentityId
            where g.MissingSince == null && g.InheritedFromId == null
            join e in rule.Db.Entitlements on g.EntitlementId equals e.Id
            where e.Name == u.Access || e.Name.StartsWith(u.Access + ":")
            select new UsedAccess { IdentityId = u.IdentityId, Name = e.Name, Privileged = e.Privileged, Unused = !u.Used || u.LastUsedAt < limit };
    }

    /// <summary>Its own live access that none of a tool's declared needs names; of tools with declared needs only.</summary>
    private static IQueryable<AccessBeyond> BeyondNeed(this RuleContext rule)
    {
        var needs = rule.Db.ToolNeeds;
        return
            from t in rule.Db.Tools
            where needs.Any(n => n.ToolId == t.Id)
            join i in rule.Db.Identities on t.Id equals i.ToolId
            join g in rule.Db.Grants on i.Id equals g.IdentityId
            where g.MissingSince == null && g.InheritedFromId == null
            join e in rule.Db.Entitlements on g.EntitlementId equals e.Id
            where !needs.Any(n => n.ToolId == t.Id && EF.Functions.Like(SqlText.Upper(e.Name), n.Pattern, "\\"))
            select new AccessBeyond { IdentityId = i.Id, ToolId = t.Id, Name = e.Name, Privileged = e.Privileged };
    }

    private sealed class AccessBeyond
    {
        public required Guid IdentityId { get; init; }

        public required Guid ToolId { get; init; }

        public required string Name { get; init; }

        public required Reported Privileged { get; init; }
    }

    private sealed class UsedAccess
    {
        public required Guid IdentityId { get; init; }

        public required string Name { get; init; }

        public required Reported Privileged { get; init; }

        public required bool Unused { get; init; }
    }
}
