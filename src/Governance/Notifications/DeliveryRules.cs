using Governance.Common;

namespace Governance.Notifications;

/// <summary>When a message is sent, sent again and given up. Pure.</summary>
public static class DeliveryRules
{
    public const int MostAttempts = 10;

    /// <summary>Messages older than this, at the moment that a channel is switched on, stay in the console.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromDays(1);

    /// <summary>How long a sender has for what it took; longer than a send can last.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>The longest that a receiver may ask to wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);

    /// <summary>Why a mail is not sent; null when it is.</summary>
    public static string? Skip(string? mail, bool left, string kind, DateTimeOffset? readAt, bool muted) =>
        left ? "the person has left"
        : string.IsNullOrWhiteSpace(mail) ? "the directory has no mail address of the person"
        : muted && !MessageKinds.IsDuty(kind) ? "switched off by the person"
        : readAt is not null && !MessageKinds.IsDuty(kind) ? "read in the console before"
        : null;

    /// <summary>The next try after the given number of failed ones: 2, 4, 8 minutes, at most an hour, and not before the receiver asked for; null when it is given up.</summary>
    public static DateTimeOffset? Next(int failed, bool retryable, DateTimeOffset now, TimeSpan? wait = null)
    {
        if (!retryable || failed >= MostAttempts)
            return null;
        var own = TimeSpan.FromMinutes(Math.Min(60, Math.Pow(2, failed)));
        return now + (wait > own ? wait.Value < LongestWait ? wait.Value : LongestWait : own);
    }

    /// <summary>What is kept of an error: one line, nothing long.</summary>
    public static string Line(string error)
    {
        var line = StorableText.Clean(new string([.. error.Select(c => char.IsControl(c) ? ' ' : c)]));
        return line.Length > 300 ? line[..300] : line;
    }
}
