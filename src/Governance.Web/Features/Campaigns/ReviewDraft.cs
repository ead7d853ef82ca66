using Governance.Campaigns;

namespace Governance.Web.Features.Campaigns;

/// <summary>What the reviewer is being asked for before an answer can be sent.</summary>
public enum Asking
{
    Nothing,
    Certify,
    Reduce,
    Revoke,
    DontKnow,
    HandOn,
}

/// <summary>What was typed and chosen so far. It stays when the server refuses.</summary>
public sealed class ReviewDraft
{
    public string Reason { get; set; } = string.Empty;

    public HashSet<Guid> Grants { get; } = [];

    public Guid To { get; set; }

    public static Verdict? VerdictOf(Asking asking) => asking switch
    {
        Asking.Certify => Verdict.Certify,
        Asking.Reduce => Verdict.Reduce,
        Asking.Revoke => Verdict.Revoke,
        Asking.DontKnow => Verdict.DontKnow,
        _ => null,
    };
}
