using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Revocation;

namespace Governance.Connectors.GitHub;

/// <summary>
/// What GitHub's REST API documents for taking access away. GitHub answers 404 also for what may not be seen, so a 404 counts as gone only where the
/// thing around it can be seen.
/// </summary>
internal sealed class GitHubConnector(ConnectorHttp http, string organisation) : HttpConnector(http)
{
    private string Org => "orgs/" + TargetHints.Part(organisation);

    public override async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
    {
        var (kind, id) = Parse(target);
        if (kind == "installation")
        {
            if (await Http.FindAsync($"app/installations/{TargetHints.Part(id)}", ct) is not { } installation)
                return new Observation(TargetState.Gone, "this app has no such installation");
            var since = installation.Text("suspended_at");
            return new Observation(since is null ? TargetState.Enabled : TargetState.Disabled, since is null ? "not suspended" : $"suspended at {since}", JsonSerializer.Serialize(new { id, suspended = since is not null })) { ImmutableId = id };
        }

        var found = await FindAsync(kind, id, target, ct);
        return found is null ? new Observation(TargetState.Gone, $"no such {kind.Replace('-', ' ')}")
            : new Observation(TargetState.Enabled, $"the {kind.Replace('-', ' ')} is there, {found.Value.Immutable}", JsonSerializer.Serialize(new { id = found.Value.Immutable })) { ImmutableId = found.Value.Immutable };
    }

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct)
    {
        var (kind, id) = Parse(command.Target);
        if (kind == "installation")
            return await PlanInstallationAsync(command, $"app/installations/{TargetHints.Part(id)}", ct);
        if (command.Verb != RevocationVerb.Delete)
            throw CannotDo(command);
        if (await FindAsync(kind, id, command.Target, ct) is not { } found)
            return [];
        using var before = JsonDocument.Parse(command.PreState ?? throw NoStateBefore());
        return before.RootElement.Text("id") is { } meant && meant != found.Immutable ? throw Reused(command.Target.DisplayName, meant, found.Immutable) : [found.Remove];
    }

    public override async Task<Outcome<string>> TestAsync(CancellationToken ct) => await Http.LookAsync(
        $"Signed in to {Http.Host} as an installation in {organisation}.",
        [
            new RightProbe($"{Org}/personal-access-tokens?per_page=1", "fine-grained tokens", "the organisation permission 'Personal access tokens': write"),
            new RightProbe($"{Org}/actions/secrets?per_page=1", "secrets of Actions", "the organisation permission 'Secrets': write"),
            new RightProbe("installation/repositories?per_page=1", "repositories", "the repository permission 'Administration': write, for deploy keys"),
        ],
        ct);

    private static (string Kind, string Id) Parse(ConnectorTarget target)
    {
        var text = target.ExternalId;
        if (text.StartsWith("actions/", StringComparison.Ordinal))
            return ("actions-secret", text["actions/".Length..]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && text[..colon] is "installation" or "pat" or "deploy-key" or "credential" ? (text[..colon], text[(colon + 1)..]) : throw Refuse($"{text} is nothing that GitHub's API can take away.");
    }

    private async Task<IReadOnlyList<ConnectorCall>> PlanInstallationAsync(ConnectorCommand command, string path, CancellationToken ct)
    {
        switch (command.Verb)
        {
            case RevocationVerb.Disable:
                return [ConnectorCall.Put(path + "/suspended")];
            case RevocationVerb.Restore:
                using (var before = JsonDocument.Parse(command.PreState ?? throw NoStateBefore()))
                    return [before.RootElement.Flag("suspended") == true ? ConnectorCall.Put(path + "/suspended") : new ConnectorCall(HttpMethod.Delete, path + "/suspended")];
            case RevocationVerb.Delete:
                if (await Http.FindAsync(path, ct) is { } now && now.Text("suspended_at") is null)
                    throw Refuse($"{QuarantineFirst.Id}: it is not suspended any more. It has to be disabled before it is uninstalled.");
                return [ConnectorCall.Delete(path)];
            default:
                throw CannotDo(command);
        }
    }

    private async Task<(string Immutable, ConnectorCall Remove)?> FindAsync(string kind, string id, ConnectorTarget target, CancellationToken ct)
    {
        switch (kind)
        {
            case "deploy-key":
                var repository = Repository(target.Hint("repository") ?? throw Refuse("The inventory does not say which repository the deploy key belongs to. Import the keys with their addresses, or remove it by hand."));
                if (await Http.FindAsync($"{repository}/keys/{TargetHints.Part(id)}", ct) is { } key)
                    return (key.Text("id")!, ConnectorCall.Delete($"{repository}/keys/{TargetHints.Part(id)}"));
                await VisibleAsync(repository, ct);
                return null;
            case "pat":
                var tokens = await Http.GetAsync($"{Org}/personal-access-tokens?per_page=100&token_id[]={Uri.EscapeDataString(id)}", ct);
                foreach (var token in Items(tokens).Where(t => t.Text("token_id") == id))
                    return (id, ConnectorCall.Post($"{Org}/personal-access-tokens/{TargetHints.Part(token.Text("id")!)}", """{"action":"revoke"}"""));
                return null;
            case "credential":
                for (var page = 1; ; page++)
                {
                    var list = Items(await Http.GetAsync($"{Org}/credential-authorizations?per_page=100&page={page}", ct)).ToList();
                    if (list.Exists(c => c.Text("credential_id") == id))
                        return (id, ConnectorCall.Delete($"{Org}/credential-authorizations/{TargetHints.Part(id)}"));
                    if (list.Count < 100)
                        return null;
                }

            default:
                return await SecretAsync(id, ct);
        }
    }

    /// <summary>A secret is known by its name, and a name can be used again: when it was made tells which one it is.</summary>
    private async Task<(string Immutable, ConnectorCall Remove)?> SecretAsync(string id, CancellationToken ct)
    {
        var slash = id.LastIndexOf('/');
        var (where, name) = slash < 0 ? (organisation, id) : (id[..slash], id[(slash + 1)..]);
        var owner = where.Contains('/', StringComparison.Ordinal) ? Repository(where) : "orgs/" + TargetHints.Part(where);
        var path = $"{owner}/actions/secrets/{TargetHints.Part(name)}";
        if (await Http.FindAsync(path, ct) is { } secret)
            return (secret.Text("created_at") ?? name, ConnectorCall.Delete(path));
        await VisibleAsync($"{owner}/actions/secrets?per_page=1", ct);
        return null;
    }

    private async Task VisibleAsync(string path, CancellationToken ct)
    {
        if (await Http.FindAsync(path, ct) is null)
            throw Refuse($"{Http.Host} shows neither it nor /{path}: the connector may not see that place. Not seen is no proof of a deletion.");
    }

    private static string Repository(string name) => name.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } repository] ? $"repos/{TargetHints.Part(owner)}/{TargetHints.Part(repository)}" : throw Refuse($"{name} is no repository's name.");

    private static IEnumerable<JsonElement> Items(JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
}
