namespace Governance.Notifications;

/// <summary>A message as a channel sends it.</summary>
/// <param name="Id">Stable over repetitions, so that a receiver can tell that it has it already.</param>
/// <param name="Mail">The person's address.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Title">One line; untrusted text may be in it.</param>
/// <param name="Body">What happened, and what to do.</param>
/// <param name="Link">Path in the console; it needs a sign-in.</param>
/// <param name="CreatedAt">When the console told it.</param>
public sealed record OutgoingMessage(Guid Id, string Mail, string Name, string Kind, string Title, string Body, string? Link, DateTimeOffset CreatedAt);

/// <summary>Another way to tell people than the console's inbox. Implemented where the world outside is.</summary>
public interface IMessageChannel
{
    string Name { get; }

    /// <summary>Whether it is configured; one that is not is left alone.</summary>
    bool IsOn { get; }

    /// <summary>Sends, and returns when the other side has taken it.</summary>
    /// <exception cref="DeliveryException">It was not taken.</exception>
    Task SendAsync(OutgoingMessage message, CancellationToken ct);
}

/// <summary>The other side did not take it.</summary>
public sealed class DeliveryException(string message, bool retryable, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether trying again later may help.</summary>
    public bool Retryable { get; } = retryable;
}
