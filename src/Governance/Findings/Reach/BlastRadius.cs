using Governance.Common;
using Governance.Inventory;

namespace Governance.Findings;

/// <summary>An identity that could be acted as, and by what.</summary>
/// <param name="Step">0 for what is taken over; 1 for what it can become at once.</param>
/// <param name="FromId">From which one it is reached; itself at step 0.</param>
/// <param name="How">In words, beginning in lower case: "is let in as it by a trust".</param>
/// <param name="Confirmed">False where a link was found and nobody has said that it is right.</param>
public sealed record ReachedIdentity(Guid Id, string Name, IdentityKind Kind, string Source, Reported Privileged, int Risk, int Step, Guid FromId, string How, bool Confirmed);

/// <summary>Power over every identity of a source.</summary>
public sealed record ReachedSource(Guid SourceId, string Name, int Identities, Guid FromId, string How);

/// <summary>What can be reached in one place.</summary>
/// <param name="Resource">Null where the source names none.</param>
/// <param name="Permissions">Different permissions on it.</param>
/// <param name="Privileged">Of these, privileged.</param>
/// <param name="Untold">Of these, not known whether privileged.</param>
/// <param name="Example">The first of them by name, a privileged one before others.</param>
public sealed record ReachedResource(Guid SourceId, string Source, string? Resource, int Permissions, int Privileged, int Untold, string Example);

/// <summary>A credential by which it could be taken over, or a place where its secret lies.</summary>
/// <param name="Of">Whose credential, or the identity at which the same secret was found.</param>
/// <param name="Exposed">Lies in plain text somewhere.</param>
public sealed record WayIn(Guid Of, string Title, string Note, bool Exposed);

/// <summary>
/// What could be reached if an identity, or all identities of a tool, were taken over. Bounded, and says where it stops: what is not followed is counted.
/// </summary>
/// <param name="Name">Of the identity or the tool.</param>
/// <param name="Starts">What is taken over.</param>
/// <param name="MoreStarts">Further ones, whose access counts but whose ways on are not followed.</param>
/// <param name="Identities">What these can become, nearest first.</param>
/// <param name="Unfollowed">Whether there are more identities than are followed.</param>
/// <param name="Sources">Powers over whole sources.</param>
/// <param name="Resources">The most telling places.</param>
/// <param name="ResourceCount">All places.</param>
/// <param name="Permissions">All different permissions.</param>
/// <param name="Privileged">Of these, privileged.</param>
/// <param name="WaysIn">Its credentials, and where its secrets lie.</param>
/// <param name="WayInCount">All of them.</param>
/// <param name="Path">The shortest known way to become an administrator; null where none is known.</param>
public sealed record BlastRadius(
    string Name, IReadOnlyList<ReachedIdentity> Starts, int MoreStarts, IReadOnlyList<ReachedIdentity> Identities, bool Unfollowed, IReadOnlyList<ReachedSource> Sources, IReadOnlyList<ReachedResource> Resources,
    int ResourceCount, int Permissions, int Privileged, IReadOnlyList<WayIn> WaysIn, int WayInCount, string? Path)
{
    public int MoreResources => ResourceCount - Resources.Count;

    public int MoreWaysIn => WayInCount - WaysIn.Count;
}
