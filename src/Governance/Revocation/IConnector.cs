using System.Text.Json;
using Governance.Common;

namespace Governance.Revocation;

/// <summary>One thing to do, with the key under which the receiver may recognise a repetition.</summary>
/// <param name="Verb">What.</param>
/// <param name="Target">To what.</param>
/// <param name="IdempotencyKey">The same for every attempt.</param>
/// <param name="PreState">What was observed before the first send; what a restore brings back.</param>
/// <param name="Reason">For receivers that keep one.</param>
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

    /// <summary>
    /// The source does not take the connector's own credential (401), or does not let it do this (403): the next order would meet the same, so that the circuit
    /// opens at once (B13). It says nothing of the target.
    /// </summary>
    public bool OpensBreaker { get; init; }

    /// <summary>It was sent and no answer came: it may have taken effect. The target is observed before anything is sent again.</summary>
    public bool OutcomeUnknown { get; init; }
}

/// <summary>A connector bound to one source, ready to act. It returns what it saw and never touches the database of the console.</summary>
public interface IConnector : IAsyncDisposable
{
    /// <summary>Looks at the target: the identity, or the credential or grant that it names. <see cref="ConnectorException"/> when it can't.</summary>
    Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct);

    /// <summary>
    /// What <see cref="SendAsync"/> would send now, call by call, without secrets; sends nothing that changes anything. <see cref="ConnectorException"/>
    /// when it would refuse.
    /// </summary>
    Task<IReadOnlyList<string>> DescribeAsync(ConnectorCommand command, CancellationToken ct);

    /// <summary>Sets the wanted state. Done twice it has the effect of once. Returns the SHA-256 of what was sent.</summary>
    Task<string> SendAsync(ConnectorCommand command, CancellationToken ct);

    /// <summary>Looks whether address, secret and rights are as they have to be, and says in words what is missing.</summary>
    Task<Outcome<string>> TestAsync(CancellationToken ct);
}

/// <summary>A kind of connector: what it needs, what it can do, and how to open it. docs/connectors/writing-one.md tells how to write one.</summary>
public interface IConnectorKind
{
    /// <summary>Stable: <c>postgresql</c>; also the name of its page in docs/connectors.</summary>
    string Kind { get; }

    string Title { get; }

    /// <summary>The settings that it asks for, in order.</summary>
    IReadOnlyList<ConnectorSetting> Settings { get; }

    /// <summary>What its secret is, for the form; null when it has none.</summary>
    string? SecretTitle { get; }

    /// <summary>Whether the secret has several lines, such as a private key.</summary>
    bool SecretHasLines => false;

    /// <summary>What it can do to what; the table in docs/connectors is held to it by a test.</summary>
    IReadOnlyList<ConnectorAbility> Abilities { get; }

    /// <summary>Opens it. Refused when a setting is missing or not allowed.</summary>
    Outcome<IConnector> Open(JsonElement settings, string? secret);
}

/// <summary>How a setting is asked for.</summary>
public enum ConnectorSettingForm
{
    Text,

    /// <summary>Several lines, such as a certificate.</summary>
    Lines,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Switch,
}

/// <summary>One setting of a connector.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Title">The field's label.</param>
/// <param name="Help">One line under the field.</param>
/// <param name="Required">Whether it must be given.</param>
/// <param name="Default">What holds when it is left empty.</param>
public sealed record ConnectorSetting(string Name, string Title, string Help, bool Required = true, string? Default = null)
{
    public ConnectorSettingForm Form { get; init; }

    /// <summary>The values to choose from; none where any text may be given.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}
