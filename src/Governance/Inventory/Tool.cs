using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>The AI product, agent or workflow that identities act for.</summary>
public sealed class Tool
{
    public required Guid Id { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; set; }

    public string? Vendor { get; set; }

    public Autonomy Autonomy { get; set; }

    public string? Description { get; set; }

    /// <summary>Whether it is known from the catalogue shipped with the product.</summary>
    public bool FromCatalogue { get; set; }

    public DateTimeOffset? ApprovedAt { get; set; }

    public string? ApprovedBy { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ToolConfiguration : IEntityTypeConfiguration<Tool>
{
    public void Configure(EntityTypeBuilder<Tool> builder)
    {
        builder.ToTable("Tools");
        builder.HasIndex(t => t.Name).IsUnique();
        builder.Property(t => t.Description).HasMaxLength(2000);
    }
}
