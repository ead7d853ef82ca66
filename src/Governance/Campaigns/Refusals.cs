using System.Globalization;
using Governance.Common;

namespace Governance.Campaigns;

/// <summary>Everything that campaigns and reviews refuse, with what the person can do about it.</summary>
internal static class Refusals
{
    public static Refusal CampaignGone() => new("campaign.gone", "There is no such campaign. Open the list of campaigns and choose one.");

    public static Refusal DefinitionGone() => new("campaign.definition-gone", "There is no such campaign definition. Open the list of campaigns and choose one.");

    public static Refusal CampaignClosed(string name, DateTimeOffset? closedAt) =>
        new("campaign.closed", $"{name} was closed{(closedAt is { } at ? " on " + Day(at) : string.Empty)} and takes no more decisions. Nothing you decided before is lost; ask its manager if something has to change.");

    public static Refusal PastDue(string name, DateTimeOffset due) =>
        new("campaign.past-due", $"{name} was due on {Day(due)}. Ask its manager to extend it; your earlier decisions are kept.");

    public static Refusal StillRunning(string name, DateTimeOffset due) =>
        new("campaign.running", $"A run of {name} is still open until {Day(due)}. Close that one first, so that nobody is asked twice.");

    public static Refusal AlreadyPrepared(string name) => new("campaign.prepared", $"A run of {name} is prepared already. Open it to start or discard it.");

    public static Refusal NotPrepared(string name) => new("campaign.not-prepared", $"{name} is not waiting to be started. Load the page again to see where it stands.");

    public static Refusal NotStarted(string name) => new("campaign.not-started", $"{name} is prepared and not yet started: nobody is asked before that.");

    public static Refusal EndReasonMissing() => new("campaign.end-reason", "Say in a few words why it ends now: reviewers and the auditor read it.", "Reason");

    public static Refusal AlreadyEnded(string name) => new("campaign.ended", $"{name} has ended already. What was decided in it stays.");

    public static Refusal NotYetClosed(string name) => new("campaign.not-closed", $"{name} still takes decisions. Close it, then apply what was decided.");

    public static Refusal EmptyScope(string name) =>
        new("campaign.empty-scope", $"No identity is in the scope of {name}: nothing was launched. Widen the scope, or import the source that it names.", "Scope");

    public static Refusal AlreadyLaunched(string name) => new("campaign.already-launched", $"{name} was launched a moment ago, by someone else or by the schedule. Open the list of campaigns to see it.");

    public static Refusal ChangedMeanwhile(string what) => new("campaign.changed-meanwhile", $"Somebody else changed {what} in the meantime. Load it again and repeat your change; nothing of yours was saved.");

    public static Refusal Archived(string name) => new("campaign.archived", $"{name} is archived. Define a new campaign, or take another.");

    public static Refusal DueNotLater(DateTimeOffset due) => new("campaign.due-not-later", $"It is due on {Day(due)}. Choose a later day, not more than 365 days after the launch.", "DueAt");

    public static Refusal NameMissing() => new("campaign.name-missing", "Give the campaign a name of 3 to 200 characters, as reviewers will read it.", "Name");

    public static Refusal DurationOutside() => new("campaign.duration", "The duration is between 1 and 365 days.", "DurationDays");

    public static Refusal LongerThanPeriod(Recurrence recurrence, int most) =>
        new("campaign.longer-than-period", $"A {Words.Of(recurrence)} campaign ends before the next begins: at most {most} days.", "DurationDays");

    public static Refusal FallbackMissing() => new("campaign.fallback-missing", "Choose a person who reviews what has no accepted owner.", "FallbackReviewerId");

    public static Refusal FallbackNotActive(string name) => new("campaign.fallback-left", $"{name} has left. Choose a fallback reviewer who still works here.", "FallbackReviewerId");

    public static Refusal DescriptionTooLong() => new("campaign.description-long", "The description has at most 2,000 characters.", "Description");

    public static Refusal LaunchInPast() => new("campaign.launch-past", "The first launch is in the past. Choose a later time, or leave it empty and launch by hand.", "FirstLaunchAt");

    public static Refusal TimeZoneUnknown() => new("campaign.time-zone", "There is no such time zone. Choose one from the list, such as Europe/Berlin.", "TimeZone");

    public static Refusal TwoEnds() => new("campaign.two-ends", "Choose one end: a last day, or a number of launches.", "EndsAfter");

    public static Refusal EndsAfterOutside() => new("campaign.ends-after", "It ends after 1 to 1,000 launches.", "EndsAfter");

    public static Refusal EndsBeforeStart() => new("campaign.ends-before-start", "The last day is before the first launch. Choose a later one.", "EndsOn");

    public static Refusal TooManyStages(int most) => new("campaign.stages-many", $"A campaign has one to {most} stages. Take one out.", "Stages");

    public static Refusal StageWithoutReviewers(int stage) => new("campaign.stage-reviewers", $"Say who reviews in stage {stage}.", "Stages");

    public static Refusal StageDuration(int stage) => new("campaign.stage-duration", $"Stage {stage} takes between 1 and 365 days.", "Stages");

    public static Refusal StagePeopleMissing(int stage) => new("campaign.stage-people", $"Name at least one person for stage {stage}, or choose other reviewers.", "Stages");

    public static Refusal StageTooManyPeople(int stage, int most) => new("campaign.stage-people-many", $"At most {most} people are asked about an item. Name fewer in stage {stage}.", "Stages");

    public static Refusal StageRoleMissing(int stage) => new("campaign.stage-role", $"Choose one of this console's roles for stage {stage}.", "Stages");

    public static Refusal StagePersonLeft(int stage, string name) => new("campaign.stage-person-left", $"{name}, named in stage {stage}, has left or is unknown. Choose someone who works here.", "Stages");

    public static Refusal StageIsDeadEnd(int stage) => new("campaign.stage-dead-end", $"Nothing goes on from stage {stage}, so the next one would stay empty. Choose what goes on, or take the next stage out.", "Stages");

    public static Refusal FirstStageSeesAll() => new("campaign.stage-first", "The first stage sees every item. Narrow the scope instead, or let a later stage see only what is privileged or autonomous.", "Stages");

    public static Refusal SampleOutside() => new("campaign.sample", "The share for a second look is between 0 and 100 percent.", "Review");

    public static Refusal ItemGone() => new("review.gone", "There is no such item in this campaign. Load the page again.");

    public static Refusal NotYourItem(string identity) => new("review.not-yours", $"{identity} is not yours to review, or was handed to someone else. Load the page again to see what is yours.");

    public static Refusal SelfReview(string identity) => new("review.self", $"You created {identity} or are the only one who uses it, so someone else has to review it. Press O to hand it on.");

    public static Refusal AnsweredByOther(string identity) => new("review.answered", $"Somebody else has answered for {identity} already, and one answer is enough here. Load the page again to see what was said.");

    public static Refusal StageOver(string name, int stage, DateTimeOffset at) =>
        new("review.stage-over", $"Stage {stage} of {name} ended on {Day(at)}. What you said is kept, and what went on is with the next reviewers; ask the campaign's manager if something has to change.");

    public static Refusal NothingToReduce() => new("review.reduce-single", "This asks about a single permission or credential: keep it or revoke it.");

    public static Refusal EndOutside() => new("review.end-outside", "The day on which its life ends is in the future, at most two years from now.", "ExpiresAt");

    public static Refusal ReasonMissing(Verdict verdict) => new(
        "review.reason-missing",
        verdict switch
        {
            Verdict.Revoke => "Say in a few words why it is to be revoked: its owner and the auditor read it.",
            Verdict.DontKnow => "This campaign asks for a reason with each answer: say in a few words what is unclear, or who may know.",
            _ => "This campaign asks for a reason with each certification: say in a few words why it is still needed.",
        },
        "Justification");

    public static Refusal ReasonTooLong() => new("review.reason-long", "The reason has at most 4,000 characters.", "Justification");

    public static Refusal NoGrantNamed() => new("review.no-grant", "Choose at least one permission to take away, or a day on which its life ends. To take all of them away, revoke it.", "GrantIds");

    public static Refusal GrantUnknown(string identity) => new("review.grant-unknown", $"{identity} no longer holds one of the permissions you chose. Load the page again and choose from what it holds now.", "GrantIds");

    public static Refusal Changed(string identity) => new("review.changed", $"{identity} changed since you opened it. Look at it again before you decide; your reason is kept.");

    public static Refusal Conflict(string identity) => new("review.conflict", $"{identity} was decided or handed on a moment ago, in another window or by someone else. Load it again to see what was said.");

    public static Refusal NothingToWithdraw(string identity) => new("review.nothing-to-undo", $"{identity} has no decision to take back.");

    public static Refusal AlreadyDecided(string identity) => new("review.decided", $"{identity} is already decided. Undo the decision first, then hand it on.");

    public static Refusal NoteMissing() => new("review.note-missing", "Say in a few words why it is not yours: the next reviewer reads it.", "Note");

    public static Refusal ReviewerUnknown() => new("review.reviewer-unknown", "Choose a person who still works here.", "PersonId");

    public static Refusal SameReviewer(string name) => new("review.same-reviewer", $"{name} reviews it already. Choose someone else.", "PersonId");

    public static Refusal ReviewerIsCreator(string name, string identity) => new("review.reviewer-is-creator", $"{name} created {identity} or alone uses it, and can't review it. Choose someone else.", "PersonId");

    public static Refusal SignedOff() => new("review.signed-off", "You signed this review off. Take the sign-off back, then change your answer.");

    public static Refusal NothingToSign() => new("review.nothing-to-sign", "Nothing in this stage is yours to sign off.");

    public static Refusal StillOwed(int open) => new("review.still-owed", open == 1 ? "One item still waits for your answer. Answer it, then sign off." : $"{open} items still wait for your answer. Answer them, then sign off.");

    public static Refusal NothingToRecall() => new("review.nothing-to-recall", "It was answered already, handed on further, or was not handed on by you.");

    public static Refusal NoPerson() => new("review.no-person", "Your account belongs to nobody in the directory. Ask an administrator to connect it.");

    public static Refusal StandInSelf() => new("standin.self", "Choose somebody else to stand in for you.", "StandInId");

    public static Refusal StandInTimes() => new("standin.times", "The end is after the beginning, in the future, and at most a year later.", "Until");

    public static Refusal StandInOverlaps() => new("standin.overlaps", "You have named a stand-in for part of that time. End that one first.", "From");

    public static Refusal StandInAway(string name) => new("standin.away", $"{name} is away for part of that time too. Choose someone else.", "StandInId");

    public static Refusal StandInGone() => new("standin.gone", "There is no such absence of yours.");

    public static Refusal CommentMissing() => new("comment.missing", "Write at least three characters.", "Text");

    public static Refusal CommentTooLong(int most) => new("comment.long", $"Write at most {most} characters.", "Text");

    public static Refusal CommentsMany(int most) => new("comment.many", $"This thread has {most} remarks. Talk to each other, and write down here what came of it when you decide.");

    public static Refusal NoOwnerToAsk(string identity) => new("comment.no-owner", $"{identity} has no accepted owner to ask. Hand it on to somebody who may know.", "Text");

    public static Refusal OwnerIsYou() => new("comment.owner-is-you", "You own it yourself. Hand it on, or decide.", "Text");

    public static Refusal DisagreementNeedsNote() => new("second-look.note", "Say in a few words what speaks against it.", "Note");

    public static Refusal SecondLookOwn() => new("second-look.own", "You answered for it in the campaign; somebody else has to look again.");

    public static Refusal MicroDuration() => new("micro.duration", "A review on change takes 1 to 90 days.", "DurationDays");

    public static Refusal TooRiskyForBulk(string identity) => new("review.too-risky-for-bulk", $"{identity} has a high risk or privileged access. Open it and decide on it by itself.");

    public static Refusal NotAlike(string identity) => new("review.not-alike", $"{identity} is not like the others: another tool, or another kind. Certify what is alike together, and this one by itself.");

    public static Refusal NotInBulk() => new("review.reduce-not-in-bulk", "Permissions are chosen item by item: open each one to reduce it.");

    public static Refusal TooMany(int most) => new("review.too-many", $"At most {most} items go at once. Choose fewer.");

    private static string Day(DateTimeOffset at) => at.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
}
