using Governance.Common;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>Rules on privilege that grows or lies idle.</summary>
internal static class EscalationRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F12", "Over-privileged", Severity.High, "Of what it was granted, at least {UnusedShare} was not used in {UsedAccess}, or something privileged was not, as its source reports use by permission or service.", "Take away what it does not use: what it uses is the smaller grant.",
            FindingRules.Maps("NHI5:2025", "ASI02, ASI03", "", "PR.AA-05", "MAP 4.2"))
        {
            About = (rule, living) =>
            {
                var grants = rule.Db.Grants.Where(g => g.MissingSince == null && g.InheritedFromId == null);
                return living.Where(i => grants.Any(g => g.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var (told, share) = (rule.ToldAccess(), rule.Policy.UnusedShare);
                return about.Where(i => told.Any(a => a.IdentityId == i.Id && a.Unused && a.Privileged == Reported.Yes)
                    || (told.Any(a => a.IdentityId == i.Id && a.Unused) && told.Count(a => a.IdentityId == i.Id && a.Unused) * 100 >= share * told.Count(a => a.IdentityId == i.Id)));
            },
            Unreported = (rule, about) =>
            {
                var told = rule.ToldAccess();
                return about.Where(i => !told.Any(a => a.IdentityId == i.Id));
            },
            Needs = "use by permission or by service",
            Evidence = (rule, hits) =>
            {
                var told = rule.ToldAccess();
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Not used: " + SqlText.Number(told.Count(a => a.IdentityId == i.Id && a.Unused)) + " of " + SqlText.Number(told.Count(a => a.IdentityId == i.Id)) + " permissions whose use is reported, among them "
                        + (told.Where(a => a.IdentityId == i.Id && a.Unused && a.Privileged == Reported.Yes).Min(a => a.Name) ?? told.Where(a => a.IdentityId == i.Id && a.Unused).Min(a => a.Name)) + ".",
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

    private sealed class UsedAccess
    {
        public required Guid IdentityId { get; init; }

        public required string Name { get; init; }

        public required Reported Privileged { get; init; }

        public required bool Unused { get; init; }
    }
}
