using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>A maintenance window or change freeze: nothing automatic is sent while it lasts, and what was due waits. Restores go on.</summary>
public sealed class FreezeWindow
{
    public required Guid Id { get; init; }

    /// <summary>Null: every source.</summary>
    public Guid? SourceId { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset Until { get; init; }

    public required string Reason { get; init; }

    public required string AddedBy { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

internal sealed class FreezeWindowConfiguration : IEntityTypeConfiguration<FreezeWindow>
{
    public void Configure(EntityTypeBuilder<FreezeWindow> builder)
    {
        builder.ToTable("FreezeWindows");
        builder.HasOne<Inventory.Source>().WithMany().HasForeignKey(w => w.SourceId);
        builder.HasIndex(w => w.Until);
        builder.Property(w => w.Reason).HasMaxLength(2000);
    }
}
