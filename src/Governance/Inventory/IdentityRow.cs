using Governance.Common;
using Governance.Lifecycle;

namespace Governance.Inventory;

/// <summary>A line of the grid.</summary>
public sealed record IdentityRow(
    Guid Id, string Name, string ExternalId, IdentityKind Kind, string SourceName, Guid? ToolId, string? ToolName, Guid? OwnerId, string? OwnerName, OwnerState OwnerState, LifecycleState State,
    int Risk, UsageState Usage, DateTimeOffset? LastUsedAt, DateTimeOffset? MissingSince, Reported Privileged);

public enum IdentitySort
{
    Name,
    Risk,
    LastUsed,
}

/// <summary>A grant with the words of its entitlement.</summary>
public sealed record GrantRow(Guid Id, string Name, string? Resource, string? Description, Reported Privileged, GrantPath Path, string? Consent, DateTimeOffset? GrantedAt, DateTimeOffset FirstSeenAt, DateTimeOffset? MissingSince)
{
    /// <summary>Where an inherited one comes from, in words.</summary>
    public string? Via { get; init; }

    /// <summary>The identity that holds it itself, where it is inherited here.</summary>
    public Guid? InheritedFromId { get; init; }
}

/// <summary>Everything that its page shows of one identity; what other features know is theirs to ask.</summary>
public sealed record IdentityDetail(
    Identity Identity, string SourceName, SourceSystem System, string? ToolName, string? OwnerName, string? CreatorName, IReadOnlyList<Credential> Credentials, IReadOnlyList<GrantRow> Grants, IReadOnlyList<IdentityChange> Changes)
{
    /// <summary>The catalogue's best evidence of which tool it acts for.</summary>
    public IdentityEvidence? Evidence { get; init; }

    /// <summary>No file described it itself: only a grant names it.</summary>
    public bool SeenOnlyThroughGrant => Identity.ContentHash.Length == 0;
}

/// <summary>A source with how much of it is known.</summary>
public sealed record SourceRow(Guid Id, string Name, SourceSystem System, string? Tenant, DateTimeOffset? LastImportedAt, DateTimeOffset? LastFullImportAt, int Identities, int Missing);

/// <summary>A tool with the identities that act for it.</summary>
public sealed record ToolRow(Guid Id, string Name, string? Vendor, Autonomy Autonomy, bool FromCatalogue, DateTimeOffset? ApprovedAt, string? ApprovedBy, int Identities, int Owned, int HighestRisk);

/// <summary>The inventory in a few figures.</summary>
public sealed record InventorySummary(int Identities, int ForAiTools, int WithoutOwner, int Missing, int Sources, int Tools);
