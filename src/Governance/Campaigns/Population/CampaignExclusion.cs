using Governance.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>An identity that the scope names and that has no item, with the reason. Items and exclusions together are the scope: nothing is left out unsaid.</summary>
public sealed class CampaignExclusion
{
    public required Guid Id { get; init; }

    public required Guid CampaignId { get; init; }

    public required Guid IdentityId { get; init; }

    /// <summary>One of <see cref="ExclusionReasons"/>.</summary>
    public required string Reason { get; init; }
}

/// <summary>Why an identity in scope has no item. Kept as these words' keys, so that a reason never changes meaning.</summary>
public static class ExclusionReasons
{
    public const string Decommissioned = "decommissioned";
    public const string Requested = "requested";
    public const string Missing = "missing";
    public const string UseNotReported = "use-not-reported";
    public const string UsedSince = "used-since";
    public const string TooYoung = "too-young";
    public const string Unchanged = "unchanged";
    public const string NoCredential = "no-credential";
    public const string NoGrant = "no-grant";

    /// <summary>An import made it reviewable in the moment of the launch, after its items were made.</summary>
    public const string JustCame = "just-came";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Decommissioned, Requested, Missing, UseNotReported, UsedSince, TooYoung, Unchanged, NoCredential, NoGrant, JustCame];

    /// <summary>The reason in words, after "left out: ".</summary>
    public static string Words(string reason) => reason switch
    {
        Decommissioned => "decommissioned already",
        Requested => "only requested, not yet seen in a source",
        Missing => "no longer named by its source",
        UseNotReported => "its source does not report when it was last used",
        UsedSince => "used within the days that count as inactive",
        TooYoung => "never used, but younger than the days that count as inactive",
        Unchanged => "certified before, and unchanged since",
        NoCredential => "holds no credential",
        NoGrant => "holds no permission",
        _ => "became reviewable while the campaign was prepared; the next run asks about it",
    };
}

internal sealed class CampaignExclusionConfiguration : IEntityTypeConfiguration<CampaignExclusion>
{
    public void Configure(EntityTypeBuilder<CampaignExclusion> builder)
    {
        builder.ToTable("CampaignExclusions");
        builder.HasOne<Campaign>().WithMany().HasForeignKey(e => e.CampaignId);
        builder.HasOne<Identity>().WithMany().HasForeignKey(e => e.IdentityId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(e => new { e.CampaignId, e.IdentityId }).IsUnique();
        builder.Property(e => e.Reason).HasMaxLength(40);
    }
}
