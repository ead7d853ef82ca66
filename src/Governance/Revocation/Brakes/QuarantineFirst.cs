using System.Globalization;
using Governance.Common;

namespace Governance.Revocation;

/// <summary>B11: disabled first, deleted only when a person asks after the quarantine, and another approves. Jobs never ask.</summary>
public static class QuarantineFirst
{
    public const string Id = "B11";

    /// <summary>Whether the deletion may be asked for.</summary>
    public static Refusal? Judge(OrderState state, string? signal, DateTimeOffset? quarantineUntil, DateTimeOffset? askedAt, DateTimeOffset now, Actor by)
    {
        if (by.Kind == ActorKind.Job)
            return new Refusal("revocation.human-only", $"{Id}: a deletion is asked for by a person, never by a job.");
        if (state != OrderState.Quarantined)
            return new Refusal("revocation.not-quarantined", $"{Id}: only what is disabled and was seen so can be deleted. This order is {state}.");
        if (signal is not null)
            return new Refusal("revocation.signal", $"{Id}: {signal} Clear this up first: undo the order, or say on its page why it may be deleted all the same.");
        if (askedAt is not null)
            return new Refusal("revocation.deletion-asked", "The deletion was asked for already and waits for another person's approval.");
        return quarantineUntil is not { } until || until > now
            ? new Refusal("revocation.quarantine", string.Create(CultureInfo.InvariantCulture, $"{Id}: the quarantine ends on {quarantineUntil:yyyy-MM-dd}. Ask again after it."))
            : null;
    }

    /// <summary>What the order shows until another person approves.</summary>
    public static Brake Waiting(string askedBy) => new(Id, $"{askedBy} asked for its deletion. Another administrator approves it; it cannot be undone.");
}
