using Governance.Common;

namespace Governance.Campaigns;

/// <summary>Whom a stage asks about an item.</summary>
public enum ReviewerKind
{
    /// <summary>The accepted owner who still works here.</summary>
    Owner,

    /// <summary>Who answers for it when the owner leaves.</summary>
    BackupOwner,

    /// <summary>Who runs it.</summary>
    TechnicalOwner,

    /// <summary>The person who owns the most identities of the same AI tool.</summary>
    ToolOwner,

    /// <summary>The manager of the accepted owner.</summary>
    OwnersManager,

    /// <summary>The people named in <see cref="StageSettings.People"/>.</summary>
    People,

    /// <summary>Everybody with the role <see cref="StageSettings.Role"/>, at most <see cref="StageSettings.MostReviewers"/>.</summary>
    Role,
}

/// <summary>Which items a stage looks at.</summary>
public enum StageItems
{
    All,

    /// <summary>Identities with privileged access, and those that act for an autonomous tool: an owner certifying their own agent is half a control.</summary>
    PrivilegedOrAutonomous,
}

/// <summary>With what answer, or none, an item goes on to the next stage.</summary>
public enum MovesOn
{
    Certify,
    Reduce,
    Revoke,
    DontKnow,
    NoAnswer,
}

/// <summary>One round of reviewers. The first sees every item; a later one those that the stage before sent on.</summary>
public sealed record StageSettings
{
    /// <summary>At most so many people are asked about one item in one stage.</summary>
    public const int MostReviewers = 10;

    /// <summary>Days of the standard second stage where the whole is long enough.</summary>
    public const int SecondStageDays = 7;

    /// <summary>All of these are asked; who is excluded as a self-review is not.</summary>
    public IReadOnlyList<ReviewerKind> Reviewers { get; init; } = [ReviewerKind.Owner];

    /// <summary>For <see cref="ReviewerKind.People"/>.</summary>
    public IReadOnlyList<Guid> People { get; init; } = [];

    /// <summary>For <see cref="ReviewerKind.Role"/>: one of <see cref="Roles"/>.</summary>
    public string? Role { get; init; }

    /// <summary>Asked where nobody above exists; empty: <see cref="FallbackRole"/>, then the definition's fallback reviewer.</summary>
    public IReadOnlyList<Guid> FallbackPeople { get; init; } = [];

    /// <summary>Asked where neither reviewers nor named fallback reviewers exist.</summary>
    public string? FallbackRole { get; init; }

    public int DurationDays { get; init; } = 14;

    /// <summary>Which of the items that moved on it looks at; the others are through. The first stage looks at all.</summary>
    public StageItems Items { get; init; }

    /// <summary>The answers with which an item goes on from this stage to the next; without meaning in the last.</summary>
    public IReadOnlyList<MovesOn> MovesOn { get; init; } = [Campaigns.MovesOn.Certify, Campaigns.MovesOn.Reduce, Campaigns.MovesOn.DontKnow, Campaigns.MovesOn.NoAnswer];

    /// <summary>One stage for the owner.</summary>
    public static IReadOnlyList<StageSettings> Single(int days) => [new StageSettings { DurationDays = days }];

    /// <summary>
    /// The owner, and for what is privileged or autonomous a second look by the owner's manager, else by security engineers. Together as long as was asked
    /// for; a campaign of a day has time for one stage only.
    /// </summary>
    public static IReadOnlyList<StageSettings> Standard(int days)
    {
        var second = Math.Min(SecondStageDays, days / 3);
        return second < 1
            ? Single(days)
            :
            [
                new StageSettings { DurationDays = days - second },
                new StageSettings { Reviewers = [ReviewerKind.OwnersManager], FallbackRole = Roles.SecurityEngineer, Items = StageItems.PrivilegedOrAutonomous, DurationDays = second },
            ];
    }
}
