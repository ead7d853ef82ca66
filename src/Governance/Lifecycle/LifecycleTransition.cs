using Governance.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Lifecycle;

/// <summary>One change of state that happened.</summary>
public sealed class LifecycleTransition
{
    public required Guid Id { get; init; }

    public required Guid IdentityId { get; init; }

    public LifecycleState From { get; init; }

    public LifecycleState To { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }
}

internal sealed class LifecycleTransitionConfiguration : IEntityTypeConfiguration<LifecycleTransition>
{
    public void Configure(EntityTypeBuilder<LifecycleTransition> builder)
    {
        builder.ToTable("LifecycleTransitions");
        builder.HasOne<Identity>().WithMany().HasForeignKey(t => t.IdentityId);
        builder.HasIndex(t => new { t.IdentityId, t.At });
        builder.Property(t => t.Reason).HasMaxLength(2000);
    }
}
