using Governance.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>What a reviewer can say. No response is an outcome, not a verdict.</summary>
public enum Verdict
{
    Certify,

    /// <summary>Keep the identity, remove named entitlements.</summary>
    Reduce,
    Revoke,
    DontKnow,
}

/// <summary>What became of an item when its campaign closed.</summary>
public enum ItemOutcomeKind
{
    Open,
    Certified,
    Reduced,
    Revoked,
    Undecided,

    /// <summary>Nobody answered; the campaign's policy says what follows.</summary>
    NoResponse,
}

/// <summary>One identity to certify by one reviewer.</summary>
public sealed class ReviewItem
{
    public required Guid Id { get; init; }

    public required Guid CampaignId { get; init; }

    public required Guid StageId { get; init; }

    public required Guid IdentityId { get; init; }

    public Guid? ReviewerId { get; set; }

    /// <summary>Why this reviewer: the owner, or the fallback because of what.</summary>
    public required string ReviewerReason { get; set; }

    /// <summary>The identity's content at launch; a decision binds to what was shown (I-15).</summary>
    public required string ShownHash { get; set; }

    /// <summary>The open findings' ids at launch, comma-separated.</summary>
    public string? ShownFindings { get; set; }

    public int ShownRisk { get; set; }

    /// <summary>The decision in force; null when none.</summary>
    public Guid? DecisionId { get; set; }

    public Verdict? Verdict { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    public ItemOutcomeKind Outcome { get; set; }

    public Guid Version { get; set; }
}

/// <summary>One answer of one reviewer. Appended; a later one supersedes it and both stay.</summary>
public sealed class Decision
{
    public required Guid Id { get; init; }

    public required Guid ItemId { get; init; }

    public required Guid CampaignId { get; init; }

    public required Guid IdentityId { get; init; }

    public Verdict Verdict { get; init; }

    public required Guid ReviewerId { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Justification { get; init; }

    /// <summary>Content hash of what the reviewer saw.</summary>
    public required string ShownHash { get; init; }

    /// <summary>For reduce: the grants to remove, as a JSON list of ids.</summary>
    public string? GrantIds { get; init; }

    public Guid? SupersedesId { get; init; }

    /// <summary>Taken back by the reviewer; the item is open again.</summary>
    public bool Withdrawn { get; init; }

    /// <summary>Whether it came from a bulk answer, and how many went with it.</summary>
    public int BulkSize { get; init; } = 1;
}

internal sealed class ReviewItemConfiguration : IEntityTypeConfiguration<ReviewItem>
{
    public void Configure(EntityTypeBuilder<ReviewItem> builder)
    {
        builder.ToTable("ReviewItems");
        builder.HasOne<Campaign>().WithMany().HasForeignKey(i => i.CampaignId);
        builder.HasOne<Identity>().WithMany().HasForeignKey(i => i.IdentityId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(i => new { i.StageId, i.IdentityId }).IsUnique();
        builder.HasIndex(i => new { i.ReviewerId, i.CampaignId, i.Verdict });
        builder.HasIndex(i => new { i.CampaignId, i.Verdict });
        builder.HasIndex(i => i.IdentityId);
        builder.Property(i => i.ShownHash).HasMaxLength(64);
        builder.Property(i => i.ShownFindings).HasMaxLength(1000);
        builder.Property(i => i.Version).IsConcurrencyToken();
    }
}

internal sealed class DecisionConfiguration : IEntityTypeConfiguration<Decision>
{
    public void Configure(EntityTypeBuilder<Decision> builder)
    {
        builder.ToTable("Decisions");
        builder.HasOne<ReviewItem>().WithMany().HasForeignKey(d => d.ItemId);
        builder.HasIndex(d => new { d.ItemId, d.At });
        builder.HasIndex(d => new { d.IdentityId, d.At });
        builder.HasIndex(d => d.At);
        builder.Property(d => d.Justification).HasMaxLength(4000);
        builder.Property(d => d.GrantIds).HasMaxLength(-1);
        builder.Property(d => d.ShownHash).HasMaxLength(64);
    }
}
