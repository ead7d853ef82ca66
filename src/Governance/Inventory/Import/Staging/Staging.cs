using Governance.Common;
using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>What the merge makes of a staged record.</summary>
public enum StagedOutcome
{
    Undecided,
    Created,
    Changed,
    Unchanged,
}

/// <summary>Which grants of its identity a record claims to name completely: only of those can one be missing.</summary>
public enum GrantCoverage
{
    None,
    All,

    /// <summary>Those of <see cref="GrantPath.Delegated"/>.</summary>
    Delegated,

    /// <summary>Those of <see cref="GrantPath.Role"/>.</summary>
    Role,

    /// <summary>Both of these, and not what is held directly.</summary>
    DelegatedAndRole,
}

/// <summary>
/// An identity as one run read it, waiting for the merge: new, or perhaps changed. What surely did not change is only noted as <see cref="StagedSeen"/>.
/// Thrown away when the run ends, however it ends.
/// </summary>
public sealed class StagedIdentity
{
    public required Guid RunId { get; init; }

    public required int Ordinal { get; init; }

    /// <summary>The identity that it is, or the id that it gets.</summary>
    public required Guid IdentityId { get; init; }

    public required string ExternalId { get; init; }

    /// <summary>Where the file says so.</summary>
    public required string Place { get; init; }

    public StagedOutcome Outcome { get; set; }

    /// <summary>Of all that the record says; see <see cref="Identity.RecordHash"/>.</summary>
    public required string RecordHash { get; init; }

    /// <summary>Empty when the record tells of credentials, grants or use only: then nothing else of the identity is touched.</summary>
    public required string ContentHash { get; init; }

    public GrantCoverage GrantCoverage { get; init; }

    /// <summary>Whether the record names all of its credentials: only then can one be missing.</summary>
    public bool CredentialsComplete { get; init; }

    /// <summary>By the grants of the record; what a new identity begins with.</summary>
    public Reported Privileged { get; init; }

    /// <summary>A new identity's version.</summary>
    public required Guid Version { get; init; }

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

    public required string Attributes { get; init; }

    /// <summary>The tool that the file names for it, if any.</summary>
    public string? ToolName { get; init; }

    /// <summary>How freely that tool acts, as the file says.</summary>
    public Autonomy ToolAutonomy { get; init; }

    public string? ToolVendor { get; init; }

    public string? ToolEvidence { get; init; }

    /// <summary>The catalogue's version that named the tool; null when the file did.</summary>
    public string? ToolCatalogue { get; init; }
}

/// <summary>Noted of an identity of which the file says exactly what it said when it was merged last.</summary>
public sealed class StagedSeen
{
    public required Guid RunId { get; init; }

    public required Guid IdentityId { get; init; }
}

/// <summary>A credential as one run read it.</summary>
public sealed class StagedCredential
{
    public required Guid RunId { get; init; }

    public required Guid IdentityId { get; init; }

    public required string ExternalId { get; init; }

    public required Guid NewId { get; init; }

    /// <summary>Whether its identity is new, so that there is nothing to compare with.</summary>
    public bool Fresh { get; init; }

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

/// <summary>An entitlement that the run met for the first time, or learnt to be privileged or not.</summary>
public sealed class StagedEntitlement
{
    public required Guid RunId { get; init; }

    /// <summary>The entitlement's id, or the one that it gets.</summary>
    public required Guid EntitlementId { get; init; }

    public bool Fresh { get; init; }

    public required string Key { get; init; }

    public required string Name { get; init; }

    public string? Resource { get; init; }

    public string? Description { get; init; }

    public Reported Privileged { get; init; }

    /// <summary>Set on rows that say only what the source itself knows an entitlement by; see <see cref="GrantRecord.NativeKey"/>.</summary>
    public string? NativeKey { get; init; }

    /// <summary>The entitlement that stood for it before its name was known.</summary>
    public Guid? FormerId { get; init; }
}

/// <summary>A grant as one run read it.</summary>
public sealed class StagedGrant
{
    public required Guid RunId { get; init; }

    public required Guid IdentityId { get; init; }

    public required Guid EntitlementId { get; init; }

    public GrantPath Path { get; init; }

    public required Guid NewId { get; init; }

    /// <summary>Whether its identity is new.</summary>
    public bool Fresh { get; init; }

    public string? Consent { get; init; }

    public string? Via { get; init; }

    public DateTimeOffset? GrantedAt { get; init; }
}

/// <summary>A person as one run read them.</summary>
public sealed class StagedPerson
{
    public required Guid RunId { get; init; }

    public required int Ordinal { get; init; }

    public required Guid NewId { get; init; }

    public Guid? PersonId { get; set; }

    public StagedOutcome Outcome { get; set; }

    public required string ExternalId { get; init; }

    public required string ContentHash { get; init; }

    public required string Name { get; init; }

    public string? Mail { get; init; }

    public string? Title { get; init; }

    public string? Department { get; init; }

    public string? ManagerExternalId { get; init; }

    public PersonStatus Status { get; init; }

    public DateTimeOffset? LeftOn { get; init; }
}

internal sealed class StagedPersonConfiguration : IEntityTypeConfiguration<StagedPerson>
{
    public void Configure(EntityTypeBuilder<StagedPerson> builder)
    {
        builder.ToTable("StagedPeople");
        builder.HasKey(s => new { s.RunId, s.ExternalId });
        builder.HasIndex(s => new { s.RunId, s.PersonId });
        builder.Property(s => s.ContentHash).HasMaxLength(64);
    }
}

internal sealed class StagedIdentityConfiguration : IEntityTypeConfiguration<StagedIdentity>
{
    public void Configure(EntityTypeBuilder<StagedIdentity> builder)
    {
        builder.ToTable("StagedIdentities");
        builder.HasKey(s => new { s.RunId, s.ExternalId });
        builder.HasIndex(s => new { s.RunId, s.IdentityId });
        builder.Property(s => s.ExternalId).HasMaxLength(400);
        builder.Property(s => s.Description).HasMaxLength(2000);
        builder.Property(s => s.Purpose).HasMaxLength(2000);
        builder.Property(s => s.Attributes).HasMaxLength(-1);
        builder.Property(s => s.ContentHash).HasMaxLength(64);
        builder.Property(s => s.RecordHash).HasMaxLength(64);
    }
}

internal sealed class StagedSeenConfiguration : IEntityTypeConfiguration<StagedSeen>
{
    public void Configure(EntityTypeBuilder<StagedSeen> builder)
    {
        builder.ToTable("StagedSeen");
        builder.HasKey(s => new { s.RunId, s.IdentityId });
    }
}

internal sealed class StagedCredentialConfiguration : IEntityTypeConfiguration<StagedCredential>
{
    public void Configure(EntityTypeBuilder<StagedCredential> builder)
    {
        builder.ToTable("StagedCredentials");
        builder.HasKey(s => new { s.RunId, s.IdentityId, s.ExternalId });
        builder.Property(s => s.ExternalId).HasMaxLength(400);
        builder.Property(s => s.Fingerprint).HasMaxLength(64);
    }
}

internal sealed class StagedEntitlementConfiguration : IEntityTypeConfiguration<StagedEntitlement>
{
    public void Configure(EntityTypeBuilder<StagedEntitlement> builder)
    {
        builder.ToTable("StagedEntitlements");
        builder.HasKey(s => new { s.RunId, s.Key });
        builder.Property(s => s.Key).HasMaxLength(410);
        builder.Property(s => s.Description).HasMaxLength(1000);
        builder.Property(s => s.NativeKey).HasMaxLength(400);
    }
}

internal sealed class StagedGrantConfiguration : IEntityTypeConfiguration<StagedGrant>
{
    public void Configure(EntityTypeBuilder<StagedGrant> builder)
    {
        builder.ToTable("StagedGrants");
        builder.HasKey(s => new { s.RunId, s.IdentityId, s.EntitlementId, s.Path });
    }
}
