using Governance.Common;

namespace Governance.Campaigns;

/// <summary>What stages and settings may be. Pure; whether the named people work here is looked up by the service.</summary>
public static class StageRules
{
    public const int MostStages = 4;

    public static Refusal? Check(IReadOnlyList<StageSettings> stages, ReviewSettings settings) =>
        settings.SamplePercent is < 0 or > 100 ? Refusals.SampleOutside()
        : stages.Count > MostStages ? Refusals.TooManyStages(MostStages)
        : stages.Select((stage, index) => Check(stage, index + 1, last: index == stages.Count - 1)).FirstOrDefault(r => r is not null);

    /// <summary>How long all stages take together.</summary>
    public static int TotalDays(IReadOnlyList<StageSettings> stages) => stages.Sum(s => s.DurationDays);

    private static Refusal? Check(StageSettings stage, int number, bool last) => stage switch
    {
        { Reviewers.Count: 0 } => Refusals.StageWithoutReviewers(number),
        { DurationDays: < 1 or > 365 } => Refusals.StageDuration(number),
        _ when stage.Reviewers.Contains(ReviewerKind.People) && stage.People.Count == 0 => Refusals.StagePeopleMissing(number),
        _ when stage.People.Count > StageSettings.MostReviewers || stage.FallbackPeople.Count > StageSettings.MostReviewers => Refusals.StageTooManyPeople(number, StageSettings.MostReviewers),
        _ when stage.Reviewers.Contains(ReviewerKind.Role) && !IsRole(stage.Role) => Refusals.StageRoleMissing(number),
        { FallbackRole: { } role } when !IsRole(role) => Refusals.StageRoleMissing(number),
        _ when !last && stage.MovesOn.Count == 0 => Refusals.StageIsDeadEnd(number),
        { Items: not StageItems.All } when number == 1 => Refusals.FirstStageSeesAll(),
        _ => null,
    };

    private static bool IsRole(string? role) => role is not null && Roles.All.Contains(role, StringComparer.Ordinal);
}
