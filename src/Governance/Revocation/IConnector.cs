using System.Text.Json;
using Governance.Common;

namespace Governance.Revocation;

/// <summary>What a verb can be taken back by. A background job may use reversible verbs only.</summary>
public enum Reversibility
{
    Reversible,
    Irreversible,
}

/// <summary>The identity in its source, as the connector must find it again.</summary>
/// <param name="ExternalId">The source's immutable id; an object of that name with another id is not the target.</param>
/// <param name="DisplayName">For messages; never used to find it.</param>
public sealed record ConnectorTarget(string ExternalId, string DisplayName);

/// <summary>Whether the target was found, and whether it can still sign in.</summary>
public enum TargetState
{
    Enabled,
    Disabled,
    Gone,

    /// <summary>The connector can't look: an acknowledged delivery is all there will be.</summary>
    Unobservable,
}

/// <summary>What was seen, and in which words it goes into the record.</summary>
/// <param name="State">What was found.</param>
/// <param name="Description">For people: "rolcanlogin = false, 0 sessions".</param>
/// <param name="PreState">What <c>Restore</c> needs to bring back, as the connector words it; no secrets.</param>
public sealed record Observation(TargetState State, string Description, string? PreState = null);

/// <summary>One thing to do, with the key under which the receiver may recognise a repetition.</summary>
public sealed record ConnectorCommand(RevocationVerb Verb, ConnectorTarget Target, string IdempotencyKey, string? PreState, string Reason);

/// <summary>A fault of the source or the way to it.</summary>
/// <param name="message">For the record; no secrets.</param>
/// <param name="retryable">Whether it may go away by itself.</param>
/// <param name="retryAfter">What the source asked for.</param>
/// <param name="cause">The fault behind it.</param>
public sealed class ConnectorException(string message, bool retryable, TimeSpan? retryAfter = null, Exception? cause = null) : Exception(message, cause)
{
    public bool Retryable { get; } = retryable;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>A connector bound to one source, ready to act. It returns what it saw and never touches the database of the console.</summary>
public interface IConnector : IAsyncDisposable
{
    /// <summary>Looks at the target. <see cref="ConnectorException"/> when it can't.</summary>
    Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct);

    /// <summary>Sets the wanted state. Done twice it has the effect of once. Returns the SHA-256 of what was sent.</summary>
    Task<string> SendAsync(ConnectorCommand command, CancellationToken ct);

    /// <summary>Looks whether address, secret and rights are as they have to be, and says in words what is missing.</summary>
    Task<Outcome<string>> TestAsync(CancellationToken ct);
}

/// <summary>A kind of connector: what it needs, what it can do, and how to open it.</summary>
public interface IConnectorKind
{
    /// <summary>Stable: <c>postgresql</c>.</summary>
    string Kind { get; }

    string Title { get; }

    /// <summary>The settings that it asks for, in order.</summary>
    IReadOnlyList<ConnectorSetting> Settings { get; }

    /// <summary>What its secret is, for the form; null when it has none.</summary>
    string? SecretTitle { get; }

    IReadOnlySet<RevocationVerb> Verbs { get; }

    Reversibility ReversibilityOf(RevocationVerb verb);

    /// <summary>Opens it. Refused when a setting is missing or not allowed.</summary>
    Outcome<IConnector> Open(JsonElement settings, string? secret);
}

/// <summary>One setting of a connector.</summary>
public sealed record ConnectorSetting(string Name, string Title, string Help, bool Required = true, string? Default = null);
