namespace Governance.Campaigns;

/// <summary>The words for the choices of this feature, as pages and reasons use them.</summary>
public static class Words
{
    public static string Of(Recurrence recurrence) => recurrence switch
    {
        Recurrence.Weekly => "weekly",
        Recurrence.Monthly => "monthly",
        Recurrence.Quarterly => "quarterly",
        Recurrence.HalfYearly => "half-yearly",
        Recurrence.Yearly => "yearly",
        _ => "one-time",
    };

    public static string Of(MicroEvent what) => what switch
    {
        MicroEvent.PrivilegeGained => "Gained a privilege",
        MicroEvent.OwnerChanged => "New owner",
        MicroEvent.SevereFinding => "New severe finding",
        MicroEvent.AutonomyRaised => "Acts for an autonomous tool now",
        _ => "In use again after a long pause",
    };

    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Certify => "certified",
        Verdict.Reduce => "reduced",
        Verdict.Revoke => "revoked",
        _ => "not known",
    };

    public static string Of(NoAnswerPolicy policy) => policy switch
    {
        NoAnswerPolicy.Revoke => "is revoked, through the brakes",
        NoAnswerPolicy.Certify => "is certified",
        NoAnswerPolicy.Recommendation => "becomes what was recommended, through the brakes",
        _ => "stays as it is",
    };
}
