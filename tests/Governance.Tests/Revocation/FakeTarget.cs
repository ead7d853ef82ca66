using System.Collections.Concurrent;
using System.Text.Json;
using Governance.Common;
using Governance.Revocation;

namespace Governance.Tests.Revocation;

/// <summary>A source that only remembers, and counts effects: changes of state, which is what must not happen twice. A test tells it how to answer.</summary>
public sealed class FakeTarget(string kind = FakeTarget.Name) : IConnectorKind
{
    public const string Name = "fake";

    /// <summary>Every target's state by its key; what is not there is enabled.</summary>
    public ConcurrentDictionary<string, TargetState> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Changes of state by target and verb.</summary>
    public ConcurrentDictionary<(string Key, RevocationVerb Verb), int> Effects { get; } = new();

    public ConcurrentQueue<ConnectorCommand> Sent { get; } = new();

    /// <summary>Asked before a send takes effect: an exception to throw, or null.</summary>
    public Func<ConnectorCommand, Exception?> Before { get; set; } = _ => null;

    /// <summary>Asked after a send took effect.</summary>
    public Func<ConnectorCommand, Exception?> After { get; set; } = _ => null;

    public string Kind => kind;

    public string Title => "Fake";

    public IReadOnlyList<ConnectorSetting> Settings { get; } = [];

    public string? SecretTitle => null;

    public IReadOnlyList<ConnectorAbility> Abilities { get; init; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "off"),
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "on"),
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "gone"),
        new(TargetKind.Credential, RevocationVerb.Disable, Reversibility.Reversible, "off"),
        new(TargetKind.Credential, RevocationVerb.Restore, Reversibility.Reversible, "on"),
        new(TargetKind.Credential, RevocationVerb.Delete, Reversibility.Irreversible, "gone"),
        new(TargetKind.Grant, RevocationVerb.Delete, Reversibility.Reversible, "gone"),
        new(TargetKind.Grant, RevocationVerb.Restore, Reversibility.Reversible, "given again"),
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret) => Outcome<IConnector>.From(new Opened(this));

    public static string KeyOf(ConnectorTarget target) => target.ExternalId + (target.Credential is { } c ? "/credential/" + c.ExternalId : target.Grant is { } g ? "/grant/" + g.Permission : string.Empty);

    private sealed class Opened(FakeTarget target) : IConnector
    {
        public Task<Observation> ObserveAsync(ConnectorTarget wanted, CancellationToken ct)
        {
            var state = target.States.GetValueOrDefault(KeyOf(wanted), TargetState.Enabled);
            return Task.FromResult(new Observation(state, $"fake says {state}", state == TargetState.Gone ? null : state.ToString()) { Recoverable = wanted.On == TargetKind.Grant });
        }

        public Task<IReadOnlyList<string>> DescribeAsync(ConnectorCommand command, CancellationToken ct) => Task.FromResult<IReadOnlyList<string>>([command.Verb.ToString()]);

        public Task<string> SendAsync(ConnectorCommand command, CancellationToken ct)
        {
            target.Sent.Enqueue(command);
            if (target.Before(command) is { } before)
                throw before;
            var to = command.Verb switch { RevocationVerb.Disable => TargetState.Disabled, RevocationVerb.Delete => TargetState.Gone, _ => Enum.Parse<TargetState>(command.PreState!) };
            var key = KeyOf(command.Target);
            if (target.States.GetValueOrDefault(key, TargetState.Enabled) != to)
                target.Effects.AddOrUpdate((key, command.Verb), 1, (_, n) => n + 1);
            target.States[key] = to;
            return target.After(command) is { } after ? throw after : Task.FromResult(new string('0', 64));
        }

        public Task<Outcome<string>> TestAsync(CancellationToken ct) => Task.FromResult(Outcome<string>.From("well"));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
