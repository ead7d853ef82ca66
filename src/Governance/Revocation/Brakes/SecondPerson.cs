using Governance.Common;

namespace Governance.Revocation;

/// <summary>B5: what a brake holds, and every deletion, is released by another person than the one who asked (NIST SP 800-53 AC-5).</summary>
public static class SecondPerson
{
    public const string Id = "B5";

    /// <summary>An approval that nothing came of within this time is no approval any more.</summary>
    public static readonly TimeSpan ApprovalLife = TimeSpan.FromHours(24);

    /// <summary>Above this share of a source, two people approve.</summary>
    public const int TwoAbovePercent = 10;

    /// <param name="askedById">The actor who ordered or asked.</param>
    /// <param name="askedBy">Their name, where no id was kept.</param>
    /// <param name="by">Who wants to approve.</param>
    public static Refusal? Judge(string? askedById, string askedBy, Actor by) => Same(askedById, askedBy, by)
        ? new Refusal("revocation.same-person", $"{Id}: {askedBy} asked for this, so another administrator has to approve it.")
        : null;

    /// <summary>Nobody approves under limits that they set themselves.</summary>
    public static Refusal? NotTheAuthor(BrakeSettings settings, Actor by) => settings.ChangedById is { } author && string.Equals(author, by.Id, StringComparison.Ordinal)
        ? new Refusal("revocation.policy-author", $"{Id}: {settings.ChangedBy} set the limits that are in force, so another administrator has to approve what they hold.")
        : null;

    /// <summary>Nobody approves the end of what they own themselves.</summary>
    public static Refusal? NotTheOwner(Guid? ownerId, Actor by) => ownerId is { } owner && by.PersonId == owner
        ? new Refusal("revocation.owner-approves", $"{Id}: you own this identity, so another administrator has to approve it.")
        : null;

    public static bool Same(string? id, string name, Actor by) => id is null ? string.Equals(name, by.Name, StringComparison.Ordinal) : string.Equals(id, by.Id, StringComparison.Ordinal);

    public static Brake Died(string by) => new(Id, $"The approval by {by} is older than a day and nothing came of it. Approve it again.");

    public static Brake OneOfTwo(string by, int count, int population) =>
        new(Id, $"{by} approved {count} orders, more than {TwoAbovePercent} % of {population} identities of the source. A second administrator has to approve them too.");
}
