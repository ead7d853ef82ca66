using Governance.Common;
using Governance.People;

namespace Governance.Inventory;

/// <summary>An identity as a file words it, before any comparison with what is known.</summary>
public sealed record IdentityRecord
{
    /// <summary>The source's own immutable id.</summary>
    public required string ExternalId { get; init; }

    public required string DisplayName { get; init; }

    public IdentityKind Kind { get; init; }

    public string? Description { get; init; }

    public Reported Enabled { get; init; }

    public DeploymentEnvironment Environment { get; init; }

    public string? Publisher { get; init; }

    public string? ParentExternalId { get; init; }

    public string? OwnerHint { get; init; }

    public string? CreatorHint { get; init; }

    public string? Purpose { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public UsageState Usage { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public ToolMatch? Tool { get; init; }

    public IReadOnlyList<CredentialRecord> Credentials { get; init; } = [];

    public IReadOnlyList<GrantRecord> Grants { get; init; } = [];

    public GrantCoverage GrantCoverage { get; init; }

    /// <summary>True when the file only names grants of it: name, kind and the rest are then placeholders.</summary>
    public bool GrantsOnly { get; init; }

    /// <summary>Fields without a column here, as JSON, secrets removed.</summary>
    public string Attributes { get; init; } = "{}";
}

/// <summary>A credential as a file words it; a secret is at most a fingerprint by now.</summary>
public sealed record CredentialRecord(string ExternalId, CredentialKind Kind)
{
    public string? DisplayName { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public ExpiryState Expiry { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public UsageState Usage { get; init; }

    public Reported Enabled { get; init; }

    public string? Fingerprint { get; init; }
}

/// <summary>A permission on a resource as a file words it.</summary>
public sealed record GrantRecord(string Name, string? Resource, GrantPath Path, Reported Privileged)
{
    public string? Description { get; init; }

    public string? Consent { get; init; }

    public DateTimeOffset? GrantedAt { get; init; }

    /// <summary>The entitlement's key in its source.</summary>
    public string Key => $"{Resource}|{Name}";
}

/// <summary>A person as a file words them.</summary>
public sealed record PersonRecord(string ExternalId, string Name)
{
    public string? Mail { get; init; }

    public string? Title { get; init; }

    public string? Department { get; init; }

    public string? ManagerExternalId { get; init; }

    public PersonStatus Status { get; init; }

    public DateTimeOffset? LeftOn { get; init; }
}

/// <summary>One record of a file: an identity, a person, or why it could not be taken.</summary>
/// <param name="Place">Where in the file: <c>line 14</c>, <c>value[3]</c>.</param>
/// <param name="Key">Its id or name, where it could be read.</param>
public sealed record ReadItem(string Place, string? Key)
{
    public IdentityRecord? Identity { get; init; }

    public PersonRecord? Person { get; init; }

    /// <summary>Set when the record is rejected.</summary>
    public string? Reason { get; init; }

    public static ReadItem Rejected(string place, string? key, string reason) => new(place, key) { Reason = reason };
}

/// <summary>The file as a whole can't be taken; the message says what, where, and what to do. Nothing of it is kept.</summary>
public sealed class UnreadableFileException(string message) : Exception(message);
