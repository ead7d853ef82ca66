using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>One field of an identity that an import found different: what reviewers see as "changed since last review".</summary>
public sealed class IdentityChange
{
    public required Guid Id { get; init; }

    public required Guid IdentityId { get; init; }

    public required Guid RunId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>A field's name, or <c>credential</c>, <c>grant</c>, <c>missing</c>, <c>returned</c>, <c>created</c>.</summary>
    public required string Field { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }
}

internal sealed class IdentityChangeConfiguration : IEntityTypeConfiguration<IdentityChange>
{
    public void Configure(EntityTypeBuilder<IdentityChange> builder)
    {
        builder.ToTable("IdentityChanges");
        builder.HasOne<Identity>().WithMany().HasForeignKey(c => c.IdentityId);
        builder.HasIndex(c => new { c.IdentityId, c.At });
        builder.HasIndex(c => c.RunId);
        builder.Property(c => c.Field).HasMaxLength(60);
        builder.Property(c => c.Before).HasMaxLength(2000);
        builder.Property(c => c.After).HasMaxLength(2000);
    }
}
