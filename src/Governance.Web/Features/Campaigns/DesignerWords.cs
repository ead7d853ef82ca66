using Governance.Campaigns;

namespace Governance.Web.Features.Campaigns;

/// <summary>The choices of the designer in words.</summary>
internal static class DesignerWords
{
    public static string Of(ReviewerKind kind) => kind switch
    {
        ReviewerKind.Owner => "its accepted owner",
        ReviewerKind.BackupOwner => "its backup owner",
        ReviewerKind.TechnicalOwner => "its technical owner",
        ReviewerKind.ToolOwner => "who owns most identities of the same AI tool",
        ReviewerKind.OwnersManager => "its owner's manager",
        ReviewerKind.People => "named people",
        _ => "a role in this console",
    };

    public static string Of(StageItems items) => items == StageItems.All ? "everything that goes on" : "only what is privileged or acts for an autonomous tool";

    public static string Of(MovesOn moves) => moves switch
    {
        MovesOn.Certify => "certified",
        MovesOn.Reduce => "reduced",
        MovesOn.Revoke => "revoked",
        MovesOn.DontKnow => "don't know",
        _ => "no answer",
    };

    public static string Of(OutcomeStrategy strategy) => strategy switch
    {
        OutcomeStrategy.OneDenies => "One denial is enough",
        OutcomeStrategy.AllCertify => "All must certify",
        _ => "The last stage decides",
    };

    public static string Help(OutcomeStrategy strategy) => strategy switch
    {
        OutcomeStrategy.OneDenies => "Revoked as soon as one reviewer of any stage says so.",
        OutcomeStrategy.AllCertify => "Certified only where everybody who was asked, in each stage, certified.",
        _ => "What earlier stages said is advice.",
    };

    public static string Of(NoReviewerPolicy policy) => policy switch
    {
        NoReviewerPolicy.Revoke => "is revoked, through the brakes",
        NoReviewerPolicy.Certify => "is certified",
        NoReviewerPolicy.Recommendation => "becomes what was recommended, through the brakes",
        _ => "stays as it is",
    };

    public static string Of(ItemTarget target) => target switch
    {
        ItemTarget.Credential => "each credential of each identity",
        ItemTarget.Grant => "each permission of each identity",
        _ => "each identity as a whole",
    };
}
