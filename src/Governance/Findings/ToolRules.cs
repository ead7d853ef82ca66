using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>Rules on how identities and AI tools go together.</summary>
internal static class ToolRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F04", "One identity, several tools", Severity.High, "Different AI tools act with it: its own and that of an identity that is the same, belongs to it or acts as it.", "Give each tool an identity of its own.",
            FindingRules.Maps("NHI9:2025", "ASI08, ASI04", "", "PR.AA-01, PR.AA-02", "MAP 4.2"))
        {
            ReachesOthers = true,
            About = (rule, living) =>
            {
                var users = rule.Users();
                return living.Where(i => i.ToolId != null || users.Any(u => u.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var tools = rule.Users().Where(u => u.ToolId != null);
                return about.Where(i => tools.Any(u => u.IdentityId == i.Id && i.ToolId != null && u.ToolId != i.ToolId)
                    || tools.Any(u => u.IdentityId == i.Id && tools.Any(o => o.IdentityId == i.Id && o.ToolId != u.ToolId)));
            },
            Unreported = (rule, about) =>
            {
                var users = rule.Users();
                return about.Where(i => users.Any(u => u.IdentityId == i.Id && u.ToolId == null && !u.Decided));
            },
            Needs = "for which tool each identity that uses it acts",
            Evidence = (rule, hits) =>
            {
                var (users, tools) = (rule.Users(), rule.Db.Tools);
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Tools that act with it: " + (tools.Where(t => t.Id == i.ToolId || users.Any(u => u.IdentityId == i.Id && u.ToolId == t.Id)).Min(t => t.Name) ?? "unknown") + " and "
                        + (tools.Where(t => t.Id == i.ToolId || users.Any(u => u.IdentityId == i.Id && u.ToolId == t.Id)).Max(t => t.Name) ?? "unknown") + ", "
                        + SqlText.Number(tools.Count(t => t.Id == i.ToolId || users.Any(u => u.IdentityId == i.Id && u.ToolId == t.Id))) + " in all.",
                });
            },
        },
        new("F19", "Inherits more than its tool needs", Severity.High, "It acts with its parent's identity, and so reaches what its tool is not declared to need.", "Give it an identity of its own, or let it act on behalf of the user.",
            FindingRules.Maps("NHI5:2025, NHI9:2025", "ASI03", "", "ID.AM-02, PR.AA-05", "GOVERN 1.6, MAP 3.3", "L3, L6"))
        {
            ReachesOthers = true,
            About = (rule, living) =>
            {
                var inherited = rule.Inherited();
                return living.Where(i => inherited.Any(g => g.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var (beyond, needs) = (rule.Inherited(), rule.Db.ToolNeeds);
                return about.Where(i => i.ToolId != null && needs.Any(n => n.ToolId == i.ToolId) && beyond.Any(g => g.IdentityId == i.Id && !needs.Any(n => n.ToolId == i.ToolId && EF.Functions.Like(SqlText.Upper(g.Name), n.Pattern, "\\"))));
            },
            Unreported = (rule, about) =>
            {
                var needs = rule.Db.ToolNeeds;
                return about.Where(i => i.ToolId == null || !needs.Any(n => n.ToolId == i.ToolId));
            },
            Needs = "what its tool needs: nobody has declared it on the tool's page",
            Evidence = (rule, hits) =>
            {
                var (beyond, needs) = (rule.Inherited(), rule.Db.ToolNeeds);
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Inherited and not needed: " + beyond.Where(g => g.IdentityId == i.Id && !needs.Any(n => n.ToolId == i.ToolId && EF.Functions.Like(SqlText.Upper(g.Name), n.Pattern, "\\"))).Min(g => g.Name)
                        + (beyond.Count(g => g.IdentityId == i.Id && !needs.Any(n => n.ToolId == i.ToolId && EF.Functions.Like(SqlText.Upper(g.Name), n.Pattern, "\\"))) > 1
                            ? " and " + SqlText.Number(beyond.Count(g => g.IdentityId == i.Id && !needs.Any(n => n.ToolId == i.ToolId && EF.Functions.Like(SqlText.Upper(g.Name), n.Pattern, "\\"))) - 1) + " more." : "."),
                });
            },
        },
        new("F24", "Twin in another cloud", Severity.Low, "The same tool has an identity of the same name or purpose in another kind of system, and nobody has said whether they are one workload.", "Link them, or say that they are two.",
            FindingRules.Maps("NHI9:2025", "", "", "PR.AA-01, ID.AM-02", "GOVERN 1.6", "L4"))
        {
            ReachesOthers = true,
            About = (_, living) => living.Where(i => i.ToolId != null),
            Holds = (rule, about) =>
            {
                var twins = rule.Twins();
                return about.Where(i => twins.Any(t => t.IdentityId == i.Id));
            },
            Unreported = (rule, about) =>
            {
                var (living, mine, theirs) = (rule.Db.Identities.Living(), rule.Db.Sources, rule.Db.Sources);
                return about.Where(i => i.Purpose == null && living.Any(o => o.ToolId == i.ToolId && o.SourceId != i.SourceId && o.Purpose != null
                    && mine.Any(s => s.Id == i.SourceId && theirs.Any(x => x.Id == o.SourceId && x.System != s.System))));
            },
            Needs = "its purpose, to be compared with that of the tool's identities elsewhere",
            Evidence = (rule, hits) =>
            {
                var twins = rule.Twins();
                return hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Looks like " + twins.Where(t => t.IdentityId == i.Id).Min(t => t.OtherName) + " in another system, and no link says what they are to each other." });
            },
        },
    ];

    private static IQueryable<ToolUse> Users(this RuleContext rule)
    {
        var links = rule.Db.IdentityLinks.Where(l => l.State != LinkState.Split && l.MissingSince == null);
        var living = rule.Db.Identities.Living();
        return links.Where(l => l.Kind != LinkKind.ParentOf).Join(living, l => l.FromId, i => i.Id, (l, i) => new ToolUse { IdentityId = l.ToId, ToolId = i.ToolId, Decided = i.ToolDecidedBy != null })
            .Concat(links.Where(l => l.Kind != LinkKind.ActsAs).Join(living, l => l.ToId, i => i.Id, (l, i) => new ToolUse { IdentityId = l.FromId, ToolId = i.ToolId, Decided = i.ToolDecidedBy != null }));
    }

    private static IQueryable<InheritedAccess> Inherited(this RuleContext rule) =>
        from g in rule.Db.Grants
        where g.InheritedFromId != null && g.MissingSince == null
        join e in rule.Db.Entitlements on g.EntitlementId equals e.Id
        select new InheritedAccess { IdentityId = g.IdentityId, Name = e.Name };

    private static IQueryable<SharedPair> Twins(this RuleContext rule)
    {
        var links = rule.Db.IdentityLinks;
        return
            from i in rule.Db.Identities.Living()
            join o in rule.Db.Identities.Living() on i.ToolId equals o.ToolId
            where i.ToolId != null && i.SourceId != o.SourceId
                && (SqlText.Upper(i.DisplayName) == SqlText.Upper(o.DisplayName) || (i.Purpose != null && SqlText.Upper(i.Purpose) == SqlText.Upper(o.Purpose)))
            join a in rule.Db.Sources on i.SourceId equals a.Id
            join b in rule.Db.Sources on o.SourceId equals b.Id
            where a.System != b.System && !links.Any(l => (l.FromId == i.Id && l.ToId == o.Id) || (l.FromId == o.Id && l.ToId == i.Id))
            select new SharedPair { IdentityId = i.Id, OtherName = o.DisplayName };
    }

    /// <summary>An identity, and the tool of another that uses it.</summary>
    private sealed class ToolUse
    {
        public required Guid IdentityId { get; init; }

        public required Guid? ToolId { get; init; }

        public required bool Decided { get; init; }
    }

    private sealed class InheritedAccess
    {
        public required Guid IdentityId { get; init; }

        public required string Name { get; init; }
    }
}
