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

    public int DurationDays { get; init; } = 14;

    public Recurrence Recurrence { get; init; }

    /// <summary>When the scheduler launches it first; null: by hand.</summary>
    public DateTimeOffset? FirstLaunchAt { get; init; }

    public NoAnswerPolicy NoAnswer { get; init; }

    public bool JustificationOnCertify { get; init; }

    public bool BlockSelfReview { get; init; } = true;
}

/// <summary>What a definition may be. Pure; whether the fallback reviewer still works here is looked up by the service.</summary>
public static class DefinitionRules
{
    /// <param name="input">What was entered.</param>
    /// <param name="launchBefore">The next launch that is in force; it may stay as it is although it is past.</param>
    /// <param name="now">Now.</param>
    public static Refusal? Check(DefinitionInput input, DateTimeOffset? launchBefore, DateTimeOffset now) => input switch
    {
        _ when input.Name.Trim().Length is < 3 or > 200 => Refusals.NameMissing(),
        { Description.Length: > 2000 } => Refusals.DescriptionTooLong(),
        { DurationDays: < 1 or > 365 } => Refusals.DurationOutside(),
        _ when input.Recurrence != Recurrence.Once && input.DurationDays > Schedule.LongestDays(input.Recurrence) =>
            Refusals.LongerThanPeriod(input.Recurrence, Schedule.LongestDays(input.Recurrence)),
        _ when input.FallbackReviewerId == Guid.Empty => Refusals.FallbackMissing(),
        { FirstLaunchAt: { } first } when first < now && first != launchBefore => Refusals.LaunchInPast(),
        _ => null,
    };
}
