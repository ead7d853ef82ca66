using Governance.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

public enum CredentialKind
{
    Other,
    Password,
    ClientSecret,
    Certificate,
    AccessKey,
    ApiKey,
    Token,
    FederatedTrust,
}

/// <summary>What the source says of the end. A missing date is not "never".</summary>
public enum ExpiryState
{
    NotReported,
    Known,

    /// <summary>The source says that it does not expire.</summary>
    Never,

    /// <summary>Slides on with each use.</summary>
    Sliding,
}

/// <summary>What an identity proves itself with. Never the secret: at most a keyed fingerprint.</summary>
public sealed class Credential
{
    public required Guid Id { get; init; }

    public required Guid IdentityId { get; init; }

    /// <summary>The source's key id, or a stable place (slot) where it gives none; unique within the identity.</summary>
    public required string ExternalId { get; init; }

    public CredentialKind Kind { get; set; }

    public string? DisplayName { get; set; }

    public DateTimeOffset? CreatedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public ExpiryState Expiry { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public UsageState Usage { get; set; }

    public Reported Enabled { get; set; }

    /// <summary>HMAC-SHA256 with the instance's key, hex; equal means the same secret, and nothing else can be learnt from it.</summary>
    public string? Fingerprint { get; set; }

    public DateTimeOffset? MissingSince { get; set; }
}

internal sealed class CredentialConfiguration : IEntityTypeConfiguration<Credential>
{
    public void Configure(EntityTypeBuilder<Credential> builder)
    {
        builder.ToTable("Credentials");
        builder.HasOne<Identity>().WithMany().HasForeignKey(c => c.IdentityId);
        builder.HasIndex(c => new { c.IdentityId, c.ExternalId }).IsUnique();
        builder.HasIndex(c => c.Fingerprint);
        builder.HasIndex(c => c.ExpiresAt);
        builder.Property(c => c.Fingerprint).HasMaxLength(64);
    }
}
