using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;

namespace Governance.Ownership;

/// <summary>What the rules need to know of an identity's ownership.</summary>
/// <param name="State">Where it stands in its life.</param>
/// <param name="OwnerState">Where its ownership stands.</param>
/// <param name="OwnerId">The accepted, asked or departed owner.</param>
/// <param name="OwnerName">That person's name.</param>
/// <param name="AskedId">Who was asked and has not answered; beside an accepted owner this is a hand-over.</param>
public sealed record Standing(LifecycleState State, OwnerState OwnerState, Guid? OwnerId, string? OwnerName, Guid? AskedId);

/// <summary>The person that is to own.</summary>
public sealed record Candidate(Guid Id, string Name, PersonStatus Status);

/// <summary>
/// Who may be asked to own what, and who may answer. Ownership counts only from the moment that the person accepts: an owner who never
/// agreed is not accountable (NIST CSF 2.0 GV.RR-02 "established, communicated, understood"; AI RMF GOVERN 2.1).
/// </summary>
public static class OwnershipRules
{
    /// <summary>Null when the person may be proposed, or may claim it.</summary>
    public static Refusal? CheckAssign(Standing? identity, Candidate? person, Actor by)
    {
        if (identity is null)
            return OwnershipRefusals.IdentityNotFound;
        if (person is null)
            return OwnershipRefusals.PersonNotFound;
        if (person.Status == PersonStatus.Left)
            return OwnershipRefusals.Left(person.Name);
        if (identity.State == LifecycleState.Decommissioned)
            return OwnershipRefusals.Decommissioned;
        if (identity.OwnerState == OwnerState.Accepted && identity.OwnerId == person.Id)
            return OwnershipRefusals.AlreadyOwner;
        var claim = by.PersonId == person.Id;
        if (!claim && identity.AskedId == person.Id)
            return OwnershipRefusals.AlreadyAsked;
        if (MayArrange(identity, by) || (claim && identity.OwnerState != OwnerState.Accepted))
            return null;
        return claim ? OwnershipRefusals.Taken(identity.OwnerName ?? "Someone else") : OwnershipRefusals.MayNotAssign;
    }

    /// <summary>Null when the actor may accept or decline: only the person who was asked, never someone on their behalf.</summary>
    public static Refusal? CheckAnswer(Standing? identity, Candidate? person, bool asked)
    {
        if (identity is null)
            return OwnershipRefusals.IdentityNotFound;
        if (person is null)
            return OwnershipRefusals.NoPerson;
        if (person.Status == PersonStatus.Left)
            return OwnershipRefusals.Left(person.Name);
        if (!asked)
            return OwnershipRefusals.NotYours;
        return identity.State == LifecycleState.Decommissioned ? OwnershipRefusals.Decommissioned : null;
    }

    /// <summary>Null when the actor may take the ownership, or the open question, away.</summary>
    public static Refusal? CheckRemove(Standing? identity, Actor by)
    {
        if (identity is null)
            return OwnershipRefusals.IdentityNotFound;
        if (!MayArrange(identity, by))
            return OwnershipRefusals.MayNotRemove;
        return identity.OwnerState == OwnerState.None && identity.AskedId is null ? OwnershipRefusals.NoOwner : null;
    }

    private static bool MayArrange(Standing identity, Actor by) =>
        by.Holds(Roles.SecurityEngineer) || by.Holds(Roles.Administrator)
        || (identity.OwnerState == OwnerState.Accepted && identity.OwnerId is not null && identity.OwnerId == by.PersonId);
}
