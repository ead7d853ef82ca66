using Governance.Common;
using Governance.Lifecycle;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>Rules on what was to end (NIST CSF 2.0 PR.AA-05: promptly rescind; AI RMF GOVERN 1.7). Only what a source shows counts as gone.</summary>
internal static class EndRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F25", "Decommissioned but alive", Severity.Critical, "It is decommissioned here, and a later import shows that it may sign in, or was used since.", "Revoke it again, and treat it as an incident.",
            FindingRules.Maps("NHI1:2025", "ASI04", "ASI10", "ID.AM-08, PR.AA-05", "GOVERN 1.7, MANAGE 2.4"))
        {
            ReachesOthers = true,
            AlsoGone = true,
            About = (_, all) => all.Where(i => i.State == LifecycleState.Decommissioned),
            Holds = (rule, about) =>
            {
                var sources = rule.Db.Sources;
                return about.Where(i => i.MissingSince == null && ((i.Enabled == Reported.Yes && (i.LastSeenAt > i.StateSince || sources.Any(s => s.Id == i.SourceId && s.LastFullImportAt > i.StateSince))) || i.LastUsedAt > i.StateSince));
            },
            Unreported = (rule, about) =>
            {
                var sources = rule.Db.Sources;
                return about.Where(i => i.MissingSince == null && (i.Enabled == Reported.Unknown || !(i.LastSeenAt > i.StateSince || sources.Any(s => s.Id == i.SourceId && s.LastFullImportAt > i.StateSince))));
            },
            Needs = "whether it may still sign in, in an import after its end",
            Evidence = (_, hits) => hits.Select(i => new Hit
            {
                IdentityId = i.Id,
                Evidence = "Decommissioned on " + SqlText.Day(i.StateSince) + (i.LastUsedAt > i.StateSince ? ", and used on " + SqlText.Day(i.LastUsedAt.Value) + "." : ", and a later import shows that it may sign in."),
            }),
        },
        new("F27", "Denied, not revoked", Severity.Critical, "A review said to take it away more than {RevokeWithin} ago, and no import or look at the source has shown that it is gone.", "Retry the revocation, or open a ticket with the source's owner.",
            FindingRules.Maps("NHI1:2025", "", "", "PR.AA-05", "MANAGE 2.4"))
        {
            ReachesOthers = true,
            About = (rule, living) =>
            {
                var denied = rule.Db.DeniedAccess();
                return living.Where(i => denied.Any(d => d.IdentityId == i.Id));
            },
            Holds = (rule, about) =>
            {
                var (denied, limit) = (rule.Db.DeniedAccess(), rule.Now - rule.Policy.RevokeWithin);
                return about.Where(i => denied.Any(d => d.IdentityId == i.Id && !d.SeenGone && d.At < limit && !(i.Enabled == Reported.No && i.LastSeenAt > d.At)));
            },
            Evidence = (rule, hits) =>
            {
                var denied = rule.Db.DeniedAccess();
                return hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "To be revoked since " + SqlText.Day(denied.Where(d => d.IdentityId == i.Id && !d.SeenGone).Min(d => d.At)) + ", and not seen gone." });
            },
        },
    ];
}
