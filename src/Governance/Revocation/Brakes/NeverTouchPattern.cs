using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>B6: identities that an administrator has put out of reach, by name or id. One adds it, two take it off again.</summary>
public sealed class NeverTouchPattern
{
    public required Guid Id { get; init; }

    /// <summary>Compared with name and external id as SQL LIKE, made from a text with <c>*</c>; see <see cref="Shown"/>.</summary>
    public required string Pattern { get; init; }

    /// <summary>As it was typed.</summary>
    public required string Shown { get; init; }

    public required string Reason { get; init; }

    public required string AddedBy { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    public string? RemovalAskedBy { get; set; }

    public string? RemovalAskedById { get; set; }

    public DateTimeOffset? RemovedAt { get; set; }
}

internal sealed class NeverTouchPatternConfiguration : IEntityTypeConfiguration<NeverTouchPattern>
{
    public void Configure(EntityTypeBuilder<NeverTouchPattern> builder)
    {
        builder.ToTable("NeverTouchPatterns");
        builder.HasIndex(p => p.RemovedAt);
        builder.Property(p => p.Reason).HasMaxLength(2000);
    }
}
