using Governance.Common;
using Governance.Findings;
using Governance.Inventory;

namespace Governance.Campaigns;

/// <summary>A campaign as one reviewer sees it in the list of theirs.</summary>
public sealed record MyCampaign(Guid CampaignId, string Name, CampaignState State, DateTimeOffset DueAt, int Total, int Decided);

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
    Recommendation Recommendation, DecisionLine? Decision);

public sealed record GrantLine(Guid Id, string Name, string? Resource, string? Description, Reported Privileged, GrantPath Path, string? Consent, string? Via, bool IsNew);

public sealed record CredentialLine(CredentialKind Kind, string? Name, DateTimeOffset? CreatedAt, ExpiryState Expiry, DateTimeOffset? ExpiresAt, UsageState Usage, DateTimeOffset? LastUsedAt);

public sealed record ChangeLine(DateTimeOffset At, string Field, string? Before, string? After);

public sealed record FindingLine(string RuleId, Severity Severity, string Evidence);

public sealed record DecisionLine(Verdict Verdict, string? Justification, DateTimeOffset At);
