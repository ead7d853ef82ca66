using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>What holds the steps on one source: its own stop switch (B1), its waves (B10), its pace and circuit breaker (B13). Read in the statement that claims a step.</summary>
public sealed class SourceBrake
{
    public required Guid SourceId { get; init; }

    /// <summary>B1 for this source alone.</summary>
    public bool Stopped { get; set; }

    public string? StoppedBy { get; set; }

    public DateTimeOffset? StoppedAt { get; set; }

    public string? StopReason { get; set; }

    public string? ReleaseAskedBy { get; set; }

    public string? ReleaseAskedById { get; set; }

    public DateTimeOffset? ReleaseAskedAt { get; set; }

    /// <summary>Live identities when last counted; what the shares of B4 are shares of.</summary>
    public int Population { get; set; }

    public DateTimeOffset? PopulationAt { get; set; }

    /// <summary>B10: the wave that went last; 0 when no batch is under way.</summary>
    public int Wave { get; set; }

    /// <summary>How many the batch had when its first wave went.</summary>
    public int WaveTotal { get; set; }

    public DateTimeOffset? WaveAt { get; set; }

    /// <summary>What happened before this counts no longer against the batch: an administrator has looked at it.</summary>
    public DateTimeOffset? HealthFrom { get; set; }

    /// <summary>B13: UTC ticks at which the next step fits into the pace.</summary>
    public long NextTicks { get; set; }

    /// <summary>B13: faults in a row, within a minute of each other.</summary>
    public int Faults { get; set; }

    public DateTimeOffset? FaultAt { get; set; }

    public string? Fault { get; set; }

    /// <summary>B13: nothing is sent before; after it one step tries.</summary>
    public DateTimeOffset? OpenUntil { get; set; }

    /// <summary>How often the breaker opened since the last success; the wait doubles with each.</summary>
    public int Trips { get; set; }
}

internal sealed class SourceBrakeConfiguration : IEntityTypeConfiguration<SourceBrake>
{
    public void Configure(EntityTypeBuilder<SourceBrake> builder)
    {
        builder.ToTable("SourceBrakes");
        builder.HasKey(b => b.SourceId);
        builder.HasOne<Inventory.Source>().WithMany().HasForeignKey(b => b.SourceId);
        builder.Property(b => b.StopReason).HasMaxLength(2000);
        builder.Property(b => b.Fault).HasMaxLength(2000);
    }
}
