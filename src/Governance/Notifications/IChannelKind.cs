using Governance.Common;

namespace Governance.Notifications;

/// <summary>Where a channel leads, opened for one use.</summary>
/// <param name="Url">The receiver. With chat services whoever knows it may write there.</param>
/// <param name="Secret">Key of the signature, where the kind has one.</param>
/// <param name="AllowPrivate">Whether an administrator allowed private addresses.</param>
public sealed record ChannelTarget(Uri Url, string? Secret, bool AllowPrivate)
{
    /// <summary>Without address and key.</summary>
    public override string ToString() => Url.Host;
}

/// <summary>A kind of receiver. Implemented where the world outside is.</summary>
public interface IChannelKind
{
    /// <summary>Stable: <c>webhook</c>, <c>slack</c>, <c>teams</c>.</summary>
    string Kind { get; }

    string Title { get; }

    /// <summary>What it is and where to get its address, in one or two sentences.</summary>
    string Summary { get; }

    /// <summary>Label of the secret that it needs; null when the address is all.</summary>
    string? SecretTitle { get; }

    /// <summary>Refuses what can't work, without calling anyone.</summary>
    Refusal? Check(string address, string? secret, bool allowPrivate);

    /// <summary>Sends, and returns what the receiver answered.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="message">What; its link is a path.</param>
    /// <param name="console">The console's outer address; null while none is set: then without a link.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="DeliveryException">It was not taken.</exception>
    Task<string> SendAsync(ChannelTarget target, OutgoingMessage message, Uri? console, CancellationToken ct);
}
