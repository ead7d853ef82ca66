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
    /// <param name="identity">Null when there is none.</param>
    /// <param name="person">Null when there is none.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="declinedBefore">Whether this person has said no to this identity: the same question is not asked twice. They may still claim it.</param>
    /// <param name="arranges">Whether the actor may arrange it for a reason of its own, as a leaver's manager may.</param>
    public static Refusal? CheckAssign(Standing? identity, Candidate? person, Actor by, bool declinedBefore = false, bool arranges = false)
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
        if (!claim && declinedBefore)
            return OwnershipRefusals.DeclinedBefore(person.Name);
        if (arranges || MayArrange(identity, by) || (claim && identity.OwnerState != OwnerState.Accepted))
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

    /// <summary>Null when the actor may name who stands beside the owner.</summary>
    public static Refusal? CheckRole(Standing? identity, Candidate? person, OwnerRole role, Actor by)
    {
        if (identity is null)
            return OwnershipRefusals.IdentityNotFound;
        if (person is null)
            return OwnershipRefusals.PersonNotFound;
        if (person.Status == PersonStatus.Left)
            return OwnershipRefusals.Left(person.Name);
        if (identity.State == LifecycleState.Decommissioned)
            return OwnershipRefusals.Decommissioned;
        if (!MayArrange(identity, by))
            return OwnershipRefusals.MayNotName;
        return role == OwnerRole.Backup && identity.OwnerState == OwnerState.Accepted && identity.OwnerId == person.Id ? OwnershipRefusals.OwnBackup : null;
    }

    /// <summary>Null when the actor may say that it is theirs.</summary>
    public static Refusal? CheckClaim(Standing? identity, Candidate? person)
    {
        if (identity is null)
            return OwnershipRefusals.IdentityNotFound;
        if (person is null)
            return OwnershipRefusals.NoPerson;
        if (person.Status == PersonStatus.Left)
            return OwnershipRefusals.Left(person.Name);
        if (identity.State == LifecycleState.Decommissioned)
            return OwnershipRefusals.Decommissioned;
        return identity.OwnerState == OwnerState.Accepted && identity.OwnerId == person.Id ? OwnershipRefusals.AlreadyOwner : null;
    }

    /// <summary>Null when the actor may confirm or refuse a claim: the accepted owner, or the security team; never the claimant (NIST SP 800-53 AC-5).</summary>
    public static Refusal? CheckConfirm(Standing? identity, Guid claimant, bool claimed, Actor by)
    {
        if (identity is null)
            return OwnershipRefusals.IdentityNotFound;
        if (!claimed)
            return OwnershipRefusals.NoClaim;
        if (by.PersonId == claimant)
            return OwnershipRefusals.OwnClaim;
        return MayArrange(identity, by) ? null : OwnershipRefusals.MayNotConfirm;
    }

    /// <summary>Whether the actor decides who owns it: the security team, or the accepted owner.</summary>
    public static bool MayArrange(Standing identity, Actor by) =>
        by.Holds(Roles.SecurityEngineer) || by.Holds(Roles.Administrator)
        || (identity.OwnerState == OwnerState.Accepted && identity.OwnerId is not null && identity.OwnerId == by.PersonId);
}
