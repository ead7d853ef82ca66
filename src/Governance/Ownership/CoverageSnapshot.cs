using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Ownership;

/// <summary>What a snapshot counts.</summary>
public enum CoverageScope
{
    AiTools,
    Everything,
    Source,
    Tool,
}

/// <summary>The coverage of one day, as it was last seen on it; the trend is drawn from these. Never changed after the day.</summary>
public sealed class CoverageSnapshot
{
    public required Guid Id { get; init; }

    /// <summary>Midnight in UTC.</summary>
    public required DateTimeOffset Day { get; init; }

    public required CoverageScope Scope { get; init; }

    /// <summary>The source or the tool; null for all together.</summary>
    public Guid? ScopeId { get; init; }

    public required int Total { get; init; }

    public required int Accepted { get; init; }

    /// <summary>Of the accepted: accepted, confirmed or certified within the policy's days.</summary>
    public required int Confirmed { get; init; }

    public required int Proposed { get; init; }

    public required int Orphaned { get; init; }
}

internal sealed class CoverageSnapshotConfiguration : IEntityTypeConfiguration<CoverageSnapshot>
{
    public void Configure(EntityTypeBuilder<CoverageSnapshot> builder)
    {
        builder.ToTable("CoverageSnapshots");
        builder.HasIndex(s => new { s.Scope, s.ScopeId, s.Day });
        builder.HasIndex(s => s.Day);
    }
}
