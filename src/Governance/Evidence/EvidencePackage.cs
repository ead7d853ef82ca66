using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Evidence;

/// <summary>PDF, populations as CSV and a manifest of hashes, for one framework and period. Lives as a folder in the data directory.</summary>
public sealed class EvidencePackage
{
    public required Guid Id { get; init; }

    /// <summary>The framework's id: <c>nist-csf-2.0</c>.</summary>
    public required string Framework { get; init; }

    /// <summary>Start of the period, inclusive, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End of the period, exclusive, UTC.</summary>
    public required DateTimeOffset To { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string MadeBy { get; init; }

    /// <summary>Folder name under <c>evidence</c> in the data directory.</summary>
    public required string Folder { get; init; }

    /// <summary>SHA-256 of manifest.json.</summary>
    public required string ManifestHash { get; init; }

    public int Files { get; init; }

    public int Exceptions { get; init; }
}

internal sealed class EvidencePackageConfiguration : IEntityTypeConfiguration<EvidencePackage>
{
    public void Configure(EntityTypeBuilder<EvidencePackage> builder)
    {
        builder.ToTable("EvidencePackages");
        builder.HasIndex(p => p.MadeAt);
        builder.Property(p => p.ManifestHash).HasMaxLength(64);
    }
}
