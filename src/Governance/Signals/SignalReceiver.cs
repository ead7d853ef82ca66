using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Signals;

/// <summary>This console as a transmitter of Shared Signals: its one row, made at the first use.</summary>
public sealed class SignalTransmitter
{
    public const int TheId = 1;

    public int Id { get; init; } = TheId;

    /// <summary>The address under which receivers reach this console, and the issuer of its tokens; null until an administrator names it. Nothing is sent before.</summary>
    public string? Issuer { get; set; }

    public required string KeyId { get; init; }

    /// <summary>The RSA key's public half, as a JWK.</summary>
    public required string PublicKey { get; init; }

    /// <summary>The private half, sealed by data protection.</summary>
    public required string SealedKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A system that is told: it signs in with a secret that only its hash is kept of.</summary>
public sealed class SignalReceiver
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>The audience of every token that it gets.</summary>
    public required string Audience { get; init; }

    /// <summary>SHA-256 of its secret, hex.</summary>
    public required string SecretHash { get; set; }

    /// <summary>Whether its push address may be in a private network.</summary>
    public bool AllowPrivate { get; set; }

    public bool Enabled { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? LastSeenAt { get; set; }
}

public enum StreamStatus
{
    Enabled,

    /// <summary>Events are kept and not sent.</summary>
    Paused,

    /// <summary>Events are neither sent nor kept.</summary>
    Disabled,
}

/// <summary>What one receiver wants to hear, and how.</summary>
public sealed class SignalStream
{
    public required Guid Id { get; init; }

    public required Guid ReceiverId { get; init; }

    public StreamStatus Status { get; set; }

    public string? StatusReason { get; set; }

    /// <summary>Where to push (RFC 8935); null for polling (RFC 8936).</summary>
    public string? PushUrl { get; set; }

    /// <summary>What the receiver wants in the Authorization header of a push, sealed.</summary>
    public string? SealedAuthorization { get; set; }

    /// <summary>Event types that are delivered, with blanks between.</summary>
    public required string Events { get; set; }

    /// <summary>What was asked for, as it was, with blanks between.</summary>
    public string? Requested { get; set; }

    public string? Description { get; set; }

    public DateTimeOffset? VerificationAskedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A subject that a receiver does not want to hear of. All others are in every stream.</summary>
public sealed class SignalMute
{
    public required Guid Id { get; init; }

    public required Guid StreamId { get; init; }

    /// <summary>The subject identifier in one form: <c>iss_sub|…|…</c>.</summary>
    public required string Subject { get; init; }
}

public enum SignalState
{
    Waiting,

    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>Refused by the receiver, or tried too often.</summary>
    Dead,
}

/// <summary>One signed token (SET) for one stream. Delivered at least once: the receiver knows a repetition by its jti.</summary>
public sealed class SignalEvent
{
    /// <summary>Also the token's jti.</summary>
    public required Guid Id { get; init; }

    public required Guid StreamId { get; init; }

    public required string Type { get; init; }

    /// <summary>Whom it is about, in words, for the page.</summary>
    public required string About { get; init; }

    /// <summary>The signed token.</summary>
    public required string Token { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public SignalState State { get; set; }

    public int Attempts { get; set; }

    public required DateTimeOffset NextAt { get; set; }

    public Guid? Lease { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public string? LastError { get; set; }
}

internal sealed class SignalTransmitterConfiguration : IEntityTypeConfiguration<SignalTransmitter>
{
    public void Configure(EntityTypeBuilder<SignalTransmitter> builder)
    {
        builder.ToTable("SignalTransmitter");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.PublicKey).HasMaxLength(-1);
        builder.Property(t => t.SealedKey).HasMaxLength(-1);
    }
}

internal sealed class SignalReceiverConfiguration : IEntityTypeConfiguration<SignalReceiver>
{
    public void Configure(EntityTypeBuilder<SignalReceiver> builder)
    {
        builder.ToTable("SignalReceivers");
        builder.HasIndex(r => r.SecretHash).IsUnique();
        builder.HasIndex(r => r.Name).IsUnique();
        builder.Property(r => r.SecretHash).HasMaxLength(64);
    }
}

internal sealed class SignalStreamConfiguration : IEntityTypeConfiguration<SignalStream>
{
    public void Configure(EntityTypeBuilder<SignalStream> builder)
    {
        builder.ToTable("SignalStreams");
        builder.HasOne<SignalReceiver>().WithMany().HasForeignKey(s => s.ReceiverId);
        builder.Property(s => s.PushUrl).HasMaxLength(1000);
        builder.Property(s => s.SealedAuthorization).HasMaxLength(-1);
        builder.Property(s => s.Events).HasMaxLength(2000);
        builder.Property(s => s.Requested).HasMaxLength(4000);
    }
}

internal sealed class SignalMuteConfiguration : IEntityTypeConfiguration<SignalMute>
{
    public void Configure(EntityTypeBuilder<SignalMute> builder)
    {
        builder.ToTable("SignalMutes");
        builder.HasOne<SignalStream>().WithMany().HasForeignKey(m => m.StreamId);
        builder.HasIndex(m => new { m.StreamId, m.Subject }).IsUnique();
        builder.Property(m => m.Subject).HasMaxLength(700);
    }
}

internal sealed class SignalEventConfiguration : IEntityTypeConfiguration<SignalEvent>
{
    public void Configure(EntityTypeBuilder<SignalEvent> builder)
    {
        builder.ToTable("SignalEvents");
        builder.HasOne<SignalStream>().WithMany().HasForeignKey(e => e.StreamId);
        builder.HasIndex(e => new { e.State, e.NextAt });
        builder.HasIndex(e => new { e.StreamId, e.State, e.CreatedAt });
        builder.HasIndex(e => e.Lease);
        builder.Property(e => e.Token).HasMaxLength(-1);
        builder.Property(e => e.LastError).HasMaxLength(1000);
    }
}
