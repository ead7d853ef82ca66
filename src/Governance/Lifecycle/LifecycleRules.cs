using Governance.Common;
using Governance.Inventory;

namespace Governance.Lifecycle;

/// <summary>Whether an identity may change its state: pure, so that an auditor can read it and a test can try every case.</summary>
public static class LifecycleRules
{
    /// <summary>Null when it may; else why not and what to do.</summary>
    public static Refusal? Check(LifecycleState from, LifecycleState to, OwnerState owner, string reason, Actor by)
    {
        if (from == to)
            return new Refusal("lifecycle.same", $"It is {from} already.");
        if (Transitions.Find(from, to) is not { } transition)
            return new Refusal(Transitions.IsTerminal(from) ? "lifecycle.terminal" : "lifecycle.not-listed", Ways(from, to));
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("lifecycle.reason", "Say why: the reason stands in the audit log for good.", "reason");
        if (Roles.Require(by, [.. transition.Roles]) is { } notAllowed)
            return notAllowed;
        if (!transition.Ownership.IsMetBy(owner))
        {
            return transition.Ownership == OwnershipNeeded.AcceptedOwner
                ? new Refusal("lifecycle.unowned", $"{to} needs an accepted owner. Propose one, and it becomes {to} when that person accepts.")
                : new Refusal("lifecycle.owned", $"It has an accepted owner, so it goes back to {LifecycleState.Active}, not to {to}.");
        }

        return null;
    }

    private static string Ways(LifecycleState from, LifecycleState to)
    {
        var next = Transitions.All.Where(t => t.From == from).Select(t => t.To.ToString()).ToList();
        return next.Count == 0
            ? $"{from} is final; nothing leads to {to}. If the identity lives again in its source, the next import shows it."
            : $"There is no way from {from} to {to}. From {from} it can become {string.Join(" or ", next)}.";
    }
}
