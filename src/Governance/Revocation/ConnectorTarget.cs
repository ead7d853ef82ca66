using Governance.Inventory;

namespace Governance.Revocation;

/// <summary>What a step acts on.</summary>
public enum TargetKind
{
    Identity,
    Credential,
    Grant,
}

/// <summary>The identity in its source, as the connector must find it again; and the one credential or grant of it, where the step is about that alone.</summary>
/// <param name="ExternalId">The source's immutable id; an object of that name with another id is not the target.</param>
/// <param name="DisplayName">For messages; never used to find it.</param>
public sealed record ConnectorTarget(string ExternalId, string DisplayName)
{
    public IdentityKind Kind { get; init; }

    /// <summary>What else the inventory keeps of it, as JSON: where to look (a repository, a namespace). What is found there counts only if its immutable id is the target's.</summary>
    public string? Attributes { get; init; }

    /// <summary>The parent in the source, such as the project of a key; null where none is known.</summary>
    public string? ParentExternalId { get; init; }

    public CredentialTarget? Credential { get; init; }

    public GrantTarget? Grant { get; init; }

    public TargetKind On => Credential is not null ? TargetKind.Credential : Grant is not null ? TargetKind.Grant : TargetKind.Identity;
}

/// <summary>One credential of the identity, by the source's id of it (<see cref="Credential.ExternalId"/>).</summary>
public sealed record CredentialTarget(string ExternalId, CredentialKind Kind);

/// <summary>One permission that the identity holds. Sources name grants by what they give, so that is how it is found again.</summary>
/// <param name="Permission">As the source names it (<see cref="Entitlement.Name"/>).</param>
/// <param name="Resource">On what (<see cref="Entitlement.Resource"/>).</param>
/// <param name="Path">How it is held.</param>
/// <param name="Via">Where it comes from, if not held directly (<see cref="Grant.Via"/>).</param>
/// <param name="Consent">Who consented, if delegated (<see cref="Grant.Consent"/>).</param>
public sealed record GrantTarget(string Permission, string? Resource, GrantPath Path, string? Via = null, string? Consent = null);

/// <summary>Whether the target was found, and whether it still works.</summary>
public enum TargetState
{
    Enabled,
    Disabled,
    Gone,

    /// <summary>The connector can't look: an acknowledged delivery is all there will be.</summary>
    Unobservable,
}

/// <summary>What was seen, and in which words it goes into the record.</summary>
/// <param name="State">What was found.</param>
/// <param name="Description">For people: "rolcanlogin = false, 0 sessions".</param>
/// <param name="PreState">What <c>Restore</c> needs to bring back, as the connector words it; no secrets.</param>
public sealed record Observation(TargetState State, string Description, string? PreState = null)
{
    /// <summary>The source's immutable id of what was seen; null when nothing was, or the source has none.</summary>
    public string? ImmutableId { get; init; }

    /// <summary>Gone, but a restore from the recorded state brings it back: soft deletion, or a grant that can be given again.</summary>
    public bool Recoverable { get; init; }
}
