using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Accounts;

/// <summary>A key with which a program acts for an account over the HTTP API. Only its hash is kept: 256 random bits need no salt.</summary>
public sealed class ApiKey
{
    public required Guid Id { get; init; }

    public required Guid AccountId { get; init; }

    public required string Name { get; init; }

    /// <summary>The first characters of the secret, by which its holder tells one key from another.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the secret, lower-case hex.</summary>
    public required string Hash { get; init; }

    /// <summary>The roles that it may use, comma-separated; of these it has what the account holds at the moment of use. Empty: only what every person may.</summary>
    public required string Roles { get; init; }

    /// <summary>Whether it may read only.</summary>
    public bool ReadOnly { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>To within five minutes.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("ApiKeys");
        builder.Property(k => k.Name).HasMaxLength(100);
        builder.Property(k => k.Prefix).HasMaxLength(16);
        builder.Property(k => k.Hash).HasMaxLength(64);
        builder.Property(k => k.Roles).HasMaxLength(200);
        builder.HasIndex(k => k.Hash).IsUnique();
        builder.HasOne<Account>().WithMany().HasForeignKey(k => k.AccountId);
    }
}
