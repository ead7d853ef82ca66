using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>A permission that a tool is declared to need. A feature that acts with its parent's identity should reach no more (AI RMF MAP 3.3).</summary>
public sealed class ToolNeed
{
    public required Guid ToolId { get; init; }

    /// <summary>As the source names it: <c>Files.Read</c>.</summary>
    public required string Permission { get; init; }
}

internal sealed class ToolNeedConfiguration : IEntityTypeConfiguration<ToolNeed>
{
    public void Configure(EntityTypeBuilder<ToolNeed> builder)
    {
        builder.ToTable("ToolNeeds");
        builder.HasKey(n => new { n.ToolId, n.Permission });
        builder.HasOne<Tool>().WithMany().HasForeignKey(n => n.ToolId);
        builder.Property(n => n.Permission).HasMaxLength(200);
    }
}
