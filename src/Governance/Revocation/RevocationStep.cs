using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>An effect on a source system. Each sets a state and never toggles one, so that doing it twice does it once.</summary>
public enum RevocationVerb
{
    Disable,
    Delete,

    /// <summary>Brings back the recorded state before the disable, or before a deletion that can be taken back.</summary>
    Restore,

    /// <summary>
    /// Replaces one credential by a new one inside the source, which hands it to its user itself. Only for sources where the new secret does not pass
    /// through the console.
    /// </summary>
    Rotate,
}

public enum StepState
{
    Planned,
    Claimed,

    /// <summary>Written before the call goes out. Found like this after a crash: observe first, never send blindly.</summary>
    Intent,
    Done,

    /// <summary>Waits for its next attempt.</summary>
    Retrying,

    /// <summary>The source has no connector; a person confirms it by hand.</summary>
    Manual,
    Stuck,
    Withdrawn,
}

/// <summary>One effect on one source system: claimed under a lease, sent at most as often as needed, and done only when it was observed.</summary>
public sealed class RevocationStep
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required Guid IdentityId { get; init; }

    public RevocationVerb Verb { get; init; }

    public int Generation { get; init; }

    /// <summary>Given to receivers that can use it; the same for every attempt.</summary>
    public required string IdempotencyKey { get; init; }

    public StepState State { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    public string? LeaseOwner { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Counts claims: the result of an older claim is not taken.</summary>
    public int Fence { get; set; }

    public int Attempts { get; set; }

    /// <summary>The target's state before the first send, as the connector words it; what a restore brings back.</summary>
    public string? PreState { get; set; }

    /// <summary>What was seen in the source after the send.</summary>
    public string? Observed { get; set; }

    public DateTimeOffset? ObservedAt { get; set; }

    /// <summary>When it is looked at again: once the change has had time to spread, then each night.</summary>
    public DateTimeOffset? LookAt { get; set; }

    /// <summary>When it was last looked at again, and found as ordered.</summary>
    public DateTimeOffset? SeenAgainAt { get; set; }

    /// <summary>What a later look found to be otherwise: somebody turned it on again, or made it anew. Null while it holds.</summary>
    public string? Drift { get; set; }

    public string? LastError { get; set; }
}

/// <summary>One try of a step. Appended, never changed but for its own outcome.</summary>
public sealed class StepAttempt
{
    public required Guid Id { get; init; }

    public required Guid StepId { get; init; }

    public int Number { get; init; }

    public int Fence { get; init; }

    public required DateTimeOffset IntentAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What came of it, in words; null while unknown.</summary>
    public string? Outcome { get; set; }

    /// <summary>SHA-256 of what was sent.</summary>
    public string? RequestDigest { get; set; }

    /// <summary>SHA-256 of what was observed after it.</summary>
    public string? AnswerDigest { get; set; }
}

internal sealed class RevocationStepConfiguration : IEntityTypeConfiguration<RevocationStep>
{
    public void Configure(EntityTypeBuilder<RevocationStep> builder)
    {
        builder.ToTable("RevocationSteps");
        builder.HasOne<RevocationOrder>().WithMany().HasForeignKey(s => s.OrderId);
        builder.HasIndex(s => new { s.OrderId, s.Verb, s.Generation }).IsUnique();
        builder.HasIndex(s => s.IdempotencyKey).IsUnique();
        builder.HasIndex(s => new { s.State, s.DueAt, s.Id });
        builder.Property(s => s.PreState).HasMaxLength(4000);
        builder.Property(s => s.Observed).HasMaxLength(2000);
        builder.Property(s => s.LastError).HasMaxLength(2000);
        builder.Property(s => s.Drift).HasMaxLength(2000);
        builder.HasIndex(s => s.LookAt);
    }
}

internal sealed class StepAttemptConfiguration : IEntityTypeConfiguration<StepAttempt>
{
    public void Configure(EntityTypeBuilder<StepAttempt> builder)
    {
        builder.ToTable("StepAttempts");
        builder.HasOne<RevocationStep>().WithMany().HasForeignKey(a => a.StepId);
        builder.HasIndex(a => new { a.StepId, a.Number });
        builder.Property(a => a.Outcome).HasMaxLength(2000);
        builder.Property(a => a.RequestDigest).HasMaxLength(64);
        builder.Property(a => a.AnswerDigest).HasMaxLength(64);
    }
}
