using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Audit.Retention;

/// <summary>A signed statement that the entries up to a checkpoint lie in a file of that hash. Only what a seal covers may leave the database.</summary>
public sealed class AuditSeal
{
    /// <summary>The last entry in the file: the size of a checkpoint, and a multiple of 256, so that no tile of the tree is torn.</summary>
    public required long UpTo { get; init; }

    /// <summary>The first entry in the file.</summary>
    public required long From { get; init; }

    /// <summary>The archive's name in the folder of sealed exports.</summary>
    public required string FileName { get; init; }

    /// <summary>SHA-256 of the archive, lower-case hex.</summary>
    public required string FileHash { get; init; }

    /// <summary>When it was sealed, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The signing key's thumbprint.</summary>
    public required string KeyId { get; init; }

    /// <summary>Detached JWS over <see cref="SignedText"/>.</summary>
    public required string Signature { get; init; }

    /// <summary>What is signed: six lines, each ended by a line feed.</summary>
    public string SignedText => TextOf(From, UpTo, FileHash, At, KeyId);

    /// <inheritdoc cref="SignedText"/>
    public static string TextOf(long from, long upTo, string fileHash, DateTimeOffset at, string keyId) => new StringBuilder()
        .Append("governance-seal-v1\n")
        .Append(CultureInfo.InvariantCulture, $"{from}\n{upTo}\n{fileHash}\n{AuditCanonicalForm.Microseconds(at)}\n{keyId}\n")
        .ToString();
}

internal sealed class AuditSealConfiguration : IEntityTypeConfiguration<AuditSeal>
{
    public void Configure(EntityTypeBuilder<AuditSeal> builder)
    {
        builder.ToTable("AuditSeals", t => t.HasTrigger("AuditSealsAppendOnly"));
        builder.HasKey(s => s.UpTo);
        builder.Property(s => s.UpTo).ValueGeneratedNever();
        builder.Property(s => s.FileName).HasMaxLength(200);
        builder.Property(s => s.FileHash).HasMaxLength(64);
        builder.Property(s => s.KeyId).HasMaxLength(100);
        builder.Property(s => s.Signature).HasMaxLength(400);
    }
}
