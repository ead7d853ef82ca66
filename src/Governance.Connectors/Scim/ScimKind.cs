using System.Buffers;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Scim;

/// <summary>Accounts of any service that speaks SCIM 2.0 (RFC 7644). See docs/connectors/scim-accounts.md.</summary>
public sealed class ScimKind(TimeProvider clock) : IConnectorKind
{
    private static readonly SearchValues<char> Names = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    public string Kind => "scim-accounts";

    public string Title => "SCIM 2.0 accounts";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("base", "Base address", "Ends with the version, as the service documents it: https://HOST/scim/v2."),
        new("resource", "Resource type", "Where the accounts are. Agents are looked for under Agents.", Required: false, Default: "Users"),
        CommonSettings.Authority,
        CommonSettings.AllowPrivate(false),
    ];

    public string? SecretTitle => "Bearer token";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`PATCH /Users/{id}` replace `active=false`"),
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "`PATCH /Users/{id}` replace `active` with its value before"),
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "`DELETE /Users/{id}`, refused while it is active"),
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var endpoint = settings.Endpoint(this, "base");
        if (endpoint.IsRefused)
            return endpoint.Refusal;
        var resource = settings.Get(this, "resource")!;
        if (resource.AsSpan().IndexOfAnyExcept(Names) >= 0)
            return new Refusal("connector.setting", "The resource type is one name, such as Users.", "resource");
        return this.Missing(secret) is { } missing ? missing : Outcome<IConnector>.From(new ScimConnector(new ConnectorHttp(endpoint.Value, new FixedToken("Bearer", secret!), clock), resource));
    }
}

/// <summary>Sets <c>active</c>; the id is the service's own and is never given again (RFC 7643, 3.1).</summary>
internal sealed class ScimConnector(ConnectorHttp http, string resource) : HttpConnector(http)
{
    private const string Media = "application/scim+json";

    public override async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
    {
        if (await Http.FindAsync(Path(target), ct, Media) is not { } account)
            return new Observation(TargetState.Gone, "no such account");
        var id = account.Text("id")!;
        // The attribute may be left out (RFC 7643, 4.1.1): then the service does not say, and it counts as enabled.
        var active = account.Flag("active");
        return new Observation(active == false ? TargetState.Disabled : TargetState.Enabled, $"active = {(active is { } a ? (a ? "true" : "false") : "not said")}", JsonSerializer.Serialize(new { id, active = active != false })) { ImmutableId = id };
    }

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct)
    {
        var path = Path(command.Target);
        switch (command.Verb)
        {
            case RevocationVerb.Disable:
                return [Set(path, active: false)];
            case RevocationVerb.Restore:
                using (var before = JsonDocument.Parse(command.PreState ?? throw NoStateBefore()))
                    return [Set(path, before.RootElement.Flag("active") != false)];
            case RevocationVerb.Delete:
                return (await ObserveAsync(command.Target, ct)).State == TargetState.Enabled
                    ? throw Refuse($"{QuarantineFirst.Id}: the account is active again. It has to be disabled before it is deleted.") : [ConnectorCall.Delete(path)];
            default:
                throw CannotDo(command);
        }
    }

    public override Task<Outcome<string>> TestAsync(CancellationToken ct) => Http.LookAsync(
        $"Signed in to {Http.Host}.", [new RightProbe($"{resource}?startIndex=1&count=1", resource, "the right to read and change accounts"), new RightProbe("ServiceProviderConfig", "what the service supports", "the right to read its configuration")], ct);

    private string Path(ConnectorTarget target) => $"{(target.Kind == IdentityKind.Agent ? "Agents" : resource)}/{TargetHints.Part(target.ExternalId)}";

    private static ConnectorCall Set(string path, bool active) => ConnectorCall.Patch(path, JsonSerializer.Serialize(new
    {
        schemas = new[] { "urn:ietf:params:scim:api:messages:2.0:PatchOp" },
        Operations = new[] { new { op = "replace", path = "active", value = active } },
    })) with
    { ContentType = Media, Accept = Media };
}
