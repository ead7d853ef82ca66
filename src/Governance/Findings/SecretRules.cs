using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>Rules on what identities prove themselves with.</summary>
internal static class SecretRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F05", "Same secret in several places", Severity.High, "A live credential has the fingerprint of one at another identity.", "Give each its own, and rotate the shared one.",
            FindingRules.Maps("NHI9:2025, NHI2:2025", "ASI02", "", "PR.AA-02, PR.DS-01", "MEASURE 2.7"))
        {
            Holds = (rule, about) =>
            {
                var live = rule.Live();
                return about.Where(i => live.Any(c => c.IdentityId == i.Id && c.Fingerprint != null && live.Any(o => o.Fingerprint == c.Fingerprint && o.IdentityId != c.IdentityId)));
            },
            Unreported = (rule, about) =>
            {
                var secrets = rule.Secrets();
                return about.Where(i => secrets.Any(c => c.IdentityId == i.Id && c.Fingerprint == null));
            },
            Evidence = (rule, hits) =>
            {
                var live = rule.Live();
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Other identities that use one of its secrets: "
                        + SqlText.Number(live.Where(o => o.IdentityId != i.Id && live.Any(c => c.IdentityId == i.Id && c.Fingerprint != null && c.Fingerprint == o.Fingerprint)).Select(o => o.IdentityId).Distinct().Count()) + ".",
                });
            },
        },
        new("F06", "Standing secret without an end", Severity.High, "A live secret that its source says never expires.", "Federate (OIDC, SPIFFE); else set an end.",
            FindingRules.Maps("NHI7:2025", "ASI06, ASI08", "ASI03", "PR.AA-01", "MANAGE 1.3"))
        {
            Holds = (rule, about) =>
            {
                var secrets = rule.Secrets();
                return about.Where(i => secrets.Any(c => c.IdentityId == i.Id && c.Expiry == ExpiryState.Never));
            },
            Unreported = (rule, about) =>
            {
                var secrets = rule.Secrets();
                return about.Where(i => secrets.Any(c => c.IdentityId == i.Id && c.Expiry == ExpiryState.NotReported));
            },
            Evidence = (rule, hits) =>
            {
                var secrets = rule.Secrets();
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Live secrets that never expire: " + SqlText.Number(secrets.Count(c => c.IdentityId == i.Id && c.Expiry == ExpiryState.Never)) + ".",
                });
            },
        },
        new("F07", "Secret too old", Severity.Medium, "A live secret is older than 90 days.", "Rotate it.",
            FindingRules.Maps("NHI7:2025", "ASI08", "", "PR.AA-01", "MANAGE 1.3"))
        {
            Holds = (rule, about) =>
            {
                var secrets = rule.Secrets();
                var limit = rule.Now - rule.Policy.SecretAge;
                return about.Where(i => secrets.Any(c => c.IdentityId == i.Id && c.CreatedAt < limit));
            },
            Unreported = (rule, about) =>
            {
                var secrets = rule.Secrets();
                return about.Where(i => secrets.Any(c => c.IdentityId == i.Id && c.CreatedAt == null));
            },
            Evidence = (rule, hits) =>
            {
                var secrets = rule.Secrets();
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Its oldest live secret was made on " + SqlText.Day(secrets.Where(c => c.IdentityId == i.Id && c.CreatedAt != null).Min(c => c.CreatedAt)!.Value) + ".",
                });
            },
            Worse = (_, hits) => hits.Where(i => i.Privileged == Reported.Yes),
            WorseWhen = "its access is privileged",
        },
        new("F08", "Several live secrets", Severity.Low, "More than one live secret is older than the 7 days that a rotation takes.", "Remove the old one.",
            FindingRules.Maps("NHI7:2025", "", "", "PR.AA-01", ""))
        {
            Holds = (rule, about) =>
            {
                var secrets = rule.Secrets();
                var limit = rule.Now - rule.Policy.RotationWindow;
                return about.Where(i => secrets.Count(c => c.IdentityId == i.Id && c.CreatedAt < limit) > 1);
            },
            Unreported = (rule, about) =>
            {
                var secrets = rule.Secrets();
                return about.Where(i => secrets.Any(c => c.IdentityId == i.Id && c.CreatedAt == null) && secrets.Count(c => c.IdentityId == i.Id) > 1);
            },
            Evidence = (rule, hits) =>
            {
                var secrets = rule.Secrets();
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "Live secrets: " + SqlText.Number(secrets.Count(c => c.IdentityId == i.Id)) + ", the oldest made on "
                        + SqlText.Day(secrets.Where(c => c.IdentityId == i.Id && c.CreatedAt != null).Min(c => c.CreatedAt)!.Value) + ".",
                });
            },
        },
        new("F09", "Secret about to expire", Severity.Info, "A credential ends within 30 days and was used in the last 30.", "Rotate it before it fails.",
            FindingRules.Maps("", "", "ASI08", "PR.AA-01", "MANAGE 4.1", "L4"))
        {
            Holds = (rule, about) =>
            {
                var ending = rule.EndingSoon();
                var used = rule.Now - rule.Policy.RecentlyUsed;
                return about.Where(i => ending.Any(c => c.IdentityId == i.Id && (c.LastUsedAt > used || (c.LastUsedAt == null && i.LastUsedAt > used))));
            },
            Unreported = (rule, about) =>
            {
                var ending = rule.EndingSoon();
                return about.Where(i => ending.Any(c => c.IdentityId == i.Id && c.Usage == UsageState.NotReported && i.Usage == UsageState.NotReported));
            },
            Evidence = (rule, hits) =>
            {
                var ending = rule.EndingSoon();
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = "In use, and ends on " + SqlText.Day(ending.Where(c => c.IdentityId == i.Id).Min(c => c.ExpiresAt)!.Value) + ".",
                });
            },
        },
        new("F20", "Production and test share a secret", Severity.High, "A production identity and one of test or development have a credential of the same fingerprint.", "Give each environment its own.",
            FindingRules.Maps("NHI8:2025", "ASI08, ASI07", "", "PR.AA-01, PR.IR-01", "", "L4"))
        {
            Holds = (rule, about) =>
            {
                var shared = rule.AcrossEnvironments();
                return about.Where(i => shared.Any(pair => pair.IdentityId == i.Id));
            },
            Unreported = (rule, about) =>
            {
                var secrets = rule.Secrets();
                return about.Where(i => secrets.Any(c => c.IdentityId == i.Id && (c.Fingerprint == null || i.Environment == DeploymentEnvironment.Unknown)));
            },
            Evidence = (rule, hits) =>
            {
                var shared = rule.AcrossEnvironments();
                return hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Shares a secret across environments with " + shared.Where(pair => pair.IdentityId == i.Id).Min(pair => pair.OtherName) + "." });
            },
        },
    ];
}

/// <summary>Two identities of different environments with the same secret, from the side of the first.</summary>
internal sealed class SharedPair
{
    public required Guid IdentityId { get; init; }

    public required string OtherName { get; init; }
}

/// <summary>The credentials that rules look at.</summary>
internal static class RuleCredentials
{
    /// <summary>Whatever still works, as far as the source says: not gone, not disabled, not past its end.</summary>
    public static IQueryable<Credential> Live(this RuleContext rule)
    {
        var now = rule.Now;
        return rule.Db.Credentials.Where(c => c.MissingSince == null && c.Enabled != Reported.No && (c.ExpiresAt == null || c.ExpiresAt > now));
    }

    /// <summary>Live ones that can be copied. Certificates and federated trusts are not; a kind that isn't known may be.</summary>
    public static IQueryable<Credential> Secrets(this RuleContext rule) =>
        rule.Live().Where(c => c.Kind != CredentialKind.Certificate && c.Kind != CredentialKind.FederatedTrust);

    /// <summary>Live ones that end soon; certificates too, since they fail the same way.</summary>
    public static IQueryable<Credential> EndingSoon(this RuleContext rule)
    {
        var soon = rule.Now + rule.Policy.ExpirySoon;
        return rule.Live().Where(c => c.ExpiresAt != null && c.ExpiresAt < soon);
    }

    public static IQueryable<SharedPair> AcrossEnvironments(this RuleContext rule) =>
        from mine in rule.Live()
        join other in rule.Live() on mine.Fingerprint equals other.Fingerprint
        where mine.Fingerprint != null && mine.IdentityId != other.IdentityId
        join i in rule.Db.Identities on mine.IdentityId equals i.Id
        join o in rule.Db.Identities on other.IdentityId equals o.Id
        where i.Environment != DeploymentEnvironment.Unknown && o.Environment != DeploymentEnvironment.Unknown
            && (i.Environment == DeploymentEnvironment.Production) != (o.Environment == DeploymentEnvironment.Production)
        select new SharedPair { IdentityId = mine.IdentityId, OtherName = o.DisplayName };
}
