using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.AiVendors;

/// <summary>API keys of one Anthropic organisation, by its Admin API. See docs/connectors/anthropic.md.</summary>
public sealed class AnthropicKind(TimeProvider clock) : IConnectorKind
{
    public string Kind => "anthropic";

    public string Title => "Anthropic API keys";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("base", "Address", "Of the Admin API, or of a gateway before it.", Required: false, Default: "https://api.anthropic.com"),
        CommonSettings.AllowPrivate(false),
    ];

    public string? SecretTitle => "Admin key (sk-ant-admin…)";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`POST /v1/organizations/api_keys/{id}` `status=inactive`"),
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "`POST /v1/organizations/api_keys/{id}` `status=active`"),
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "`POST /v1/organizations/api_keys/{id}` `status=archived`: the API has no deletion"),
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var endpoint = settings.Endpoint(this, "base");
        if (endpoint.IsRefused)
            return endpoint.Refusal;
        if (this.Missing(secret) is { } missing)
            return missing;
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["anthropic-version"] = "2023-06-01" };
        return Outcome<IConnector>.From(new AnthropicConnector(new ConnectorHttp(endpoint.Value with { Headers = headers }, new HeaderToken("x-api-key", secret!), clock)));
    }
}

/// <summary>A key has a status that is set; archived is the end.</summary>
internal sealed class AnthropicConnector(ConnectorHttp http) : HttpConnector(http)
{
    public override async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
    {
        if (await Http.FindAsync(Path(target), ct) is not { } key)
            return new Observation(TargetState.Gone, "no such key");
        var (id, status) = (key.Text("id")!, key.Text("status") ?? "unknown");
        var state = status switch { "active" => TargetState.Enabled, "archived" => TargetState.Gone, _ => TargetState.Disabled };
        return new Observation(state, $"status {status}", JsonSerializer.Serialize(new { id, status })) { ImmutableId = id };
    }

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct)
    {
        var path = Path(command.Target);
        var now = await ObserveAsync(command.Target, ct);
        return command.Verb switch
        {
            _ when now.State == TargetState.Gone => command.Verb == RevocationVerb.Delete ? [] : throw Refuse($"The key is {now.Description}, and that cannot be changed any more."),
            RevocationVerb.Disable => [Set(path, "inactive")],
            RevocationVerb.Restore => [Set(path, Before(command.PreState))],
            RevocationVerb.Delete when now.State == TargetState.Enabled => throw Refuse($"{QuarantineFirst.Id}: the key is active again. It has to be disabled before it is archived."),
            RevocationVerb.Delete => [Set(path, "archived")],
            _ => throw CannotDo(command),
        };
    }

    public override Task<Outcome<string>> TestAsync(CancellationToken ct) =>
        Http.LookAsync("Signed in.", [new RightProbe("v1/organizations/api_keys?limit=1", "API keys", "an Admin key, which only an organisation's administrator can make")], ct);

    private static string Path(ConnectorTarget target) => $"v1/organizations/api_keys/{TargetHints.Part(target.ExternalId)}";

    private static ConnectorCall Set(string path, string status) => ConnectorCall.Post(path, JsonSerializer.Serialize(new { status }));

    private static string Before(string? preState)
    {
        using var json = JsonDocument.Parse(preState ?? throw NoStateBefore());
        return json.RootElement.Text("status") is "inactive" ? "inactive" : "active";
    }
}
