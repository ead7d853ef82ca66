using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>One look for identities that have to go: what was found, what was ordered, and what a brake held.</summary>
public sealed class SweepRun
{
    public required Guid Id { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    public required string StartedBy { get; init; }

    /// <summary>Says what would be done and orders nothing.</summary>
    public bool DryRun { get; set; }

    public int Unowned { get; set; }

    public int Expired { get; set; }

    public int Denied { get; set; }

    /// <summary>Left out by an exemption.</summary>
    public int Exempt { get; set; }

    public int Ordered { get; set; }

    public int Held { get; set; }

    /// <summary>The brake that held the batch, in words; null when none did.</summary>
    public string? Brake { get; set; }

    public int Population { get; set; }

    /// <summary>SHA-256 of limits, policies, connectors and version that it ran under (B3).</summary>
    public string? PolicyHash { get; set; }

    /// <summary>SHA-256 of whom it orders and why; a run that names it does exactly this or nothing (B3).</summary>
    public string? PlanHash { get; set; }
}

internal sealed class SweepRunConfiguration : IEntityTypeConfiguration<SweepRun>
{
    public void Configure(EntityTypeBuilder<SweepRun> builder)
    {
        builder.ToTable("SweepRuns");
        builder.HasIndex(s => s.StartedAt);
        builder.Property(s => s.PolicyHash).HasMaxLength(64);
        builder.Property(s => s.PlanHash).HasMaxLength(64);
        builder.Property(s => s.Brake).HasMaxLength(1000);
    }
}
