using Governance.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Findings;

public enum Severity
{
    Info,
    Low,
    Medium,
    High,
    Critical,
}

public enum FindingState
{
    Open,

    /// <summary>Somebody took the risk until a date; it reopens by itself.</summary>
    Accepted,

    Fixed,

    /// <summary>Its rule is switched off: it counts for nothing, and stands again when the rule is on and holds.</summary>
    Dropped,
}

/// <summary>A rule that holds for an identity now, or held once.</summary>
public sealed class Finding
{
    public required Guid Id { get; init; }

    /// <summary>The rule's id: <c>F01</c>.</summary>
    public required string RuleId { get; init; }

    public required Guid IdentityId { get; init; }

    public Severity Severity { get; set; }

    /// <summary>What makes the rule hold, in a sentence.</summary>
    public required string Evidence { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public DateTimeOffset LastSeenAt { get; set; }

    public FindingState State { get; set; }

    public DateTimeOffset? AcceptedUntil { get; set; }

    public string? AcceptedBy { get; set; }

    public string? AcceptedReason { get; set; }

    /// <summary>The second person, for a high or critical one.</summary>
    public string? ConfirmedBy { get; set; }

    /// <summary>Who asked to accept it, while a second person has not said yes or no.</summary>
    public string? AskedBy { get; set; }

    public string? AskedById { get; set; }

    public Guid? AskedByPersonId { get; set; }

    public DateTimeOffset? AskedUntil { get; set; }

    public string? AskedReason { get; set; }

    public DateTimeOffset? FixedAt { get; set; }
}

internal sealed class FindingConfiguration : IEntityTypeConfiguration<Finding>
{
    public void Configure(EntityTypeBuilder<Finding> builder)
    {
        builder.ToTable("Findings");
        builder.HasOne<Identity>().WithMany().HasForeignKey(f => f.IdentityId);
        builder.HasIndex(f => new { f.IdentityId, f.RuleId }).IsUnique();
        builder.HasIndex(f => new { f.State, f.RuleId });
        builder.Property(f => f.RuleId).HasMaxLength(10);
        builder.Property(f => f.Evidence).HasMaxLength(1000);
        builder.Property(f => f.AcceptedReason).HasMaxLength(2000);
        builder.Property(f => f.AskedReason).HasMaxLength(2000);
        builder.HasIndex(f => new { f.State, f.Severity, f.FirstSeenAt });
    }
}
