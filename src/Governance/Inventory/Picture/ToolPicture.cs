using Governance.Common;

namespace Governance.Inventory;

/// <summary>All that is known of one tool, in one picture.</summary>
public sealed record ToolPicture(
    Tool Tool, PictureTotals Totals, IReadOnlyList<PictureGroup> Groups, IReadOnlyList<PictureIdentity> Identities, IReadOnlyList<PictureLink> Links, IReadOnlyList<OutsideLink> Outside,
    IReadOnlyList<PictureOwner> Owners, IReadOnlyList<PictureAccess> Access);

/// <param name="Privileged">Hold privileged access.</param>
/// <param name="Untold">Of which the source does not report enough to tell.</param>
/// <param name="Owned">Have an accepted owner.</param>
/// <param name="Inheriting">Hold access that is a parent's.</param>
public sealed record PictureTotals(int Identities, int Sources, int Privileged, int Untold, int Owned, int Missing, int Inheriting, int HighestRisk);

/// <summary>The identities of one kind in one source.</summary>
public sealed record PictureGroup(Guid SourceId, string SourceName, SourceSystem System, IdentityKind Kind, int Count, int Privileged, int HighestRisk);

/// <summary>One identity; the most privileged come first.</summary>
public sealed record PictureIdentity(Guid Id, Guid SourceId, string Name, IdentityKind Kind, Reported Privileged, int Risk, string? OwnerName, EvidenceStrength? Strength, string? Evidence);

/// <summary>A link between two identities of the tool.</summary>
public sealed record PictureLink(Guid FromId, Guid ToId, LinkKind Kind, LinkState State, string Evidence);

/// <summary>A link from an identity of the tool to one that is not known to be the tool's.</summary>
public sealed record OutsideLink(Guid Id, string Name, Guid OtherId, string OtherName, string OtherSource, LinkKind Kind, bool Outgoing, string Evidence);

public sealed record PictureOwner(Guid PersonId, string Name, int Identities);

/// <summary>A privileged entitlement, counted once however many ways it is held.</summary>
public sealed record PictureAccess(Guid EntitlementId, string Name, string? Resource, string SourceName, string Why, int Identities, int Inherited);
