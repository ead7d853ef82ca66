using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>Rules on whom identities come from and whom they let in.</summary>
internal static class TrustRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F17", "Publisher unverified or breached", Severity.High, "It comes from outside and nobody verified its publisher, or its vendor was breached after it was given access, by the list of known incidents.", "Block it; consent anew and rotate what it holds.",
            FindingRules.Maps("NHI3:2025", "ASI04", "", "GV.SC-04, GV.SC-07", "GOVERN 6.1, MANAGE 3.1", "L7"))
        {
            About = (rule, living) =>
            {
                var told = rule.Signs(SignKind.PublisherVerified);
                return living.Where(i => i.Kind == IdentityKind.OAuthGrant || i.Kind == IdentityKind.AppInstallation || i.Kind == IdentityKind.ServicePrincipal || told.Any(s => s.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var (unverified, breached) = (rule.Signs(SignKind.PublisherVerified).Where(s => s.Answer == Reported.No), rule.Breached());
                return about.Where(i => unverified.Any(s => s.IdentityId == i.Id) || breached.Any(b => b.IdentityId == i.Id));
            },
            Unreported = (rule, about) =>
            {
                var told = rule.Signs(SignKind.PublisherVerified);
                return about.Where(i => !told.Any(s => s.IdentityId == i.Id));
            },
            Needs = "whether it comes from outside and its publisher is verified",
            Evidence = (rule, hits) =>
            {
                var (unverified, breached) = (rule.Signs(SignKind.PublisherVerified).Where(s => s.Answer == Reported.No), rule.Breached());
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = breached.Any(b => b.IdentityId == i.Id)
                        ? "Its vendor was breached while it had access: " + breached.Where(b => b.IdentityId == i.Id).Min(b => b.Title) + "."
                        : "Not verified: " + unverified.Where(s => s.IdentityId == i.Id).Select(s => s.Detail).FirstOrDefault() + ".",
                });
            },
        },
        new("F23", "Trust too broad", Severity.High, "It trusts tokens of another issuer by a pattern, without a subject, or for any audience: others whom that issuer serves can act as it.", "Pin the subject to one repository and branch, namespace or workload.",
            FindingRules.Maps("NHI6:2025, NHI4:2025", "ASI04, ASI05", "", "PR.AA-03, PR.AA-04", "", "L4"))
        {
            About = (rule, living) =>
            {
                var (told, trusts) = (rule.Signs(SignKind.BroadTrust), rule.Live().Where(c => c.Kind == CredentialKind.FederatedTrust));
                return living.Where(i => told.Any(s => s.IdentityId == i.Id) || trusts.Any(c => c.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var broad = rule.Signs(SignKind.BroadTrust).Where(s => s.Answer == Reported.Yes);
                return about.Where(i => broad.Any(s => s.IdentityId == i.Id));
            },
            Unreported = (rule, about) =>
            {
                var told = rule.Signs(SignKind.BroadTrust);
                return about.Where(i => !told.Any(s => s.IdentityId == i.Id));
            },
            Needs = "the subject and audience that it trusts, in a form we can read",
            Evidence = (rule, hits) =>
            {
                var broad = rule.Signs(SignKind.BroadTrust);
                return hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Others can act as it: " + broad.Where(s => s.IdentityId == i.Id).Select(s => s.Detail).FirstOrDefault() + "." });
            },
        },
    ];

    private static IQueryable<BreachedAccess> Breached(this RuleContext rule) =>
        (from i in rule.Db.Identities
         join b in rule.Db.VendorIncidents on SqlText.Upper(i.Publisher) equals b.Name
         where (i.CreatedInSourceAt ?? i.FirstSeenAt) <= b.To
         select new BreachedAccess { IdentityId = i.Id, Title = b.Title })
        .Concat(
            from i in rule.Db.Identities
            join t in rule.Db.Tools on i.ToolId equals t.Id
            join b in rule.Db.VendorIncidents on 1 equals 1
            where (b.Name == SqlText.Upper(t.Name) || b.Name == SqlText.Upper(t.Vendor)) && (i.CreatedInSourceAt ?? i.FirstSeenAt) <= b.To
            select new BreachedAccess { IdentityId = i.Id, Title = b.Title });

    private sealed class BreachedAccess
    {
        public required Guid IdentityId { get; init; }

        public required string Title { get; init; }
    }
}
