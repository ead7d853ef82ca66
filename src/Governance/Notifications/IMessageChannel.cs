namespace Governance.Notifications;

/// <summary>A message on its way out.</summary>
/// <param name="Id">Stable over repetitions, so that a receiver can tell that it has it already.</param>
/// <param name="Mail">The person's address.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Title">One line; untrusted text may be in it.</param>
/// <param name="Body">What happened, and what to do.</param>
/// <param name="Link">Path in the console; it needs a sign-in.</param>
/// <param name="CreatedAt">When the console told it.</param>
/// <param name="DueAt">Until when an answer counts.</param>
public sealed record OutgoingMessage(Guid Id, string Mail, string Name, string Kind, string Title, string Body, string? Link, DateTimeOffset CreatedAt, DateTimeOffset? DueAt = null);

/// <summary>A way to tell each person in the person's own mailbox. Implemented where the world outside is.</summary>
public interface IMessageChannel
{
    string Name { get; }

    /// <summary>Whether it is configured; one that is not is left alone.</summary>
    bool IsOn { get; }

    /// <summary>Sends, and returns when the other side has taken it.</summary>
    /// <param name="message">To whom, and under which id.</param>
    /// <param name="letter">What is to be read.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="DeliveryException">It was not taken.</exception>
    Task SendAsync(OutgoingMessage message, Letter letter, CancellationToken ct);
}

/// <summary>The other side did not take it.</summary>
/// <param name="message">What it said, in a line; no address of a chat, no secret.</param>
/// <param name="retryable">Whether trying again later may help.</param>
/// <param name="cause">The fault behind it.</param>
public sealed class DeliveryException(string message, bool retryable, Exception? cause = null) : Exception(message, cause)
{
    public bool Retryable { get; } = retryable;

    /// <summary>How long the other side asks to wait.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Nothing else would get through now either: the round ends here.</summary>
    public bool Everything { get; init; }
}
