using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>The best evidence that the catalogue has for an identity: which rule matched what, how sure, from which version. At most one for each identity.</summary>
public sealed class IdentityEvidence
{
    public required Guid IdentityId { get; init; }

    /// <summary>Null where it only looks like AI, and of which tool nobody knows.</summary>
    public string? ToolName { get; init; }

    public required EvidenceRule Rule { get; init; }

    public required string Matched { get; init; }

    public required EvidenceStrength Strength { get; init; }

    /// <summary>The catalogue's version, or "own".</summary>
    public required string Catalogue { get; init; }

    /// <summary>In one sentence, for people.</summary>
    public required string Text { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>An administrator's own entry of the catalogue.</summary>
public sealed class OwnCatalogueEntry
{
    public required Guid Id { get; init; }

    public required EvidenceRule Rule { get; init; }

    /// <summary>As the rule compares it; lower case but for key prefixes.</summary>
    public required string Value { get; init; }

    public required Guid ToolId { get; init; }

    public required string AddedBy { get; init; }

    public required DateTimeOffset AddedAt { get; init; }
}

internal sealed class IdentityEvidenceConfiguration : IEntityTypeConfiguration<IdentityEvidence>
{
    public void Configure(EntityTypeBuilder<IdentityEvidence> builder)
    {
        builder.ToTable("IdentityEvidence");
        builder.HasKey(e => e.IdentityId);
        builder.HasOne<Identity>().WithOne().HasForeignKey<IdentityEvidence>(e => e.IdentityId);
        builder.HasIndex(e => new { e.Strength, e.IdentityId });
        builder.Property(e => e.Catalogue).HasMaxLength(40);
    }
}

internal sealed class OwnCatalogueEntryConfiguration : IEntityTypeConfiguration<OwnCatalogueEntry>
{
    public void Configure(EntityTypeBuilder<OwnCatalogueEntry> builder)
    {
        builder.ToTable("CatalogueEntries");
        builder.HasOne<Tool>().WithMany().HasForeignKey(e => e.ToolId);
        builder.HasIndex(e => new { e.Rule, e.Value }).IsUnique();
    }
}
