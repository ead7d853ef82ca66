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

    /// <summary>Who runs it (Entra Agent ID: owner).</summary>
    Technical,

    /// <summary>Who answers for it when the accountable owner leaves.</summary>
    Backup,

    /// <summary>Who runs it when the technical owner can't.</summary>
    TechnicalBackup,
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

    /// <summary>The person says that it is theirs; the accepted owner or a security engineer has to confirm.</summary>
    Claimed,

    /// <summary>Nobody answered within the days of the policy; the question went on to somebody else.</summary>
    Unanswered,
}

/// <summary>How far an unanswered question has been carried.</summary>
public enum AskStep
{
    Person,
    Manager,
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

    /// <summary>The team on whose behalf; the person is accountable for it by name. Null: the person alone.</summary>
    public string? Team { get; init; }

    /// <summary>When an answer, or the confirmation of what was inherited, is due.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>When the owner last said that it is still theirs, after the acceptance.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    public DateTimeOffset? RemindedAt { get; set; }

    public AskStep Step { get; init; }

    /// <summary>Whose it may be, by the word of the one who declined.</summary>
    public Guid? SuggestedPersonId { get; set; }

    /// <summary>The rule by filter that asked.</summary>
    public Guid? RuleId { get; init; }
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
        builder.HasIndex(a => new { a.State, a.Since });
        builder.Property(a => a.Team).HasMaxLength(200);
        builder.Property(a => a.Reason).HasMaxLength(2000);
        builder.Property(a => a.AnswerReason).HasMaxLength(2000);
    }
}
