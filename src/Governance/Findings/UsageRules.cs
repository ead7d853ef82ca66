using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>Rules on whether identities are used at all (NIST CSF 2.0 ID.AM-08). Not reported is never taken for not used.</summary>
internal static class UsageRules
{
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("F10", "Unused", Severity.Medium, "Not used for more than {Unused}, as its source reports.", "Disable it, wait, delete it.",
            FindingRules.Maps("NHI1:2025", "ASI04", "", "ID.AM-08, PR.AA-05", "GOVERN 1.7"))
        {
            Holds = (rule, about) =>
            {
                var limit = rule.Now - rule.Policy.Unused;
                return about.Where(i => (i.Usage == UsageState.Used || i.Usage == UsageState.OutsideWindow) && i.LastUsedAt < limit);
            },
            // How long a source remembers differs: "not in my window" without a date may be a week.
            Unreported = (_, about) => about.Where(i => i.Usage == UsageState.NotReported || (i.Usage != UsageState.NeverUsed && i.LastUsedAt == null)),
            Needs = "when it was used",
            Evidence = (_, hits) => hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Last used on " + SqlText.Day(i.LastUsedAt!.Value) + "." }),
        },
        new("F11", "Never used", Severity.Medium, "Made more than {NeverUsed} ago and never used, as its source reports.", "Disable it.",
            FindingRules.Maps("NHI1:2025", "", "", "ID.AM-08", "GOVERN 1.7"))
        {
            Holds = (rule, about) =>
            {
                var limit = rule.Now - rule.Policy.NeverUsed;
                return about.Where(i => i.Usage == UsageState.NeverUsed && i.CreatedInSourceAt < limit);
            },
            Unreported = (_, about) => about.Where(i => i.Usage == UsageState.NotReported || (i.Usage == UsageState.NeverUsed && i.CreatedInSourceAt == null)),
            Needs = "whether it was ever used, and when it was made",
            Evidence = (_, hits) => hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "Never used since it was made on " + SqlText.Day(i.CreatedInSourceAt!.Value) + "." }),
        },
        new("F21", "Used by a person", Severity.High, "A person signs in with it: an interactive sign-in, a console password that is used, or a caller that its source calls human.", "Give the person an account of their own; look at what was done with this one.",
            FindingRules.Maps("NHI10:2025", "ASI09, ASI01", "", "PR.AA-02, DE.CM-03", "GOVERN 3.2"))
        {
            Holds = (rule, about) =>
            {
                var (told, console) = (rule.Signs(SignKind.UsedByPerson).Where(s => s.Answer == Reported.Yes), rule.ConsolePasswords());
                return about.Where(i => told.Any(s => s.IdentityId == i.Id) || console.Any(c => c.IdentityId == i.Id && c.Usage == UsageState.Used));
            },
            Unreported = (rule, about) =>
            {
                var (told, console) = (rule.Signs(SignKind.UsedByPerson), rule.ConsolePasswords());
                return about.Where(i => !told.Any(s => s.IdentityId == i.Id) && !console.Any(c => c.IdentityId == i.Id && c.Usage != UsageState.NotReported));
            },
            Needs = "who uses it: interactive sign-ins, or the kind of the caller",
            Evidence = (rule, hits) =>
            {
                var (told, console) = (rule.Signs(SignKind.UsedByPerson).Where(s => s.Answer == Reported.Yes), rule.ConsolePasswords());
                return hits.Select(i => new Hit
                {
                    IdentityId = i.Id,
                    Evidence = console.Any(c => c.IdentityId == i.Id && c.LastUsedAt != null)
                        ? "Its console password was last used on " + SqlText.Day(console.Where(c => c.IdentityId == i.Id && c.LastUsedAt != null).Max(c => c.LastUsedAt)!.Value) + "."
                        : "As its source reports: " + (told.Where(s => s.IdentityId == i.Id).Select(s => s.Detail).FirstOrDefault() ?? "its console password was used") + ".",
                });
            },
        },
        new("F30", "Call without a decision", Severity.High, "A call that no decision allowed, of an identity that is not known, or outside the time of any live credential.", "Look into the call and the identity behind it.",
            FindingRules.Maps("", "", "ASI10", "DE.AE-02, DE.AE-03", "MEASURE 2.4, MEASURE 2.8", "L5"))
        {
            About = (_, living) => living.Where(i => i.ToolId != null || i.Kind == IdentityKind.Agent || i.Kind == IdentityKind.McpServer),
            // This console keeps no log of calls. The rule says so of everything that it is about, until there is one to ask.
            Holds = (_, about) => about.Where(_ => false),
            Unreported = (_, about) => about,
            Needs = "calls: this console keeps no log of calls yet",
            Evidence = (_, hits) => hits.Select(i => new Hit { IdentityId = i.Id, Evidence = "It called without a decision." }),
        },
    ];

    /// <summary>Passwords for the AWS console: a service has no use for one.</summary>
    private static IQueryable<Credential> ConsolePasswords(this RuleContext rule)
    {
        var (identities, sources) = (rule.Db.Identities, rule.Db.Sources.Where(s => s.System == SourceSystem.Aws));
        return rule.Db.Credentials.Where(c => c.Kind == CredentialKind.Password && c.MissingSince == null && identities.Any(i => i.Id == c.IdentityId && sources.Any(s => s.Id == i.SourceId)));
    }
}
