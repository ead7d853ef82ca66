using Governance.Common;

namespace Governance.Ownership;

/// <summary>What ownership refuses, in words that a person can act on.</summary>
public static class OwnershipRefusals
{
    public static Refusal IdentityNotFound { get; } = new("identity.not-found", "This identity is not in the inventory. Reload the list.");

    public static Refusal Decommissioned { get; } = new("identity.decommissioned", "It is decommissioned: there is nothing left to answer for.");

    public static Refusal PersonNotFound { get; } = new("person.not-found", "This person is not in the directory. Import people, then choose again.", "person");

    public static Refusal NoPerson { get; } =
        new("person.none", "Your sign-in is not linked to a person in the directory, so it can't own anything. Ask an administrator to link it.");

    public static Refusal NotYours { get; } = new("proposal.not-yours", "Nobody asked you to own this, or the question was taken back. Only the person who was asked can answer.");

    public static Refusal AlreadyOwner { get; } = new("owner.already", "This person owns it already.");

    public static Refusal AlreadyAsked { get; } = new("owner.asked-already", "This person was asked already and has not answered yet.");

    public static Refusal NoOwner { get; } = new("owner.none", "It has no owner and nobody was asked; there is nothing to take away.");

    public static Refusal ReasonNeeded { get; } = new("reason.needed", "Say why: whoever looks for the right owner next will read it.", "reason");

    public static Refusal Left(string name) => new("person.left", $"{name} has left. Choose someone who works here, for example their manager.", "person");

    public static Refusal Taken(string owner) => new("owner.taken", $"{owner} owns it. Ask them to hand it over, or ask a security engineer to propose you.");

    public static Refusal DeclinedBefore(string name) => new("owner.declined-before", $"{name} was asked before and said no. Ask somebody else; {name} may still claim it.", "person");

    public static Refusal OwnBackup { get; } = new("owner.own-backup", "The owner can't be their own backup. Choose somebody else.", "person");

    public static Refusal NoClaim { get; } = new("claim.none", "Nobody claims it any more. Reload the page.");

    public static Refusal OwnClaim { get; } = new("claim.own", "Your own claim has to be confirmed by somebody else: the owner, or a security engineer.");

    public static Refusal MayNotConfirm { get; } = new("not.allowed", "A claim is confirmed by the accepted owner, or needs the role SecurityEngineer or Administrator.");

    public static Refusal MayNotName { get; } = new("not.allowed", "Naming technical owners and backups needs the role SecurityEngineer or Administrator, or that you own the identity.");

    public static Refusal NotOwner { get; } = new("owner.not-you", "You don't own it, so there is nothing of yours to confirm. Reload the page.");

    public static Refusal NotInRole { get; } = new("role.none", "This person does not stand in that role. Reload the page.");

    public static Refusal MayNotAssign { get; } =
        new("not.allowed", "Proposing an owner needs the role SecurityEngineer or Administrator, or that you own the identity now. You may claim it for yourself.");

    public static Refusal MayNotRemove { get; } = new("not.allowed", "Taking ownership away needs the role SecurityEngineer or Administrator, or that you are the owner.");
}
