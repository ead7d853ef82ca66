using Governance.Inventory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>Why something is to be taken away.</summary>
public enum RevocationCause
{
    Unowned,
    Expired,

    /// <summary>A reviewer said revoke.</summary>
    Denied,

    /// <summary>A person ordered it.</summary>
    Manual,
}

public enum OrderState
{
    /// <summary>A brake holds it; <see cref="RevocationOrder.HeldBy"/> says which, and what lifts it.</summary>
    Held,

    /// <summary>The owner was told; waits for the end of the notice.</summary>
    Noticed,

    /// <summary>Its steps may be claimed.</summary>
    Due,

    /// <summary>Disabled and seen so; waits out the quarantine before it may be deleted.</summary>
    Quarantined,

    /// <summary>All that was ordered was observed.</summary>
    Completed,

    /// <summary>Withdrawn before anything was done.</summary>
    Withdrawn,

    /// <summary>Was disabled and is restored, seen so.</summary>
    Undone,

    /// <summary>A step can't go on by itself; counted and shown until a person deals with it.</summary>
    Stuck,
}

/// <summary>Where the remediation stands, as the field names it.</summary>
public enum RemediationState
{
    None,
    Open,
    InProgress,

    /// <summary>The source has no connector: a person must do it there, and say so.</summary>
    ManualPending,
    Succeeded,

    /// <summary>Seen in the source itself.</summary>
    Verified,
    Failed,
    Skipped,
    Undone,
}

/// <summary>The decision to take an identity's access away, with its brakes' verdict. Its effects are <see cref="RevocationStep"/>s.</summary>
public sealed class RevocationOrder
{
    public required Guid Id { get; init; }

    public required Guid IdentityId { get; init; }

    public required Guid SourceId { get; init; }

    /// <summary>Whether it is about the identity whole, or about one credential or one grant of it.</summary>
    public TargetKind On { get; init; }

    public Guid? CredentialId { get; init; }

    public Guid? GrantId { get; init; }

    /// <summary>One open order for each; empty for the whole identity.</summary>
    public string TargetKey { get; init; } = string.Empty;

    /// <summary>The credential's or permission's name; null for the whole identity.</summary>
    public string? TargetName { get; init; }

    /// <summary>What is done first, chosen by what its connector can; null until then.</summary>
    public RevocationVerb? Verb { get; set; }

    /// <summary>Whether what is done first can be taken back.</summary>
    public bool Undoable { get; set; } = true;

    public RevocationCause Cause { get; init; }

    /// <summary>In words, with the evidence: "No accepted owner since 2026-09-01, 54 days past the grace of 30."</summary>
    public required string Reason { get; init; }

    /// <summary>The sweep that made it, if one.</summary>
    public Guid? SweepId { get; init; }

    /// <summary>The review decision that asked for it, if one.</summary>
    public Guid? DecisionId { get; init; }

    public required DateTimeOffset OrderedAt { get; init; }

    public required string OrderedBy { get; init; }

    /// <summary>The actor's id: nobody approves what they ordered themselves (NIST SP 800-53 AC-5).</summary>
    public string? OrderedById { get; init; }

    public OrderState State { get; set; }

    public RemediationState Remediation { get; set; }

    /// <summary>The brake that holds it, by id and words; null when none does.</summary>
    public string? HeldBy { get; set; }

    public string? ApprovedBy { get; set; }

    public DateTimeOffset? ApprovedAt { get; set; }

    /// <summary>The approval is dead after this if nothing was sent by then (B5).</summary>
    public DateTimeOffset? ApprovalUntil { get; set; }

    /// <summary>SHA-256 of what the approver was shown of it; what is approved is what was seen.</summary>
    public string? ApprovalDigest { get; set; }

    /// <summary>The first of two approvers, where two are needed.</summary>
    public string? FirstApprovedBy { get; set; }

    public string? FirstApprovedById { get; set; }

    /// <summary>When the brakes let it go; what the limits of a day count.</summary>
    public DateTimeOffset? ReleasedAt { get; set; }

    /// <summary>When somebody was told, as recorded; the notice counts from here.</summary>
    public DateTimeOffset? ToldAt { get; set; }

    /// <summary>What whoever was told, or asked, answered: it is needed, or it may go.</summary>
    public string? Answer { get; set; }

    public string? AnsweredBy { get; set; }

    public DateTimeOffset? AnsweredAt { get; set; }

    /// <summary>When use was seen, or tried, after it was disabled (B11); deletion waits until a person has answered.</summary>
    public DateTimeOffset? SignalAt { get; set; }

    /// <summary>What was seen, in words.</summary>
    public string? Signal { get; set; }

    /// <summary>Its wave within the batch (B10); null until its turn.</summary>
    public int? Wave { get; set; }

    /// <summary>Nothing is done before this: the end of the notice.</summary>
    public DateTimeOffset? NoticeUntil { get; set; }

    /// <summary>Deletion may be asked for from here on.</summary>
    public DateTimeOffset? QuarantineUntil { get; set; }

    /// <summary>Who asked for the deletion after the quarantine; another person approves it (B11).</summary>
    public string? DeletionAskedBy { get; set; }

    public string? DeletionAskedById { get; set; }

    public DateTimeOffset? DeletionAskedAt { get; set; }

    /// <summary>Null while the order is open; an identity, a credential and a grant have at most one open order each.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Counts up with each undo; a late send of an earlier generation can't win (I-26).</summary>
    public int Generation { get; set; }

    public Guid Version { get; set; }
}

internal sealed class RevocationOrderConfiguration : IEntityTypeConfiguration<RevocationOrder>
{
    public void Configure(EntityTypeBuilder<RevocationOrder> builder)
    {
        builder.ToTable("RevocationOrders");
        builder.HasOne<Identity>().WithMany().HasForeignKey(o => o.IdentityId);
        builder.HasIndex(o => new { o.IdentityId, o.OrderedAt });
        builder.HasIndex(o => new { o.IdentityId, o.TargetKey }).IsUnique().HasFilter("\"EndedAt\" IS NULL").HasDatabaseName("IX_RevocationOrders_OneOpen");
        builder.HasIndex(o => new { o.SourceId, o.State });
        builder.HasIndex(o => new { o.State, o.NoticeUntil });
        builder.HasIndex(o => o.ReleasedAt);
        builder.HasIndex(o => o.DecisionId);
        builder.HasIndex(o => o.SweepId);
        builder.Property(o => o.Reason).HasMaxLength(2000);
        builder.Property(o => o.TargetKey).HasMaxLength(40);
        builder.Property(o => o.TargetName).HasMaxLength(900);
        builder.Property(o => o.HeldBy).HasMaxLength(1000);
        builder.Property(o => o.Answer).HasMaxLength(1000);
        builder.Property(o => o.Signal).HasMaxLength(1000);
        builder.Property(o => o.ApprovalDigest).HasMaxLength(64);
        builder.Property(o => o.Version).IsConcurrencyToken();
    }
}
