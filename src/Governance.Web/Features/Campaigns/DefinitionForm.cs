using System.Globalization;
using Governance.Campaigns;
using Governance.Inventory;
using Governance.Lifecycle;

namespace Governance.Web.Features.Campaigns;

/// <summary>How a series ends.</summary>
public enum SeriesEnd
{
    Never,
    OnDate,
    AfterCount,
}

/// <summary>What the form holds while it is being filled in: text for what is chosen from lists, empty for "any".</summary>
public sealed class DefinitionForm
{
    public string Name { get; set; } = string.Empty;

    public string? Description { get; set; }

    public string? Text { get; set; }

    public string ForAiTool { get; set; } = string.Empty;

    public string ToolId { get; set; } = string.Empty;

    public string SourceId { get; set; } = string.Empty;

    public string Kind { get; set; } = string.Empty;

    public string Environment { get; set; } = string.Empty;

    public string State { get; set; } = string.Empty;

    public string MinimumRisk { get; set; } = string.Empty;

    public ItemTarget Target { get; set; }

    public bool OnlyChanged { get; set; }

    public int? InactiveDays { get; set; }

    public IList<StageForm> Stages { get; } = [];

    public Guid FallbackReviewerId { get; set; }

    public bool BlockSelfReview { get; set; } = true;

    public OutcomeStrategy Strategy { get; set; }

    public bool OneAnswerFreesOthers { get; set; } = true;

    public bool JustificationOnCertify { get; set; }

    public bool JustificationAlways { get; set; }

    public bool Recommendations { get; set; } = true;

    public bool ShowEarlierStages { get; set; } = true;

    public bool SignOff { get; set; }

    public int SamplePercent { get; set; }

    public Recurrence Recurrence { get; set; }

    public DateOnly? FirstLaunch { get; set; }

    /// <summary>The time of day, in the time zone beside it.</summary>
    public TimeOnly LaunchTime { get; set; } = new(9, 0);

    public string TimeZone { get; set; } = CampaignSchedule.Utc;

    public SeriesEnd End { get; set; }

    public DateOnly? EndsOn { get; set; }

    public int EndsAfter { get; set; } = 4;

    public bool RemindAtHalfTime { get; set; } = true;

    /// <summary>Days before the end, as text: <c>5, 2</c>.</summary>
    public string RemindDaysBefore { get; set; } = "3";

    public int RemindDailyDays { get; set; }

    public int? EscalateDaysBefore { get; set; } = 1;

    public NoAnswerPolicy NoAnswer { get; set; }

    public NoReviewerPolicy NoReviewer { get; set; }

    public bool AutoApply { get; set; } = true;

    private DefinitionInput? Original { get; init; }

    public static DefinitionForm From(DefinitionInput input, IReadOnlyDictionary<Guid, string> names)
    {
        var form = new DefinitionForm
        {
            Original = input,
            Name = input.Name,
            Description = input.Description,
            Text = input.Scope.Text,
            ForAiTool = input.Scope.ForAiTool is { } ai ? (ai ? "true" : "false") : string.Empty,
            ToolId = input.Scope.ToolId?.ToString() ?? string.Empty,
            SourceId = input.Scope.SourceId?.ToString() ?? string.Empty,
            Kind = input.Scope.Kind?.ToString() ?? string.Empty,
            Environment = input.Scope.Environment?.ToString() ?? string.Empty,
            State = input.Scope.State?.ToString() ?? string.Empty,
            MinimumRisk = input.Scope.MinimumRisk?.ToString(CultureInfo.InvariantCulture) ?? string.Empty,
            Target = input.Run.Target,
            OnlyChanged = input.Run.OnlyChanged,
            InactiveDays = input.Run.InactiveDays,
            FallbackReviewerId = input.FallbackReviewerId,
            BlockSelfReview = input.BlockSelfReview,
            Strategy = input.Review.Strategy,
            OneAnswerFreesOthers = input.Review.OneAnswerFreesOthers,
            JustificationOnCertify = input.JustificationOnCertify,
            JustificationAlways = input.Review.JustificationAlways,
            Recommendations = input.Review.Recommendations,
            ShowEarlierStages = input.Review.ShowEarlierStages,
            SignOff = input.Review.SignOff,
            SamplePercent = input.Review.SamplePercent,
            Recurrence = input.Recurrence,
            FirstLaunch = input.FirstLaunchAt is { } at ? DateOnly.FromDateTime(CampaignSchedule.Local(at, input.TimeZone)) : null,
            LaunchTime = input.FirstLaunchAt is { } time ? TimeOnly.FromDateTime(CampaignSchedule.Local(time, input.TimeZone)) : new TimeOnly(9, 0),
            TimeZone = input.TimeZone,
            End = input.EndsOn is not null ? SeriesEnd.OnDate : input.EndsAfter is not null ? SeriesEnd.AfterCount : SeriesEnd.Never,
            EndsOn = input.EndsOn,
            EndsAfter = input.EndsAfter ?? 4,
            RemindAtHalfTime = input.Run.RemindAtHalfTime,
            RemindDaysBefore = string.Join(", ", input.Run.RemindDaysBefore),
            RemindDailyDays = input.Run.RemindDailyDays,
            EscalateDaysBefore = input.Run.EscalateDaysBefore,
            NoAnswer = input.NoAnswer,
            NoReviewer = input.Review.NoReviewer,
            AutoApply = input.Run.AutoApply,
        };
        foreach (var stage in input.StagesInForce())
            form.Stages.Add(StageForm.From(stage, names));
        return form;
    }

    /// <summary>What the form has no field for stays as it was.</summary>
    public DefinitionInput ToInput() => new()
    {
        Name = Name,
        Description = string.IsNullOrWhiteSpace(Description) ? null : Description,
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
        DurationDays = Math.Clamp(Stages.Sum(s => s.DurationDays), 1, 365),
        Stages = [.. Stages.Select(s => s.ToSettings())],
        Review = new ReviewSettings
        {
            Strategy = Strategy,
            OneAnswerFreesOthers = OneAnswerFreesOthers,
            JustificationAlways = JustificationAlways,
            Recommendations = Recommendations,
            ShowEarlierStages = ShowEarlierStages,
            NoReviewer = NoReviewer,
            SignOff = SignOff,
            SamplePercent = SamplePercent,
        },
        Run = new RunSettings
        {
            Target = Target,
            OnlyChanged = OnlyChanged,
            InactiveDays = InactiveDays,
            RemindAtHalfTime = RemindAtHalfTime,
            RemindDaysBefore = Days(RemindDaysBefore),
            RemindDailyDays = RemindDailyDays,
            EscalateDaysBefore = EscalateDaysBefore,
            AutoApply = AutoApply,
        },
        Recurrence = Recurrence,
        FirstLaunchAt = FirstLaunch is { } day && CampaignSchedule.IsTimeZone(TimeZone) ? CampaignSchedule.Instant(day.ToDateTime(LaunchTime), TimeZone) : null,
        TimeZone = TimeZone,
        EndsOn = Recurrence != Recurrence.Once && End == SeriesEnd.OnDate ? EndsOn : null,
        EndsAfter = Recurrence != Recurrence.Once && End == SeriesEnd.AfterCount ? EndsAfter : null,
        NoAnswer = NoAnswer,
        JustificationOnCertify = JustificationOnCertify,
        BlockSelfReview = BlockSelfReview,
    };

    // What is no number becomes 0, which the rules refuse with a word on what is meant: better than dropping it.
    private static int[] Days(string text) =>
        [.. text.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries).Select(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0).Distinct().OrderDescending()];

    private static T? Parsed<T>(string text)
        where T : struct, Enum => Enum.TryParse<T>(text, out var value) ? value : null;
}
