using Governance.Common;

namespace Governance.Revocation;

/// <summary>B5: what a brake holds, and every deletion, is released by another person than the one who asked (NIST SP 800-53 AC-5).</summary>
public static class SecondPerson
{
    public const string Id = "B5";

    /// <param name="askedById">The actor who ordered or asked.</param>
    /// <param name="askedBy">Their name, where no id was kept.</param>
    /// <param name="by">Who wants to approve.</param>
    public static Refusal? Judge(string? askedById, string askedBy, Actor by)
    {
        var same = askedById is null ? string.Equals(askedBy, by.Name, StringComparison.Ordinal) : string.Equals(askedById, by.Id, StringComparison.Ordinal);
        return same ? new Refusal("revocation.same-person", $"{Id}: {askedBy} asked for this, so another administrator has to approve it.") : null;
    }
}
