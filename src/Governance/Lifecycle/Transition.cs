using Governance.Inventory;

namespace Governance.Lifecycle;

/// <summary>One permitted change of state. What is not listed does not happen.</summary>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Roles">Any one of these roles may cause it; the console's own jobs always may.</param>
/// <param name="When">What usually brings it about, in words.</param>
/// <param name="Requires">What has to be true first, in words.</param>
/// <param name="Ownership">The ownership that it needs; the same in code as <paramref name="Requires"/> says in words.</param>
public sealed record Transition(
    LifecycleState From,
    LifecycleState To,
    IReadOnlyList<string> Roles,
    string When,
    string Requires,
    OwnershipNeeded Ownership);

/// <summary>What a transition asks of the identity's ownership.</summary>
public enum OwnershipNeeded
{
    Any,

    /// <summary>A person has accepted to be accountable.</summary>
    AcceptedOwner,

    /// <summary>Nobody has: otherwise it belongs to <see cref="LifecycleState.Active"/>.</summary>
    NoAcceptedOwner,
}

/// <summary>Says whether an identity's ownership is what a transition asks for.</summary>
public static class OwnershipNeededExtensions
{
    public static bool IsMetBy(this OwnershipNeeded needed, OwnerState owner) => needed switch
    {
        OwnershipNeeded.AcceptedOwner => owner == OwnerState.Accepted,
        OwnershipNeeded.NoAcceptedOwner => owner != OwnerState.Accepted,
        _ => true,
    };
}
