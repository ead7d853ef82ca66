using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Audit.Forwarding;

/// <summary>The SIEM that the log is sent to as it is written: one row, made when an administrator names it. It holds no secret.</summary>
public sealed class LogReceiver
{
    public const int TheId = 1;

    public int Id { get; init; } = TheId;

    public required string Host { get; set; }

    public required int Port { get; set; }

    /// <summary>TLS (RFC 5425); without it the log travels in the clear.</summary>
    public required bool Tls { get; set; }

    /// <summary>Certificates that may have issued the receiver's, PEM, where the machine does not know them. Public, not a secret.</summary>
    public string? Authority { get; set; }

    public bool Enabled { get; set; }

    /// <summary>Renewed by each change of the settings, so that a connection made with the old ones ends.</summary>
    public required Guid Version { get; set; }

    /// <summary>Everything up to here arrived, as far as syslog lets one know; a new connection begins after it.</summary>
    public long Confirmed { get; internal set; }

    public DateTimeOffset? ConfirmedAt { get; internal set; }

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; internal set; }

    public string? Problem { get; internal set; }

    public DateTimeOffset? FailedAt { get; internal set; }

    /// <summary>Not before; null when nothing failed.</summary>
    public DateTimeOffset? NextAt { get; internal set; }

    /// <summary>Which process sends, so that of two nodes one does.</summary>
    public Guid? Holder { get; internal set; }

    public DateTimeOffset? HeldUntil { get; internal set; }
}

internal sealed class LogReceiverConfiguration : IEntityTypeConfiguration<LogReceiver>
{
    public void Configure(EntityTypeBuilder<LogReceiver> builder)
    {
        builder.ToTable("LogReceivers");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Host).HasMaxLength(255);
        builder.Property(r => r.Authority).HasMaxLength(LogForwarding.MostAuthority);
        builder.Property(r => r.Problem).HasMaxLength(500);
    }
}
