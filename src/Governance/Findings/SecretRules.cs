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
            ReachesOthers = true,
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
            Needs = "the fingerprint of each secret",
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
            Needs = "whether each secret expires",
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
        new("F07", "Secret too old", Severity.Medium, "A live secret is older than {SecretAge}.", "Rotate it.",
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
            Needs = "when each secret was made",
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
        new("F08", "Several live secrets", Severity.Low, "More than one live secret is older than the {RotationWindow} that a rotation takes.", "Remove the old one.",
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
            Needs = "when each secret was made",
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
        new("F09", "Secret about to expire", Severity.Info, "A credential ends within {ExpirySoon} and was used in the last {RecentlyUsed}.", "Rotate it before it fails.",
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
            Needs = "when it was used",
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
            ReachesOthers = true,
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
            Needs = "the fingerprint of each secret, and the environment",
            Evidence = (rule, hits) =>
            {
                var shared = rule.AcrossEnvironments();
                return hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Shares a secret across environments with " + shared.Where(pair => pair.IdentityId == i.Id).Min(pair => pair.OtherName) + "." });
            },
        },
        new("F18", "Secret in code or configuration", Severity.Critical, "A scanner found it in code or files, or a configuration holds it in plain text, and nothing says that it no longer works.", "Revoke it first; then remove it from where it stands.",
            FindingRules.Maps("NHI2:2025", "ASI02", "", "PR.DS-01, PR.PS-06", "MEASURE 2.7", "L3, L4"))
        {
            About = (rule, living) =>
            {
                var found = rule.Signs(SignKind.EmbeddedSecret);
                return living.Where(i => i.Kind == IdentityKind.McpServer || found.Any(s => s.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var (found, live) = (rule.Signs(SignKind.EmbeddedSecret), rule.Live());
                return about.Where(i => i.Enabled != Reported.No && ((i.Kind == IdentityKind.McpServer && live.Any(c => c.IdentityId == i.Id && c.Fingerprint != null))
                    || (found.Any(s => s.IdentityId == i.Id) && live.Any(c => c.IdentityId == i.Id))));
            },
            Evidence = (rule, hits) =>
            {
                var (found, live) = (rule.Signs(SignKind.EmbeddedSecret), rule.Live());
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = (found.Any(s => s.IdentityId == i.Id) ? "A secret in plain text: " + found.Where(s => s.IdentityId == i.Id).Select(s => s.Detail).FirstOrDefault()
                        : "Secrets in plain text in its configuration: " + SqlText.Number(live.Count(c => c.IdentityId == i.Id && c.Fingerprint != null)))
                        + (i.Enabled == Reported.Yes ? "; it works." : "; whether it works is not known."),
                });
            },
        },
        new("F29", "Weak authentication", Severity.Medium, "It proves itself by a password, a classic personal access token, a shared HMAC key, an app password, or a certificate of less than 2048 bits.", "Move to a modern flow: federation, certificates, fine-grained tokens.",
            FindingRules.Maps("NHI4:2025", "ASI03, ASI07", "", "PR.AA-03", ""))
        {
            Holds = (rule, about) =>
            {
                var (weak, passwords) = (rule.Signs(SignKind.WeakAuthentication).Where(s => s.Answer == Reported.Yes), rule.Live().Where(c => c.Kind == CredentialKind.Password));
                return about.Where(i => weak.Any(s => s.IdentityId == i.Id) || passwords.Any(c => c.IdentityId == i.Id));
            },
            Unreported = (rule, about) =>
            {
                var (told, live) = (rule.Signs(SignKind.WeakAuthentication), rule.Live());
                return about.Where(i => !told.Any(s => s.IdentityId == i.Id)
                    && (!live.Any(c => c.IdentityId == i.Id) || live.Any(c => c.IdentityId == i.Id && (c.Kind == CredentialKind.Other || c.Kind == CredentialKind.Token || c.Kind == CredentialKind.Certificate))));
            },
            Needs = "how it proves itself: kind of token, size of the certificate's key",
            Evidence = (rule, hits) =>
            {
                var weak = rule.Signs(SignKind.WeakAuthentication).Where(s => s.Answer == Reported.Yes);
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = weak.Any(s => s.IdentityId == i.Id) ? "As its source reports, " + weak.Where(s => s.IdentityId == i.Id).Select(s => s.Detail).FirstOrDefault() + "." : "It has a live password.",
                });
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

    /// <summary>What sources say of a kind.</summary>
    public static IQueryable<IdentitySign> Signs(this RuleContext rule, SignKind kind) => rule.Db.IdentitySigns.Where(s => s.Kind == kind);

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
