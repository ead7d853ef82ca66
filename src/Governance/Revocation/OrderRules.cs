using Governance.Common;

namespace Governance.Revocation;

/// <summary>What a person may do with an order: pure functions of order, actor and time.</summary>
public static class OrderRules
{
    /// <summary>Releases what a brake holds, or approves a deletion that another person asked for.</summary>
    public static Refusal? Approve(RevocationOrder order, Actor by)
    {
        if (order is { State: OrderState.Quarantined, DeletionAskedAt: not null, DeletionAskedBy: { } askedBy })
            return order.HeldBy is null ? new Refusal("revocation.approved", "The deletion is approved already.") : SecondPerson.Judge(order.DeletionAskedById, askedBy, by);
        if (order.State != OrderState.Held)
            return new Refusal("revocation.not-held", $"Nothing holds this order: it is {order.State}.");
        if (order.HeldBy?.StartsWith(NeverTouch.Id + ":", StringComparison.Ordinal) == true)
            return new Refusal("revocation.never-touch", $"{order.HeldBy} An approval can't lift that.");
        return order.HeldBy?.StartsWith(ExemptionBrake.Id + ":", StringComparison.Ordinal) == true
            ? new Refusal("revocation.exempt", "An exemption holds it, and an approval can't lift that. End the exemption under Brakes.")
            : SecondPerson.Judge(order.OrderedById, order.OrderedBy, by);
    }

    /// <summary>Takes an order back while nothing was sent.</summary>
    public static Refusal? Withdraw(RevocationOrder order, bool sent)
    {
        if (order.EndedAt is not null)
            return new Refusal("revocation.ended", $"This order has ended: it is {order.State}.");
        return sent || order.State == OrderState.Quarantined
            ? new Refusal("revocation.sent", "It was sent to the source already. Undo it instead: that restores the state before.")
            : null;
    }

    /// <summary>Brings back what was disabled.</summary>
    public static Refusal? Undo(RevocationOrder order, bool sent, bool undoing)
    {
        if (order.State is OrderState.Completed)
            return new Refusal("revocation.deleted", "It was deleted in the source, and a deletion cannot be undone.");
        if (order.EndedAt is not null)
            return new Refusal("revocation.ended", $"This order has ended: it is {order.State}.");
        if (undoing)
            return new Refusal("revocation.undoing", "It is being undone already.");
        return sent || order.State == OrderState.Quarantined ? null : new Refusal("revocation.not-sent", "Nothing was done yet. Withdraw the order instead.");
    }

    /// <summary>A person says that it was done in the source.</summary>
    public static Refusal? Confirm(StepState? step, string note)
    {
        if (step is not (StepState.Manual or StepState.Stuck))
            return new Refusal("revocation.not-manual", "No step of this order waits for a person.");
        return string.IsNullOrWhiteSpace(note) ? new Refusal("revocation.note", "Say what was done where: it is the evidence.", "note") : null;
    }
}
