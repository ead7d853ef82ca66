using System.Globalization;
using Governance.Campaigns;
using Governance.Inventory;
using Governance.Lifecycle;

namespace Governance.Web.Features.Campaigns;

/// <summary>How a series ends.</summary>
internal enum SeriesEnd
{
    Never,
    OnDate,
    AfterCount,
}

/// <summary>What the form holds while it is being filled in: text for what is chosen from lists, empty for "any".</summary>
internal sealed class DefinitionForm
{
    public string Name { get; set; } = string.Empty;

    public string? Text { get; set; }

    public string ForAiTool { get; set; } = string.Empty;

    public string ToolId { get; set; } = string.Empty;

    public string SourceId { get; set; } = string.Empty;

    public string Kind { get; set; } = string.Empty;

    public string Environment { get; set; } = string.Empty;

    public string State { get; set; } = string.Empty;

    public string MinimumRisk { get; set; } = string.Empty;

    public Guid FallbackReviewerId { get; set; }

    public bool BlockSelfReview { get; set; } = true;

    public bool JustificationOnCertify { get; set; }

    public int DurationDays { get; set; } = 14;

    public Recurrence Recurrence { get; set; }

    public DateOnly? FirstLaunch { get; set; }

    public NoAnswerPolicy NoAnswer { get; set; }

    /// <summary>The time of day, in the time zone beside it.</summary>
    public TimeOnly LaunchTime { get; set; } = new(9, 0);

    public string TimeZone { get; set; } = CampaignSchedule.Utc;

    public SeriesEnd End { get; set; }

    public DateOnly? EndsOn { get; set; }

    public int EndsAfter { get; set; } = 4;

    private DefinitionInput? Original { get; init; }

    public static DefinitionForm From(DefinitionInput input) => new()
    {
        Original = input,
        Name = input.Name,
        Text = input.Scope.Text,
        ForAiTool = input.Scope.ForAiTool is { } ai ? (ai ? "true" : "false") : string.Empty,
        ToolId = input.Scope.ToolId?.ToString() ?? string.Empty,
        SourceId = input.Scope.SourceId?.ToString() ?? string.Empty,
        Kind = input.Scope.Kind?.ToString() ?? string.Empty,
        Environment = input.Scope.Environment?.ToString() ?? string.Empty,
        State = input.Scope.State?.ToString() ?? string.Empty,
        MinimumRisk = input.Scope.MinimumRisk?.ToString(CultureInfo.InvariantCulture) ?? string.Empty,
        FallbackReviewerId = input.FallbackReviewerId,
        BlockSelfReview = input.BlockSelfReview,
        JustificationOnCertify = input.JustificationOnCertify,
        DurationDays = input.DurationDays,
        Recurrence = input.Recurrence,
        FirstLaunch = input.FirstLaunchAt is { } at ? DateOnly.FromDateTime(CampaignSchedule.Local(at, input.TimeZone)) : null,
        LaunchTime = input.FirstLaunchAt is { } time ? TimeOnly.FromDateTime(CampaignSchedule.Local(time, input.TimeZone)) : new TimeOnly(9, 0),
        TimeZone = input.TimeZone,
        End = input.EndsOn is not null ? SeriesEnd.OnDate : input.EndsAfter is not null ? SeriesEnd.AfterCount : SeriesEnd.Never,
        EndsOn = input.EndsOn,
        EndsAfter = input.EndsAfter ?? 4,
        NoAnswer = input.NoAnswer,
    };

    /// <summary>What the form has no field for stays as it was.</summary>
    public DefinitionInput ToInput() => new()
    {
        Name = Name,
        Description = Original?.Description,
        Scope = (Original?.Scope ?? new IdentityFilter()) with
        {
            Text = string.IsNullOrWhiteSpace(Text) ? null : Text.Trim(),
            ForAiTool = ForAiTool.Length == 0 ? null : ForAiTool == "true",
            ToolId = Guid.TryParse(ToolId, out var tool) ? tool : null,
            SourceId = Guid.TryParse(SourceId, out var source) ? source : null,
            Kind = Parsed<IdentityKind>(Kind),
            Environment = Parsed<DeploymentEnvironment>(Environment),
            State = Parsed<LifecycleState>(State),
            MinimumRisk = int.TryParse(MinimumRisk, NumberStyles.None, CultureInfo.InvariantCulture, out var risk) ? risk : null,
        },
        FallbackReviewerId = FallbackReviewerId,
        DurationDays = DurationDays,
        Stages = Original is { } before && before.DurationDays == DurationDays ? before.Stages : [],
        Review = Original?.Review ?? new ReviewSettings(),
        Recurrence = Recurrence,
        FirstLaunchAt = FirstLaunch is { } day && CampaignSchedule.IsTimeZone(TimeZone) ? CampaignSchedule.Instant(day.ToDateTime(LaunchTime), TimeZone) : null,
        TimeZone = TimeZone,
        EndsOn = Recurrence != Recurrence.Once && End == SeriesEnd.OnDate ? EndsOn : null,
        EndsAfter = Recurrence != Recurrence.Once && End == SeriesEnd.AfterCount ? EndsAfter : null,
        NoAnswer = NoAnswer,
        JustificationOnCertify = JustificationOnCertify,
        BlockSelfReview = BlockSelfReview,
    };

    private static T? Parsed<T>(string text)
        where T : struct, Enum => Enum.TryParse<T>(text, out var value) ? value : null;
}
