using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>How far a version of the shipped catalogue was applied to what is there.</summary>
public sealed class AppliedCatalogue
{
    public required string Version { get; init; }

    /// <summary>The last identity that was looked at, in the order of ids.</summary>
    public Guid UpTo { get; set; }

    public int Looked { get; set; }

    public int Marked { get; set; }

    public int Suggested { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while there are identities left to look at.</summary>
    public DateTimeOffset? AppliedAt { get; set; }
}

internal sealed class AppliedCatalogueConfiguration : IEntityTypeConfiguration<AppliedCatalogue>
{
    public void Configure(EntityTypeBuilder<AppliedCatalogue> builder)
    {
        builder.ToTable("AppliedCatalogues");
        builder.HasKey(a => a.Version);
        builder.Property(a => a.Version).HasMaxLength(40);
    }
}
