using Governance.Common;
using Governance.Inventory;

namespace Governance.Campaigns;

/// <summary>What a person enters to define a campaign.</summary>
public sealed record DefinitionInput
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    public IdentityFilter Scope { get; init; } = new();

    /// <summary>Who reviews what has no accepted owner.</summary>
    public required Guid FallbackReviewerId { get; init; }

    /// <summary>All stages together. Where stages are given, their days count and this follows.</summary>
    public int DurationDays { get; init; } = 14;

    /// <summary>Up to four, in their order. Empty: <see cref="StageSettings.Standard"/> for the duration.</summary>
    public IReadOnlyList<StageSettings> Stages { get; init; } = [];

    /// <summary>How it is decided.</summary>
    public ReviewSettings Review { get; init; } = new();

    /// <summary>What is asked about beyond the filter, who is reminded, and how it ends.</summary>
    public RunSettings Run { get; init; } = new();

    public Recurrence Recurrence { get; init; }

    /// <summary>When the scheduler launches it first; null: by hand.</summary>
    public DateTimeOffset? FirstLaunchAt { get; init; }

    /// <summary>IANA name of the zone whose wall clock the schedule counts in.</summary>
    public string TimeZone { get; init; } = CampaignSchedule.Utc;

    /// <summary>The last day on which it launches; null for no such day.</summary>
    public DateOnly? EndsOn { get; init; }

    /// <summary>After how many launches it ends, the missed ones counted; null for no such number.</summary>
    public int? EndsAfter { get; init; }

    public NoAnswerPolicy NoAnswer { get; init; }

    public bool JustificationOnCertify { get; init; }

    public bool BlockSelfReview { get; init; } = true;

    /// <summary>What was chosen, as a schedule.</summary>
    internal CampaignSchedule Schedule => CampaignSchedule.Of(Recurrence, FirstLaunchAt, TimeZone, EndsOn, EndsAfter);

    /// <summary>The next times at which the schedule would launch it; none while something in it is amiss.</summary>
    public IReadOnlyList<DateTimeOffset> Dates(DateTimeOffset now, int most) => CampaignSchedule.IsTimeZone(TimeZone) ? Schedule.DatesAfter(now, most) : [];

    /// <summary>The stages in force.</summary>
    public IReadOnlyList<StageSettings> StagesInForce() => Stages.Count > 0 ? Stages : StageSettings.Standard(DurationDays);

    /// <summary>How long it takes in all.</summary>
    public int TotalDays() => StageRules.TotalDays(StagesInForce());
}

/// <summary>What a definition may be. Pure; whether the fallback reviewer still works here is looked up by the service.</summary>
public static class DefinitionRules
{
    /// <param name="input">What was entered.</param>
    /// <param name="startBefore">The start that is in force; it may stay as it is although it is past.</param>
    /// <param name="now">Now.</param>
    public static Refusal? Check(DefinitionInput input, DateTimeOffset? startBefore, DateTimeOffset now) => input switch
    {
        _ when input.Name.Trim().Length is < 3 or > 200 => Refusals.NameMissing(),
        { Description.Length: > 2000 } => Refusals.DescriptionTooLong(),
        { DurationDays: < 1 or > 365 } => Refusals.DurationOutside(),
        _ when input.Recurrence != Recurrence.Once && input.TotalDays() > CampaignSchedule.LongestDays(input.Recurrence) =>
            Refusals.LongerThanPeriod(input.Recurrence, CampaignSchedule.LongestDays(input.Recurrence)),
        _ when !CampaignSchedule.IsTimeZone(input.TimeZone) => Refusals.TimeZoneUnknown(),
        { EndsOn: not null, EndsAfter: not null } => Refusals.TwoEnds(),
        { EndsAfter: < 1 or > 1000 } => Refusals.EndsAfterOutside(),
        _ when StageRules.Check(input.StagesInForce(), input.Review) is { } refusal => refusal,
        _ when RunSettings.Check(input.Run) is { } refusal => refusal,
        _ when input.TotalDays() > 365 => Refusals.DurationOutside(),
        _ when input.FallbackReviewerId == Guid.Empty => Refusals.FallbackMissing(),
        { FirstLaunchAt: { } first } when first < now && first != startBefore => Refusals.LaunchInPast(),
        { FirstLaunchAt: { } first, EndsOn: { } last } when last < DateOnly.FromDateTime(CampaignSchedule.Local(first, input.TimeZone)) => Refusals.EndsBeforeStart(),
        _ => null,
    };
}
