using Governance.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Findings;

/// <summary>The shortest known way by which an identity can make itself an administrator. Built anew by each evaluation of all; see <see cref="EscalationPaths"/>.</summary>
public sealed class EscalationPath
{
    public required Guid IdentityId { get; init; }

    /// <summary>How many steps.</summary>
    public required int Steps { get; init; }

    /// <summary>The whole way, in words.</summary>
    public required string Words { get; init; }
}

internal sealed class EscalationPathConfiguration : IEntityTypeConfiguration<EscalationPath>
{
    public void Configure(EntityTypeBuilder<EscalationPath> builder)
    {
        builder.ToTable("EscalationPaths");
        builder.HasKey(p => p.IdentityId);
        builder.HasOne<Identity>().WithMany().HasForeignKey(p => p.IdentityId);
        builder.HasIndex(p => p.Steps);
        builder.Property(p => p.Words).HasMaxLength(2000);
    }
}
