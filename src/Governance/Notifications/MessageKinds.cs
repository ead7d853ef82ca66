namespace Governance.Notifications;

/// <summary>The kinds of message that ask for an answer. Nobody can switch them off.</summary>
public static class MessageKinds
{
    private static readonly HashSet<string> Duties = new(StringComparer.Ordinal)
    {
        "review.waiting", "review.reminder", "review.escalated", "owner.asked", "owner.reminded", "owner.escalated", "revocation.notice", "revocation.question", "revocation.signal",
    };

    public static bool IsDuty(string kind) => Duties.Contains(kind);
}
