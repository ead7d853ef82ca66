using Governance.Common;
using Governance.Findings;
using Governance.Inventory;

namespace Governance.Campaigns;

/// <summary>A campaign as one reviewer sees it in the list of theirs.</summary>
public sealed record MyCampaign(Guid CampaignId, string Name, CampaignState State, DateTimeOffset DueAt, int Total, int Decided, int StageNumber = 1);

/// <summary>An item that a reviewer handed to somebody else.</summary>
public sealed record HandedOnLine(Guid ItemId, string Name, string To, DateTimeOffset At, string Campaign);

/// <summary>Everything on one reviewer's page but the details of the open item.</summary>
/// <param name="Groups">By tool, the worst risk first.</param>
/// <param name="Total">The reviewer's items in all.</param>
/// <param name="Decided">Those that are decided.</param>
public sealed record ReviewSheet(
    Guid CampaignId, string Name, CampaignState State, DateTimeOffset DueAt, bool JustificationOnCertify, NoAnswerPolicy NoAnswer, IReadOnlyList<ReviewGroup> Groups, int Total, int Decided)
{
    public int StageNumber { get; init; } = 1;

    public int StageCount { get; init; } = 1;

    public ReviewSettings Settings { get; init; } = new();

    /// <summary>Whether the reviewer signed this stage off.</summary>
    public bool SignedOff { get; init; }
}

/// <summary>The items of one AI tool; those that act for none stand together.</summary>
public sealed record ReviewGroup(string Title, Autonomy? Autonomy, IReadOnlyList<ReviewLine> Lines);

/// <summary>One item in one line.</summary>
/// <param name="MayGoInBulk">Whether it may be certified together with others.</param>
public sealed record ReviewLine(
    Guid ItemId, Guid Version, Guid IdentityId, string Name, IdentityKind Kind, string SourceName, string? ToolName, Autonomy? Autonomy, int Risk, Reported Privileged,
    UsageState Usage, DateTimeOffset? LastUsedAt, string ContentHash, Verdict? Verdict, DateTimeOffset? DecidedAt, bool MayGoInBulk)
{
    /// <summary>Whether this reviewer is still asked.</summary>
    public TaskState State { get; init; }

    public ItemTarget Target { get; init; }

    public Guid TargetId { get; init; }

    /// <summary>The permission or credential that it asks about; null for a whole identity.</summary>
    public string? TargetName { get; init; }

    public Verdict? Recommended { get; init; }

    /// <summary>What all reviewers came to so far.</summary>
    public Verdict? StandsAt { get; init; }
}

/// <summary>All that a reviewer needs to decide on one identity.</summary>
/// <param name="Dependants">Identities that inherit access from this one and lose it with it.</param>
/// <param name="Since">From when on changes count as new: the last certification, else the campaign before, else null for never reviewed.</param>
public sealed record ReviewDetail(
    ReviewLine Line, string Summary, string? Description, string? Purpose, DeploymentEnvironment Environment, Reported Enabled, string? Publisher, string? OwnerName, OwnerState OwnerState, string? OwnerHint,
    string ReviewerReason, DateTimeOffset? CreatedAt, DateTimeOffset FirstSeenAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastCertifiedAt, DateTimeOffset? Since,
    IReadOnlyList<GrantLine> Grants, IReadOnlyList<CredentialLine> Credentials, IReadOnlyList<ChangeLine> Changes, IReadOnlyList<FindingLine> Findings, int Dependants,
    Recommendation Recommendation, DecisionLine? Decision)
{
    /// <summary>What changed after the campaign was launched: the reviewer decides on what is true now, and sees what is new to it.</summary>
    public IReadOnlyList<ChangeLine> SinceLaunch { get; init; } = [];

    /// <summary>What earlier stages said, where the campaign shows it.</summary>
    public IReadOnlyList<EarlierLine> Earlier { get; init; } = [];

    /// <summary>Who else is asked in this stage, and what they said.</summary>
    public IReadOnlyList<EarlierLine> Others { get; init; } = [];

    public required Impact Impact { get; init; }

    public Guid? OwnerId { get; init; }

    /// <summary>Remarks in its thread.</summary>
    public int Comments { get; init; }

    /// <summary>The event that opened it; null for a campaign by schedule.</summary>
    public string? Trigger { get; init; }

    public int StageNumber { get; init; } = 1;
}

/// <summary>One reviewer's part: what they said, or that they have not.</summary>
public sealed record EarlierLine(int Stage, string Person, Verdict? Verdict, string? Justification, DateTimeOffset? At);

/// <summary>What stops when it is revoked, as far as sources tell.</summary>
/// <param name="Dependants">Names of identities that inherit from it, the first few.</param>
/// <param name="DependantCount">How many there are.</param>
/// <param name="ActedAsBy">Names of identities that get to act as it, the first few.</param>
/// <param name="ActedAsCount">How many there are.</param>
/// <param name="UsedAccess">Permissions or services that it used in the last 30 days.</param>
/// <param name="CredentialsUsed">Credentials used in the last 30 days.</param>
/// <param name="Consenting">People who consented and lose it.</param>
/// <param name="ForAllUsers">An administrator consented for everybody.</param>
public sealed record Impact(
    IReadOnlyList<string> Dependants, int DependantCount, IReadOnlyList<string> ActedAsBy, int ActedAsCount, IReadOnlyList<string> UsedAccess, int CredentialsUsed, int Consenting, bool ForAllUsers);

public sealed record GrantLine(Guid Id, string Name, string? Resource, string? Description, Reported Privileged, GrantPath Path, string? Consent, string? Via, bool IsNew);

public sealed record CredentialLine(CredentialKind Kind, string? Name, DateTimeOffset? CreatedAt, ExpiryState Expiry, DateTimeOffset? ExpiresAt, UsageState Usage, DateTimeOffset? LastUsedAt);

public sealed record ChangeLine(DateTimeOffset At, string Field, string? Before, string? After);

public sealed record FindingLine(string RuleId, Severity Severity, string Evidence);

public sealed record DecisionLine(Verdict Verdict, string? Justification, DateTimeOffset At);
