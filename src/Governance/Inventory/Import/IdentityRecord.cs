using Governance.Common;
using Governance.People;

namespace Governance.Inventory;

/// <summary>What a record is of the identity that it tells of. Several records of one identity are joined where its reader says so.</summary>
public enum RecordPart
{
    /// <summary>The identity. A second one with the same id is refused.</summary>
    Whole,

    /// <summary>One of several records that each describe it; the first one's fields win, and the others fill what it leaves empty.</summary>
    Sighting,

    /// <summary>Only credentials, grants or use of it: name, kind and the rest are placeholders, and nothing else of a known identity is touched.</summary>
    Detail,
}

/// <summary>Fields of an identity that some kind of export has no word for.</summary>
[Flags]
public enum SilentFields
{
    None = 0,
    Description = 1,
    Enabled = 2,

    /// <summary>Owner and creator hints, environment and purpose.</summary>
    Hints = 4,

    /// <summary>It knows some uses and not others: the latest counts, whoever tells it.</summary>
    SomeUse = 8,

    /// <summary>It knows some of the fields without a column: the others stay.</summary>
    SomeAttributes = 16,

    /// <summary>It calls credentials by a number, where another export has a name.</summary>
    CredentialNames = 32,

    /// <summary>Owners only.</summary>
    Owner = 64,

    /// <summary>Which tokens of other issuers it trusts.</summary>
    Trusts = 128,
}

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

    /// <summary>What the record is of the identity.</summary>
    public RecordPart Part { get; init; }

    /// <summary>What this kind of export can't tell, so that its silence clears nothing that another kind told.</summary>
    public SilentFields Silent { get; init; }

    /// <summary>Whether the record names all credentials of the identity: only then can one be missing. False where they stand in another file.</summary>
    public bool CredentialsComplete { get; init; } = true;

    /// <summary>Fields without a column here, as JSON, secrets removed.</summary>
    public string Attributes { get; init; } = "{}";

    /// <summary>An identity that no record describes, but others tell of: name and kind are placeholders until one does.</summary>
    /// <param name="through">What tells of it: <c>a grant</c>, <c>a key or its use</c>.</param>
    /// <param name="what">What a file that described it would describe: <c>the app itself</c>.</param>
    public static IdentityRecord SeenOnlyThrough(string through, string externalId, string name, IdentityKind kind, string what = "it itself") => new()
    {
        ExternalId = externalId,
        DisplayName = name,
        Kind = kind,
        Description = $"Seen only through {through}: no imported file describes {what}.",
        Part = RecordPart.Detail,
        CredentialsComplete = false,
    };
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

    /// <summary>Where it comes from: a group, a role, a parent; with the path to it.</summary>
    public string? Via { get; init; }

    public string? Consent { get; init; }

    public DateTimeOffset? GrantedAt { get; init; }

    /// <summary>The entitlement's key in its source.</summary>
    public string Key => $"{Resource}|{Name}";

    /// <summary>What the source itself knows it by, where a file may tell that without the name: the same entitlement then, whichever file comes first. Null where names are all there is.</summary>
    public string? NativeKey { get; init; }

    /// <summary>False where only <see cref="NativeKey"/> is told, and name or resource are ids.</summary>
    public bool Named { get; init; } = true;
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

/// <summary>One record of a file: an identity, a person, of a kind that is not inventoried, or why it could not be taken.</summary>
/// <param name="Place">Where in the file: <c>line 14</c>, <c>value[3]</c>.</param>
/// <param name="Key">Its id or name, where it could be read.</param>
public sealed record ReadItem(string Place, string? Key)
{
    public IdentityRecord? Identity { get; init; }

    public PersonRecord? Person { get; init; }

    /// <summary>Set when the record is rejected.</summary>
    public string? Reason { get; init; }

    /// <summary>Set when records of that kind are no identities and tell of none: the kind, in words. Counted and told, by kind.</summary>
    public string? NotInventoried { get; init; }

    public static ReadItem Skipped(string place, string kind) => new(place, null) { NotInventoried = kind };

    public static ReadItem Of(string place, IdentityRecord identity) => new(place, identity.ExternalId) { Identity = identity };

    public static ReadItem Rejected(string place, string? key, string reason) => new(place, key) { Reason = reason };
}

/// <summary>The file can't be read on; the message says what, where, and what to do. Nothing of it is kept, unless records came before the place.</summary>
public sealed class UnreadableFileException(string message, string? place = null) : Exception(message)
{
    /// <summary>Where it broke off, when records before it can be good.</summary>
    public string? Place { get; } = place;
}
