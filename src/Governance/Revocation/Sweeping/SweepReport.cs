namespace Governance.Revocation;

/// <summary>One order that a sweep made, or in a dry run would make.</summary>
/// <param name="IdentityId">Whose access.</param>
/// <param name="Identity">Its name.</param>
/// <param name="Source">In which system.</param>
/// <param name="Cause">Why, as a kind.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="State">Held, noticed or due.</param>
/// <param name="HeldBy">The brake that holds it and what lifts it; null when none does.</param>
/// <param name="NoticeUntil">Nothing is done before.</param>
public sealed record SweepItem(Guid IdentityId, string Identity, string Source, RevocationCause Cause, string Reason, OrderState State, string? HeldBy, DateTimeOffset? NoticeUntil);

/// <summary>What a sweep found and did. A dry run is the same work rolled back, so it says exactly what a run at that moment would have done.</summary>
/// <param name="RunId">The <see cref="SweepRun"/>.</param>
/// <param name="DryRun">Nothing was ordered.</param>
/// <param name="Population">Live identities looked at.</param>
/// <param name="Unowned">Without an accepted owner beyond the grace, and not ordered before.</param>
/// <param name="Expired">Beyond their own end.</param>
/// <param name="Denied">Denied in a review, ordered and not yet done.</param>
/// <param name="Exempt">Would be ordered were they not exempt.</param>
/// <param name="Ordered">Orders made, held ones included.</param>
/// <param name="Held">Of these, held by a brake.</param>
/// <param name="Brake">The brake that held the run as a whole; null when none did.</param>
/// <param name="Items">The orders, at most <see cref="MostItems"/>; the counts tell of all.</param>
public sealed record SweepReport(
    Guid RunId, bool DryRun, int Population, int Unowned, int Expired, int Denied, int Exempt, int Ordered, int Held, string? Brake, IReadOnlyList<SweepItem> Items)
{
    public const int MostItems = 1000;

    /// <summary>Names the plan of a dry run: given to a run, that does exactly this or nothing (B3).</summary>
    public string? PlanHash { get; init; }

    /// <summary>What a dry run would do, in numbers; null after a run.</summary>
    public SweepNumbers? Numbers { get; init; }
}
