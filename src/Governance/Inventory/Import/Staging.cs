using Governance.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>An identity as one run read it, waiting for the merge. Thrown away when the run ends, however it ends.</summary>
public sealed class StagedIdentity
{
    public required Guid RunId { get; init; }

    public required int Ordinal { get; init; }

    /// <summary>The id that it gets if it is new.</summary>
    public required Guid NewId { get; init; }

    public required string ExternalId { get; init; }

    public required string ContentHash { get; init; }

    public IdentityKind Kind { get; init; }

    public required string DisplayName { get; init; }

    public string? Description { get; init; }

    public Reported Enabled { get; init; }

    public DeploymentEnvironment Environment { get; init; }

    public string? Publisher { get; init; }

    public string? ParentExternalId { get; init; }

    public string? OwnerHint { get; init; }

    public string? CreatorHint { get; init; }

    public string? Purpose { get; init; }

    public DateTimeOffset? CreatedInSourceAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public UsageState Usage { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public Reported Privileged { get; init; }

    public required string Attributes { get; init; }

    /// <summary>The tool that the file names for it, if any.</summary>
    public string? ToolName { get; init; }

    /// <summary>How freely that tool acts, as the file says.</summary>
    public Autonomy ToolAutonomy { get; init; }
}

/// <summary>A credential as one run read it.</summary>
public sealed class StagedCredential
{
    public required Guid RunId { get; init; }

    public required string IdentityExternalId { get; init; }

    public required string ExternalId { get; init; }

    public required Guid NewId { get; init; }

    public CredentialKind Kind { get; init; }

    public string? DisplayName { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public ExpiryState Expiry { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public UsageState Usage { get; init; }

    public Reported Enabled { get; init; }

    public string? Fingerprint { get; init; }
}

/// <summary>A grant, with the entitlement it is of, as one run read it.</summary>
public sealed class StagedGrant
{
    public required Guid RunId { get; init; }

    public required string IdentityExternalId { get; init; }

    public required string EntitlementKey { get; init; }

    public GrantPath Path { get; init; }

    public required Guid NewId { get; init; }

    public required Guid NewEntitlementId { get; init; }

    public required string Name { get; init; }

    public string? Resource { get; init; }

    public string? Description { get; init; }

    public Reported Privileged { get; init; }

    public string? Consent { get; init; }

    public string? Via { get; init; }

    public DateTimeOffset? GrantedAt { get; init; }
}

internal sealed class StagedIdentityConfiguration : IEntityTypeConfiguration<StagedIdentity>
{
    public void Configure(EntityTypeBuilder<StagedIdentity> builder)
    {
        builder.ToTable("StagedIdentities");
        builder.HasKey(s => new { s.RunId, s.ExternalId });
        builder.Property(s => s.ExternalId).HasMaxLength(400);
        builder.Property(s => s.Description).HasMaxLength(2000);
        builder.Property(s => s.Purpose).HasMaxLength(2000);
        builder.Property(s => s.Attributes).HasMaxLength(-1);
        builder.Property(s => s.ContentHash).HasMaxLength(64);
    }
}

internal sealed class StagedCredentialConfiguration : IEntityTypeConfiguration<StagedCredential>
{
    public void Configure(EntityTypeBuilder<StagedCredential> builder)
    {
        builder.ToTable("StagedCredentials");
        builder.HasKey(s => new { s.RunId, s.NewId });
        builder.HasIndex(s => new { s.RunId, s.IdentityExternalId });
        builder.Property(s => s.Fingerprint).HasMaxLength(64);
    }
}

internal sealed class StagedGrantConfiguration : IEntityTypeConfiguration<StagedGrant>
{
    public void Configure(EntityTypeBuilder<StagedGrant> builder)
    {
        builder.ToTable("StagedGrants");
        builder.HasKey(s => new { s.RunId, s.NewId });
        builder.HasIndex(s => new { s.RunId, s.IdentityExternalId });
        builder.Property(s => s.EntitlementKey).HasMaxLength(400);
        builder.Property(s => s.Description).HasMaxLength(1000);
    }
}
