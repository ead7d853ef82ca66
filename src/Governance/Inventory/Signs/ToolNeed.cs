using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>A permission that a tool is declared to need. What acts for it should hold no more (AI RMF MAP 3.3).</summary>
public sealed class ToolNeed
{
    public required Guid ToolId { get; init; }

    /// <summary>As the source names it: <c>Files.Read</c>; a star stands for anything: <c>Files.*</c>.</summary>
    public required string Permission { get; init; }

    /// <summary>The same as a LIKE pattern in upper case, with a backslash before what LIKE would read otherwise.</summary>
    public required string Pattern { get; init; }

    public required string DeclaredBy { get; init; }

    public required DateTimeOffset DeclaredAt { get; init; }

    /// <summary>Where it is written down, or who said it.</summary>
    public required string Reason { get; init; }

    public static string PatternOf(string permission) =>
        permission.ToUpperInvariant().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)
            .Replace("[", "\\[", StringComparison.Ordinal).Replace('*', '%');
}

internal sealed class ToolNeedConfiguration : IEntityTypeConfiguration<ToolNeed>
{
    public void Configure(EntityTypeBuilder<ToolNeed> builder)
    {
        builder.ToTable("ToolNeeds");
        builder.HasKey(n => new { n.ToolId, n.Permission });
        builder.HasOne<Tool>().WithMany().HasForeignKey(n => n.ToolId);
        builder.Property(n => n.Permission).HasMaxLength(200);
        builder.Property(n => n.Pattern).HasMaxLength(400);
        builder.Property(n => n.Reason).HasMaxLength(2000);
    }
}
