using Governance.Inventory;
using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Ownership;

/// <summary>In which role a person stands to an identity.</summary>
public enum OwnerRole
{
    /// <summary>The human accountable for it (Entra Agent ID: sponsor).</summary>
    Accountable,

    /// <summary>Who runs it.</summary>
    Technical,

    Backup,
}

public enum AssignmentState
{
    Proposed,
    Accepted,
    Declined,

    /// <summary>Replaced or taken back.</summary>
    Ended,

    /// <summary>The person left while accountable.</summary>
    Orphaned,
}

/// <summary>One person's ownership of one identity and how it came about. History is kept: a new assignment ends the one before.</summary>
public sealed class OwnerAssignment
{
    public required Guid Id { get; init; }

    public required Guid IdentityId { get; init; }

    public required Guid PersonId { get; init; }

    public OwnerRole Role { get; init; }

    public AssignmentState State { get; set; }

    public required DateTimeOffset Since { get; init; }

    public required string AssignedBy { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? AnsweredAt { get; set; }

    public string? AnswerReason { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

internal sealed class OwnerAssignmentConfiguration : IEntityTypeConfiguration<OwnerAssignment>
{
    public void Configure(EntityTypeBuilder<OwnerAssignment> builder)
    {
        builder.ToTable("OwnerAssignments");
        builder.HasOne<Identity>().WithMany().HasForeignKey(a => a.IdentityId);
        builder.HasOne<Person>().WithMany().HasForeignKey(a => a.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(a => new { a.IdentityId, a.Since });
        builder.HasIndex(a => new { a.PersonId, a.State });
        builder.Property(a => a.Reason).HasMaxLength(2000);
        builder.Property(a => a.AnswerReason).HasMaxLength(2000);
    }
}
