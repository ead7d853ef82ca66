using Governance.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Lifecycle;

/// <summary>How long identities of a kind may live and how long they are left alone after their end. Never changed: a change ends one and begins another, so that the rows are the history.</summary>
public sealed class LifecyclePolicy
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public IdentityKind? Kind { get; init; }

    public DeploymentEnvironment? Environment { get; init; }

    /// <summary>Of the tool that it acts for.</summary>
    public Autonomy? Autonomy { get; init; }

    /// <summary>True: only what acts for an AI tool; false: only what does not.</summary>
    public bool? ForAiTool { get; init; }

    public Guid? SourceId { get; init; }

    /// <summary>From the day that an end is set or moved, so many days at most.</summary>
    public required int MaxLifeDays { get; init; }

    /// <summary>Left alone for so many days after its end.</summary>
    public required int GraceDays { get; init; }

    /// <summary>How much of the filter is said; the policy that says most wins, and of those that say as much the older one.</summary>
    public required int Specificity { get; init; }

    public required string Reason { get; init; }

    public required string SetBy { get; init; }

    public required DateTimeOffset SetAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    public string? EndedBy { get; set; }

    public string? EndReason { get; set; }
}

internal sealed class LifecyclePolicyConfiguration : IEntityTypeConfiguration<LifecyclePolicy>
{
    public void Configure(EntityTypeBuilder<LifecyclePolicy> builder)
    {
        builder.ToTable("LifecyclePolicies");
        builder.HasOne<Source>().WithMany().HasForeignKey(p => p.SourceId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(p => p.EndedAt);
        builder.Property(p => p.Reason).HasMaxLength(2000);
        builder.Property(p => p.EndReason).HasMaxLength(2000);
    }
}
