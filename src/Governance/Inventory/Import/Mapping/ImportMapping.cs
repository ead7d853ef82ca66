using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>The map of columns that a person confirmed for a source and a set of columns; the same file goes straight in next time.</summary>
public sealed class ImportMapping
{
    public required Guid Id { get; init; }

    /// <summary>The source's name: the mapping is confirmed before the first import makes the source.</summary>
    public required string SourceName { get; init; }

    /// <summary>SHA-256 of the columns, sorted: another order of the same columns is the same table.</summary>
    public required string ColumnsKey { get; init; }

    /// <summary>As <see cref="ColumnMap"/> writes it.</summary>
    public required string Map { get; set; }

    public required DateTimeOffset ConfirmedAt { get; set; }

    public required string ConfirmedBy { get; set; }
}

internal sealed class ImportMappingConfiguration : IEntityTypeConfiguration<ImportMapping>
{
    public void Configure(EntityTypeBuilder<ImportMapping> builder)
    {
        builder.ToTable("ImportMappings");
        builder.HasIndex(m => new { m.SourceName, m.ColumnsKey }).IsUnique();
        builder.Property(m => m.SourceName).HasMaxLength(200);
        builder.Property(m => m.ColumnsKey).HasMaxLength(64);
        builder.Property(m => m.Map).HasMaxLength(4000);
    }
}
