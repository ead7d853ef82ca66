using System.Text.Json;
using Governance.Common;
using Governance.Revocation;
using Governance.Tests.Feeds;

namespace Governance.Tests.Connectors;

/// <summary>A connector before the recorded service that it is for, with one thing to take away.</summary>
public sealed class Bench : IAsyncDisposable
{
    public const string Secret = "canary-secret-of-the-connector-77";

    public required RecordedService Service { get; init; }

    public required IConnectorKind Kind { get; init; }

    public required Dictionary<string, string> Settings { get; init; }

    public required ConnectorTarget Target { get; init; }

    public required RevocationVerb Verb { get; init; }

    /// <summary>Puts another object with the same name in the target's place; null where names can't be reused, or ids are names.</summary>
    public Action? TakeName { get; init; }

    /// <summary>What the connector signs in with.</summary>
    public string Credential { get; init; } = Secret;

    public TargetState Wanted => Verb == RevocationVerb.Disable ? TargetState.Disabled : TargetState.Gone;

    public ConnectorAbility Ability => Kind.Ability(Target, Verb)!;

    public IConnector Open()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(Settings));
        return Kind.Open(json.RootElement.Clone(), Credential).OrThrow();
    }

    public ConnectorCommand Command(RevocationVerb verb, Observation before) => new(verb, Target, "order:" + verb, before.PreState, "No accepted owner.");

    public async ValueTask DisposeAsync()
    {
        Service.Wrong.ShouldBeEmpty();
        await Service.DisposeAsync();
    }
}
