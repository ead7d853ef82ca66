using Governance.Campaigns;
using Governance.Inventory;

namespace Governance.Web.Features.Campaigns;

/// <summary>A definition to begin from. The cadences are ours: privileged or autonomous every 90 days, others every 180, what is little used sooner.</summary>
internal sealed record CampaignTemplate(string Title, string Text, DefinitionInput Input)
{
    public static IReadOnlyList<CampaignTemplate> All { get; } =
    [
        new("Quarterly, AI tools", "What acts for an AI tool, by its owner; privileged and autonomous ones get a second look.", Of("Quarterly review of AI tools", new IdentityFilter { ForAiTool = true }, Recurrence.Quarterly, 21)),
        new("Monthly, privileged", "High risk or more; a reason for each certification, a sample of them looked at again.", Of("Monthly review of privileged identities", new IdentityFilter { MinimumRisk = 50 }, Recurrence.Monthly, 14) with
        {
            JustificationOnCertify = true,
            Review = new ReviewSettings { SamplePercent = 10 },
        }),
        new("Half-yearly, everything", "Every identity, but only where something is new or changed since it was certified.", Of("Half-yearly review", new IdentityFilter(), Recurrence.HalfYearly, 30) with { Run = new RunSettings { OnlyChanged = true } }),
        new("Monthly, unused", "Not used for 90 days. What its source doesn't report is left out, and said so.", Of("Unused identities", new IdentityFilter(), Recurrence.Monthly, 14) with { Run = new RunSettings { InactiveDays = 90 } }),
        new("Yearly, permissions", "Each permission of each AI tool's identity by itself.", Of("Yearly review of permissions", new IdentityFilter { ForAiTool = true }, Recurrence.Yearly, 30) with { Run = new RunSettings { Target = ItemTarget.Grant } }),
    ];

    private static DefinitionInput Of(string name, IdentityFilter scope, Recurrence recurrence, int days) => new()
    {
        Name = name,
        Scope = scope,
        FallbackReviewerId = Guid.Empty,
        Recurrence = recurrence,
        DurationDays = days,
        Stages = StageSettings.Standard(days),
    };
}
