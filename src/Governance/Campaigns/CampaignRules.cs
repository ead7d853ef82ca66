using Governance.Common;

namespace Governance.Campaigns;

/// <summary>One answer that a reviewer wants to give.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="ItemVersion">The item's version that the reviewer saw: a second answer from elsewhere is a conflict (I-13).</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Justification">Why, in the reviewer's words.</param>
/// <param name="ShownHash">The identity's content hash that the reviewer saw (I-15).</param>
/// <param name="GrantIds">For reduce: what to take away.</param>
/// <param name="By">The reviewer.</param>
public sealed record Decide(Guid ItemId, Guid ItemVersion, Verdict Verdict, string? Justification, string ShownHash, IReadOnlyList<Guid> GrantIds, Actor By)
{
    /// <summary>For reduce: the day on which its life ends, alone or beside what is taken away.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long the item was open before it was answered.</summary>
    public TimeSpan? OpenFor { get; init; }
}

/// <summary>All that the rules need to know of an item.</summary>
public sealed record ReviewItemState
{
    public required Guid ItemId { get; init; }

    public required Guid Version { get; init; }

    public required Guid CampaignId { get; init; }

    public required string CampaignName { get; init; }

    public required CampaignState CampaignState { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public bool JustificationOnCertify { get; init; }

    public bool BlockSelfReview { get; init; }

    /// <summary>A <see cref="ReviewSettings"/> as JSON.</summary>
    public string Review { get; init; } = "{}";

    public int StageNumber { get; init; } = 1;

    /// <summary>When the item's stage ended; null while it runs.</summary>
    public DateTimeOffset? StageClosedAt { get; init; }

    public ItemTarget Target { get; init; }

    public Guid TargetId { get; init; }

    /// <summary>The one who acts, if asked about this item in this stage.</summary>
    public Guid? ReviewerId { get; init; }

    public TaskState TaskState { get; init; }

    /// <summary>The acting reviewer's own answer in force.</summary>
    public Guid? TaskDecisionId { get; init; }

    /// <summary>Whether the acting reviewer signed this stage off.</summary>
    public bool SignedOff { get; init; }

    /// <summary>Who made the identity or asked for it, where known.</summary>
    public Guid? CreatorId { get; init; }

    /// <summary>Who alone uses the identity, where known.</summary>
    public Guid? SoleUserId { get; init; }

    public Guid? ToolId { get; init; }

    public Inventory.IdentityKind Kind { get; init; }

    public required Guid IdentityId { get; init; }

    public required string IdentityName { get; init; }

    /// <summary>The identity's content now.</summary>
    public required string ContentHash { get; init; }

    public int Risk { get; init; }

    public bool Privileged { get; init; }

    public Verdict? Recommended { get; init; }

    public Verdict? EarlierVerdict { get; init; }

    public Verdict? Verdict { get; init; }

    /// <summary>Whether reviewing it would be reviewing one's own (I-14).</summary>
    public bool IsSelf(Guid? personId) => BlockSelfReview && personId is not null && (personId == CreatorId || personId == SoleUserId);
}

/// <summary>The whole policy of deciding, readable by an auditor. Pure: state and clock are given.</summary>
/// <remarks>
/// Only the assigned reviewer, only while the campaign runs, never on what one created or alone uses (NIST SP 800-53 AC-5, AC-2 j), with a reason where one is owed, and
/// only on what was shown. NIST CSF 2.0 PR.AA-05: access is reviewed, and what is decided is bound to evidence.
/// </remarks>
public static class CampaignRules
{
    /// <summary>A reason has at least so many characters.</summary>
    public const int ShortestReason = 3;

    /// <summary>A reason has at most so many characters.</summary>
    public const int LongestReason = 4000;

    /// <summary>From this risk on (0 to 100) an item is decided by itself and not among others.</summary>
    public const int BulkRiskLimit = 50;

    /// <summary>A life is shortened to at most so many days from now.</summary>
    public const int LongestLifeDays = 730;

    /// <summary>So many items go into one bulk answer.</summary>
    public const int LargestBulk = 500;

    /// <summary>May this decision be recorded now? Null when it may.</summary>
    public static Refusal? Check(ReviewItemState item, Decide command, DateTimeOffset now) =>
        MayAct(item, command.By, now) ?? command switch
        {
            _ when item.IsSelf(command.By.PersonId) => Refusals.SelfReview(item.IdentityName),
            _ when item.Version != command.ItemVersion => Refusals.Conflict(item.IdentityName),
            _ when !string.Equals(item.ContentHash, command.ShownHash, StringComparison.Ordinal) => Refusals.Changed(item.IdentityName),
            _ when NeedsReason(item.JustificationOnCertify, CampaignJson.Settings(item.Review).JustificationAlways, command.Verdict) && IsTooShort(command.Justification) => Refusals.ReasonMissing(command.Verdict),
            { Justification.Length: > LongestReason } => Refusals.ReasonTooLong(),
            { Verdict: Verdict.Reduce } when item.Target != ItemTarget.Identity => Refusals.NothingToReduce(),
            { Verdict: Verdict.Reduce, GrantIds.Count: 0, ExpiresAt: null } => Refusals.NoGrantNamed(),
            { Verdict: Verdict.Reduce, ExpiresAt: { } ends } when ends <= now || ends > now.AddDays(LongestLifeDays) => Refusals.EndOutside(),
            _ => null,
        };

    /// <summary>May this item go among others with one answer? A high risk or privileged access is looked at by itself.</summary>
    public static Refusal? CheckBulk(ReviewItemState item, Decide command, DateTimeOffset now) => command.Verdict switch
    {
        Verdict.Reduce => Refusals.NotInBulk(),
        Verdict.Certify when !MayGoInBulk(item.Risk, item.Privileged) => Refusals.TooRiskyForBulk(item.IdentityName),
        _ => Check(item, command, now),
    };

    /// <summary>Are the two alike enough for one certification? One tool, one kind, one sort of thing asked about.</summary>
    public static bool AreAlike(ReviewItemState one, ReviewItemState other) => (one.ToolId, one.Kind, one.Target) == (other.ToolId, other.Kind, other.Target);

    /// <summary>Whether a certification may be given among others.</summary>
    public static bool MayGoInBulk(int risk, bool privileged) => risk < BulkRiskLimit && !privileged;

    /// <summary>May the reviewer take the decision back?</summary>
    public static Refusal? CheckWithdraw(ReviewItemState item, Guid itemVersion, Actor by, DateTimeOffset now) =>
        MayAct(item, by, now)
        ?? (item.Version != itemVersion ? Refusals.Conflict(item.IdentityName) : null)
        ?? (item.TaskDecisionId is null ? Refusals.NothingToWithdraw(item.IdentityName) : null);

    /// <summary>May the item be handed to this person? Handing on can't be a way round the block on self-review (I-14).</summary>
    public static Refusal? CheckReassign(ReviewItemState item, Guid itemVersion, Guid toPersonId, string toName, string? note, Actor by, DateTimeOffset now)
    {
        var manager = by.Holds(Roles.CampaignManager) || by.Holds(Roles.Administrator);
        return (manager ? Open(item, now) : MayAct(item, by, now)) switch
        {
            { } refusal => refusal,
            null when item.Version != itemVersion => Refusals.Conflict(item.IdentityName),
            null when item.TaskDecisionId is not null => Refusals.AlreadyDecided(item.IdentityName),
            null when toPersonId == item.ReviewerId => Refusals.SameReviewer(toName),
            null when item.IsSelf(toPersonId) => Refusals.ReviewerIsCreator(toName, item.IdentityName),
            null when IsTooShort(note) => Refusals.NoteMissing(),
            null when note!.Length > LongestReason => Refusals.ReasonTooLong(),
            null => null,
        };
    }

    /// <summary>May what was handed on be taken back? Not by whom it would be a self-review; they should not have had it.</summary>
    public static Refusal? CheckRecall(ReviewItemState item, DateTimeOffset now) => Open(item, now) ?? (item.IsSelf(item.ReviewerId) ? Refusals.SelfReview(item.IdentityName) : null);

    /// <summary>Whether the verdict owes a reason.</summary>
    public static bool NeedsReason(bool justificationOnCertify, bool always, Verdict verdict) =>
        always || verdict == Verdict.Revoke || (verdict is Verdict.Certify or Verdict.Reduce && justificationOnCertify);

    /// <summary>Whether a text is too short to be a reason.</summary>
    public static bool IsTooShort(string? reason) => reason is null || reason.Trim().Length < ShortestReason;

    private static Refusal? MayAct(ReviewItemState item, Actor by, DateTimeOffset now) =>
        Open(item, now) ?? (by.PersonId is null || by.PersonId != item.ReviewerId || item.TaskState == TaskState.HandedOn ? Refusals.NotYourItem(item.IdentityName)
            : item.TaskState == TaskState.Freed ? Refusals.AnsweredByOther(item.IdentityName)
            : item.SignedOff ? Refusals.SignedOff() : null);

    private static Refusal? Open(ReviewItemState item, DateTimeOffset now) => item switch
    {
        { CampaignState: CampaignState.Prepared } => Refusals.NotStarted(item.CampaignName),
        { CampaignState: not CampaignState.Running } => Refusals.CampaignClosed(item.CampaignName, item.ClosedAt),
        { StageClosedAt: { } ended } => Refusals.StageOver(item.CampaignName, item.StageNumber, ended),
        { DueAt: var due } when now > due => Refusals.PastDue(item.CampaignName, due),
        _ => null,
    };
}
