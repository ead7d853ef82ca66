using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>What an item becomes when nobody answered. Every one but no change goes through the brakes.</summary>
public enum NoAnswerPolicy
{
    NoChange,
    Revoke,
    Certify,

    /// <summary>What the console recommended at launch; where it recommended nothing, no change.</summary>
    Recommendation,
}

/// <summary>The schedule and scope of a campaign. A running campaign keeps the settings that it began with.</summary>
public sealed class CampaignDefinition
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    /// <summary>An <see cref="Inventory.IdentityFilter"/> as JSON.</summary>
    public required string Scope { get; set; }

    /// <summary>Who reviews what has no accepted owner.</summary>
    public required Guid FallbackReviewerId { get; set; }

    /// <summary>All stages together.</summary>
    public int DurationDays { get; set; } = 14;

    /// <summary>The first due time of the schedule; null: launched by hand.</summary>
    public DateTimeOffset? StartsAt { get; set; }

    /// <summary>IANA name of the zone whose wall clock the schedule counts in.</summary>
    public string TimeZone { get; set; } = CampaignSchedule.Utc;

    /// <summary>An iCalendar RRULE; null for a one-time campaign.</summary>
    public string? Rule { get; set; }

    /// <summary>One to four <see cref="StageSettings"/> as JSON, in their order.</summary>
    public required string Stages { get; set; }

    /// <summary>A <see cref="ReviewSettings"/> as JSON.</summary>
    public required string Review { get; set; }

    /// <summary>A <see cref="RunSettings"/> as JSON.</summary>
    public string Run { get; set; } = "{}";

    /// <summary>When the scheduler launches it next; null for never.</summary>
    public DateTimeOffset? NextLaunchAt { get; set; }

    /// <summary>When it comes round.</summary>
    public CampaignSchedule Schedule => new(StartsAt, TimeZone, Rule);

    public NoAnswerPolicy NoAnswer { get; set; }

    public bool JustificationOnCertify { get; set; }

    /// <summary>Nobody decides on what they created or requested (NIST SP 800-53 AC-5).</summary>
    public bool BlockSelfReview { get; set; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? ArchivedAt { get; set; }

    public Guid Version { get; set; }
}

internal sealed class CampaignDefinitionConfiguration : IEntityTypeConfiguration<CampaignDefinition>
{
    public void Configure(EntityTypeBuilder<CampaignDefinition> builder)
    {
        builder.ToTable("CampaignDefinitions");
        builder.HasIndex(d => d.NextLaunchAt);
        builder.Property(d => d.Description).HasMaxLength(2000);
        builder.Property(d => d.Scope).HasMaxLength(4000);
        builder.Property(d => d.TimeZone).HasMaxLength(64);
        builder.Property(d => d.Rule).HasMaxLength(300);
        builder.Ignore(d => d.Schedule);
        builder.Property(d => d.Stages).HasMaxLength(-1);
        builder.Property(d => d.Review).HasMaxLength(1000);
        builder.Property(d => d.Run).HasMaxLength(2000);
        builder.Property(d => d.Version).IsConcurrencyToken();
    }
}
