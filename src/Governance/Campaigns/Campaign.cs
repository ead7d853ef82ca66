using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

public enum CampaignState
{
    Running,

    /// <summary>Takes no more decisions; they are not yet applied.</summary>
    Closed,

    /// <summary>Its decisions have become certifications and revocation orders.</summary>
    Applied,

    /// <summary>Snapshot and items stand, and its manager sees numbers and problems; nobody has been asked yet.</summary>
    Prepared,

    /// <summary>Given up: nothing of it is applied.</summary>
    Cancelled,
}

/// <summary>One run of a definition, with the settings it was launched with.</summary>
public sealed class Campaign
{
    public required Guid Id { get; init; }

    public required Guid DefinitionId { get; init; }

    public required string Name { get; init; }

    public required string Scope { get; init; }

    public NoAnswerPolicy NoAnswer { get; init; }

    public bool JustificationOnCertify { get; init; }

    public bool BlockSelfReview { get; init; }

    /// <summary>The definition's version when it was launched.</summary>
    public Guid DefinitionVersion { get; init; }

    /// <summary>Who reviews where nobody else may.</summary>
    public required Guid FallbackReviewerId { get; init; }

    /// <summary>The <see cref="StageSettings"/> that it began with, as JSON.</summary>
    public required string StageSettings { get; set; }

    /// <summary>The <see cref="ReviewSettings"/> that it began with, as JSON.</summary>
    public required string Review { get; init; }

    /// <summary>The stage that runs, or ran last; from 1.</summary>
    public int StageNumber { get; set; } = 1;

    public CampaignState State { get; set; }

    /// <summary>The <see cref="RunSettings"/> that it began with, as JSON.</summary>
    public string Run { get; init; } = "{}";

    /// <summary>Whether decisions are applied as soon as it closes, or a person does.</summary>
    public bool AutoApply { get; init; } = true;

    /// <summary>When its snapshot was taken: what reviewers decide on was true then.</summary>
    public DateTimeOffset PreparedAt { get; init; }

    /// <summary>When its reviewers were asked; until then, when it was prepared.</summary>
    public required DateTimeOffset LaunchedAt { get; set; }

    /// <summary>The due time of the schedule that it was launched for; null when a person launched it.</summary>
    public DateTimeOffset? ScheduledFor { get; set; }

    public required string LaunchedBy { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public DateTimeOffset? AppliedAt { get; set; }

    /// <summary>Why it was closed early or cancelled.</summary>
    public string? EndReason { get; set; }

    /// <summary>How many items it has.</summary>
    public int Population { get; set; }

    /// <summary>Identities that the scope's filter named. Those with an item and those left out add up to it.</summary>
    public int InScope { get; set; }

    /// <summary>Identities in scope without an item, each with its reason: <see cref="CampaignExclusion"/>.</summary>
    public int Excluded { get; set; }

    /// <summary>SHA-256 over the ordered ids of what is asked about: nothing lost or doubled since (I-12).</summary>
    public required string PopulationHash { get; set; }

    public Guid Version { get; set; }
}

/// <summary>One round of reviewers in one campaign. All of its stages are planned at launch; a later one may turn out empty and is passed over.</summary>
public sealed class Stage
{
    public required Guid Id { get; init; }

    public required Guid CampaignId { get; init; }

    public required int Number { get; init; }

    public required DateTimeOffset DueAt { get; set; }

    /// <summary>When its reviewers were asked; null while it is to come.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Items that it looks at.</summary>
    public int Items { get; set; }
}

internal sealed class CampaignConfiguration : IEntityTypeConfiguration<Campaign>
{
    public void Configure(EntityTypeBuilder<Campaign> builder)
    {
        builder.ToTable("Campaigns");
        builder.HasOne<CampaignDefinition>().WithMany().HasForeignKey(c => c.DefinitionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(c => new { c.State, c.DueAt });
        // Launched once for each due time, whichever node or retry comes first.
        builder.HasIndex(c => new { c.DefinitionId, c.ScheduledFor }).IsUnique();
        builder.Property(c => c.Scope).HasMaxLength(4000);
        builder.Property(c => c.StageSettings).HasMaxLength(-1);
        builder.Property(c => c.Review).HasMaxLength(1000);
        builder.Property(c => c.Run).HasMaxLength(2000);
        builder.Property(c => c.EndReason).HasMaxLength(2000);
        builder.Property(c => c.PopulationHash).HasMaxLength(64);
        builder.Property(c => c.Version).IsConcurrencyToken();
    }
}

internal sealed class StageConfiguration : IEntityTypeConfiguration<Stage>
{
    public void Configure(EntityTypeBuilder<Stage> builder)
    {
        builder.ToTable("Stages");
        builder.HasOne<Campaign>().WithMany().HasForeignKey(s => s.CampaignId);
        builder.HasIndex(s => new { s.CampaignId, s.Number }).IsUnique();
    }
}
