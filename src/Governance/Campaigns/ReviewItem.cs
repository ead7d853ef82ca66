using Governance.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>What a reviewer can say. No response is an outcome, not a verdict.</summary>
public enum Verdict
{
    Certify,

    /// <summary>Keep the identity, but remove named entitlements, or end its life on a day.</summary>
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

    /// <summary>Nobody answered, or not all who had to; the campaign's policy says what follows.</summary>
    NoResponse,
}

/// <summary>What an item asks about.</summary>
public enum ItemTarget
{
    Identity,

    /// <summary>One credential of the identity.</summary>
    Credential,

    /// <summary>One grant of the identity: a permission that it holds.</summary>
    Grant,
}

/// <summary>One identity, credential or grant to certify in one campaign, through all of its stages. Who is asked stands in <see cref="ReviewTask"/>.</summary>
public sealed class ReviewItem
{
    public required Guid Id { get; init; }

    public required Guid CampaignId { get; init; }

    /// <summary>The stage where it stands.</summary>
    public int StageNumber { get; set; } = 1;

    /// <summary>The identity, or whose credential or grant it is.</summary>
    public required Guid IdentityId { get; init; }

    public ItemTarget Target { get; init; }

    /// <summary>Id of the identity, credential or grant.</summary>
    public required Guid TargetId { get; init; }

    /// <summary>Who answered last in the stage where it stands, else the first who was asked there. Null: nobody may review it.</summary>
    public Guid? ReviewerId { get; set; }

    /// <summary>Why this reviewer: the owner, or the fallback because of what.</summary>
    public required string ReviewerReason { get; set; }

    /// <summary>The identity's content at launch; a decision binds to what was shown (I-15).</summary>
    public required string ShownHash { get; set; }

    /// <summary>The open findings' ids at launch, comma-separated.</summary>
    public string? ShownFindings { get; set; }

    public int ShownRisk { get; set; }

    /// <summary>What the console recommended at launch; null where the facts spoke for nothing.</summary>
    public Verdict? Recommended { get; set; }

    /// <summary>Privileged, or acting for an autonomous tool, at launch.</summary>
    public bool Sensitive { get; set; }

    /// <summary>Opened by this event instead of a schedule; null for campaigns by definition.</summary>
    public string? Trigger { get; set; }

    /// <summary>What the stages before came to; null where none was, or none answered.</summary>
    public Verdict? EarlierVerdict { get; set; }

    /// <summary>The decision behind <see cref="EarlierVerdict"/>.</summary>
    public Guid? EarlierDecisionId { get; set; }

    /// <summary>The decision that <see cref="Verdict"/> comes from; null when none.</summary>
    public Guid? DecisionId { get; set; }

    /// <summary>What all stages and reviewers came to so far; null while an answer is owed.</summary>
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

    public int StageNumber { get; init; } = 1;

    public Verdict Verdict { get; init; }

    public required Guid ReviewerId { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Justification { get; init; }

    /// <summary>Content hash of what the reviewer saw.</summary>
    public required string ShownHash { get; init; }

    /// <summary>For reduce: the grants to remove, as a JSON list of ids.</summary>
    public string? GrantIds { get; init; }

    /// <summary>For reduce: the day on which its life ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What the console recommended when it was given.</summary>
    public Verdict? Recommended { get; init; }

    /// <summary>How long the item was open on the page before the answer, where measured.</summary>
    public int? Seconds { get; init; }

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
        builder.HasIndex(i => new { i.CampaignId, i.TargetId }).IsUnique();
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
        builder.HasIndex(d => new { d.CampaignId, d.ReviewerId, d.At });
        builder.HasIndex(d => d.At);
        builder.Property(d => d.Justification).HasMaxLength(4000);
        builder.Property(d => d.GrantIds).HasMaxLength(-1);
        builder.Property(d => d.ShownHash).HasMaxLength(64);
    }
}
