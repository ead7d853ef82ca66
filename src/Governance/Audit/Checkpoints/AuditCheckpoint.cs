using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Audit.Checkpoints;

/// <summary>A signed statement of what the log was: so many entries, under this Merkle root. Whoever keeps a copy notices any later change of those entries, truncation included.</summary>
public sealed class AuditCheckpoint
{
    /// <summary>Entries that it covers: 1 to this number.</summary>
    public required long Size { get; init; }

    /// <summary>Root of the Merkle tree (RFC 6962) over the entries' hashes, lower-case hex.</summary>
    public required string Root { get; init; }

    /// <summary>Hash of the last entry covered, lower-case hex.</summary>
    public required string HeadHash { get; init; }

    /// <summary>When it was signed, UTC, to the microsecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Which key signed it: its RFC 7638 thumbprint.</summary>
    public required string KeyId { get; init; }

    /// <summary>ES256 over <see cref="SignedText"/> in UTF-8, as a detached JSON Web Signature (RFC 7515, appendix F).</summary>
    public required string Signature { get; init; }

    /// <summary>The tree's complete parts at this size (see <see cref="Merkle.MerkleFrontier"/>): from here the next checkpoint goes on. Not signed, since it gives the root, which is.</summary>
    public required string Peaks { get; init; }

    /// <summary>What is signed: six lines, each ended by a line feed. Documented in docs/audit-log.md.</summary>
    public string SignedText => TextOf(Size, Root, HeadHash, At, KeyId);

    /// <inheritdoc cref="SignedText"/>
    public static string TextOf(long size, string root, string headHash, DateTimeOffset at, string keyId) => new StringBuilder()
        .Append("governance-checkpoint-v1\n")
        .Append(CultureInfo.InvariantCulture, $"{size}\n{root}\n{headHash}\n{AuditCanonicalForm.Microseconds(at)}\n{keyId}\n")
        .ToString();
}

/// <summary>The root of a complete subtree of 256, 65,536 … entries: kept so that a proof needs few reads.</summary>
public sealed class AuditNode
{
    /// <summary>1: 256 entries, 2: 65,536 entries …</summary>
    public required int Level { get; init; }

    /// <summary>From 0, left to right.</summary>
    public required long Number { get; init; }

    /// <summary>Lower-case hex.</summary>
    public required string Hash { get; init; }
}

internal sealed class AuditCheckpointConfiguration : IEntityTypeConfiguration<AuditCheckpoint>
{
    public void Configure(EntityTypeBuilder<AuditCheckpoint> builder)
    {
        builder.ToTable("AuditCheckpoints", t => t.HasTrigger("AuditCheckpointsAppendOnly"));
        builder.HasKey(c => c.Size);
        builder.Property(c => c.Size).ValueGeneratedNever();
        builder.Property(c => c.Root).HasMaxLength(64);
        builder.Property(c => c.HeadHash).HasMaxLength(64);
        builder.Property(c => c.KeyId).HasMaxLength(100);
        builder.Property(c => c.Signature).HasMaxLength(400);
        builder.Property(c => c.Peaks).HasMaxLength(64 * 64);
        builder.HasIndex(c => c.At);
    }
}

internal sealed class AuditNodeConfiguration : IEntityTypeConfiguration<AuditNode>
{
    public void Configure(EntityTypeBuilder<AuditNode> builder)
    {
        builder.ToTable("AuditNodes", t => t.HasTrigger("AuditNodesAppendOnly"));
        builder.HasKey(n => new { n.Level, n.Number });
        builder.Property(n => n.Level).ValueGeneratedNever();
        builder.Property(n => n.Number).ValueGeneratedNever();
        builder.Property(n => n.Hash).HasMaxLength(64);
    }
}
