using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>One unapproved disabling that was let go to its source: what the limits of B4 count. Written in the transaction that writes the intent, once a step.</summary>
public sealed class CapUse
{
    public required Guid StepId { get; init; }

    public required Guid SourceId { get; init; }

    public Guid? ToolId { get; init; }

    public Guid? OwnerId { get; init; }

    public required DateTimeOffset At { get; init; }
}

internal sealed class CapUseConfiguration : IEntityTypeConfiguration<CapUse>
{
    public void Configure(EntityTypeBuilder<CapUse> builder)
    {
        builder.ToTable("CapUses");
        builder.HasKey(u => u.StepId);
        builder.HasOne<RevocationStep>().WithMany().HasForeignKey(u => u.StepId);
        builder.HasIndex(u => u.At);
        builder.HasIndex(u => new { u.SourceId, u.At });
    }
}
