using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>An administrator has looked at what a source, or the directory, has lost, and says that it is true: B2 counts from then on anew.</summary>
public sealed class GuardAcceptance
{
    public required Guid Id { get; init; }

    /// <summary>Null: the directory.</summary>
    public Guid? SourceId { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string By { get; init; }
}

internal sealed class GuardAcceptanceConfiguration : IEntityTypeConfiguration<GuardAcceptance>
{
    public void Configure(EntityTypeBuilder<GuardAcceptance> builder)
    {
        builder.ToTable("GuardAcceptances");
        builder.HasOne<Inventory.Source>().WithMany().HasForeignKey(a => a.SourceId);
        builder.HasIndex(a => new { a.SourceId, a.At });
        builder.Property(a => a.Reason).HasMaxLength(2000);
    }
}
