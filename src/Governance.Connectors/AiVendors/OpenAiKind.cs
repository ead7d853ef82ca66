using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.AiVendors;

/// <summary>Admin keys, project keys and service accounts of one OpenAI organisation. See docs/connectors/openai.md.</summary>
public sealed class OpenAiKind(TimeProvider clock) : IConnectorKind
{
    public string Kind => "openai";

    public string Title => "OpenAI keys and service accounts";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("base", "Address", "Of the administration API, or of a gateway before it.", Required: false, Default: "https://api.openai.com"),
        CommonSettings.AllowPrivate(false),
    ];

    public string? SecretTitle => "Admin key (sk-admin…)";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "`DELETE /v1/organization/admin_api_keys/{id}`, `…/projects/{project}/api_keys/{id}`, `…/projects/{project}/service_accounts/{id}`"),
        new(TargetKind.Credential, RevocationVerb.Delete, Reversibility.Irreversible, "`DELETE /v1/organization/projects/{project}/api_keys/{id}`"),
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var endpoint = settings.Endpoint(this, "base");
        if (endpoint.IsRefused)
            return endpoint.Refusal;
        return this.Missing(secret) is { } missing ? missing : Outcome<IConnector>.From(new OpenAiConnector(new ConnectorHttp(endpoint.Value, new FixedToken("Bearer", secret!), clock)));
    }
}

/// <summary>OpenAI has no way to disable a key: it is there or deleted. Its project is not part of a key's id, so the projects are looked through.</summary>
internal sealed class OpenAiConnector(ConnectorHttp http) : HttpConnector(http)
{
    private const int MostProjects = 200;

    public override async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
    {
        if (await FindAsync(target, ct) is not { } found)
            return new Observation(TargetState.Gone, "in no project of the organisation, and no admin key has this id");
        var id = found.Key.Text("id")!;
        return new Observation(TargetState.Enabled, $"there, at {found.Path}", JsonSerializer.Serialize(new { id })) { ImmutableId = id };
    }

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct) =>
        command.Verb != RevocationVerb.Delete ? throw CannotDo(command) : await FindAsync(command.Target, ct) is { } found ? [ConnectorCall.Delete(found.Path)] : [];

    public override Task<Outcome<string>> TestAsync(CancellationToken ct) => Http.LookAsync(
        "Signed in.",
        [
            new RightProbe("v1/organization/projects?limit=1", "projects", "an admin key with management.write, which an organisation owner makes"),
            new RightProbe("v1/organization/admin_api_keys?limit=1", "admin keys", "an admin key of an owner; not needed where only project keys are revoked"),
        ],
        ct);

    private async Task<(string Path, JsonElement Key)?> FindAsync(ConnectorTarget target, CancellationToken ct)
    {
        var account = target.Credential is null && target.Kind == IdentityKind.ServiceAccount;
        var id = TargetHints.Part(target.Credential?.ExternalId ?? target.ExternalId);
        if (!account && await Http.FindAsync($"v1/organization/admin_api_keys/{id}", ct) is { } admin)
            return ($"v1/organization/admin_api_keys/{id}", admin);
        var kind = account ? "service_accounts" : "api_keys";
        foreach (var project in await ProjectsAsync(target, ct))
        {
            var path = $"v1/organization/projects/{TargetHints.Part(project)}/{kind}/{id}";
            if (await Http.FindAsync(path, ct) is { } found)
                return (path, found);
        }

        return null;
    }

    private async Task<IReadOnlyList<string>> ProjectsAsync(ConnectorTarget target, CancellationToken ct)
    {
        var all = new List<string>();
        if (target.Hint("project_id", "project") is { } likely)
            all.Add(likely);
        for (string? after = null; ;)
        {
            var page = await Http.GetAsync($"v1/organization/projects?limit=100{(after is null ? string.Empty : "&after=" + Uri.EscapeDataString(after))}", ct);
            all.AddRange(page.List("data").Select(p => p.Text("id")).OfType<string>());
            after = page.Text("last_id");
            if (page.Flag("has_more") != true || after is null)
                return [.. all.Distinct(StringComparer.Ordinal)];
            if (all.Count > MostProjects)
                throw Refuse($"The organisation has more than {MostProjects} projects, which are not all looked through. Remove this one by hand.");
        }
    }
}
