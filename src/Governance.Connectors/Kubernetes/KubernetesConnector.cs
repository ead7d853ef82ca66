using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Revocation;

namespace Governance.Connectors.Kubernetes;

/// <summary>
/// A service account has no switch: it is disabled when no binding names it, and what it could do through groups of all accounts stays (docs). Every deletion
/// names one object and its uid; lists are never deleted.
/// </summary>
internal sealed class KubernetesConnector(ConnectorHttp http) : HttpConnector(http)
{
    private const string Annotation = "governance.console/quarantined";
    private readonly KubernetesBindings bindings = new(http);

    public override async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
    {
        if (await FindAsync(target, ct) is not { } account)
            return new Observation(TargetState.Gone, "no service account with this uid");
        if (target.Credential is { } credential)
        {
            return await SecretAsync(account, credential, ct) is { } secret
                ? new Observation(TargetState.Enabled, $"Secret {account.Space}/{secret.Name} is there, uid {secret.Uid}", JsonSerializer.Serialize(new { uid = secret.Uid })) { ImmutableId = secret.Uid }
                : new Observation(TargetState.Gone, "no token Secret of that name for this account");
        }

        var naming = await bindings.OfAsync(account, target.Grant, ct);
        if (target.Grant is { } grant)
        {
            return naming.Count == 0 ? new Observation(TargetState.Gone, $"no binding gives it {grant.Permission}") { Recoverable = true }
                : new Observation(TargetState.Enabled, "given by " + Words(naming), KubernetesBindings.State(account.Uid, naming)) { ImmutableId = string.Join(' ', naming.Select(n => n.Uid)) };
        }

        var state = KubernetesBindings.State(account.Uid, naming);
        return naming.Count == 0 ? new Observation(TargetState.Disabled, "no binding names it", state) { ImmutableId = account.Uid }
            : new Observation(TargetState.Enabled, "named by " + Words(naming), state) { ImmutableId = account.Uid };
    }

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct)
    {
        var target = command.Target;
        if (await FindAsync(target, ct) is not { } account)
            return command.Verb == RevocationVerb.Delete ? [] : throw Refuse("There is no service account with this uid any more.");
        if (account.Space.StartsWith("kube-", StringComparison.Ordinal))
            throw Refuse($"{NeverTouch.Id}: {account.Space} holds the accounts that the cluster itself runs with.");
        if (target.Credential is { } credential)
            return await PlanSecretAsync(command, account, credential, ct);
        switch (command.Verb)
        {
            case RevocationVerb.Disable when target.Grant is null:
                var marked = account.Annotations.Text(Annotation) == command.IdempotencyKey;
                return [.. await bindings.RemoveAsync(account, null, ct), .. marked ? [] : (ConnectorCall[])[Mark(account, command.IdempotencyKey)]];
            case RevocationVerb.Delete when target.Grant is not null:
                return await bindings.RemoveAsync(account, target.Grant, ct);
            case RevocationVerb.Restore:
                var again = await bindings.AddAsync(account, command.PreState ?? throw NoStateBefore(), ct);
                return target.Grant is null && account.Annotations.Text(Annotation) is not null ? [.. again, Mark(account, null)] : again;
            case RevocationVerb.Delete:
                if ((await bindings.OfAsync(account, null, ct)).Count > 0)
                    throw Refuse($"{QuarantineFirst.Id}: a binding names the account again. It has to be disabled before it is deleted.");
                return [ConnectorCall.Delete(account.Path, Only(account.Uid))];
            default:
                throw CannotDo(command);
        }
    }

    public override async Task<Outcome<string>> TestAsync(CancellationToken ct)
    {
        var missing = new List<string>();
        foreach (var (group, resource, verb) in KubernetesBindings.Rights)
        {
            var review = JsonSerializer.Serialize(new { apiVersion = "authorization.k8s.io/v1", kind = "SelfSubjectAccessReview", spec = new { resourceAttributes = new { group, resource, verb } } });
            var answer = await Http.SendAsync(ConnectorCall.Post("apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review) with { OnlyAsks = true }, ct);
            if (answer.Json.Inner("status").Flag("allowed") != true)
                missing.Add($"{verb} {resource}");
        }

        return missing.Count == 0 ? "Signed in. It may look at accounts, bindings and token Secrets, take accounts out of bindings and delete both."
            : new Refusal("connector.rights", $"Signed in, but in the whole cluster it lacks: {string.Join(", ", missing)}. What is not given is not needed unless orders ask for it; docs/connectors/kubernetes-accounts.md has the role.");
    }

    /// <summary>By the place that the inventory names; the uid decides. Without a place all accounts are looked through.</summary>
    private async Task<KubernetesAccountRef?> FindAsync(ConnectorTarget target, CancellationToken ct)
    {
        var place = target.DisplayName.Split('/');
        if (place is [{ Length: > 0 } space, { Length: > 0 } name])
        {
            var found = await Http.FindAsync($"api/v1/namespaces/{TargetHints.Part(space)}/serviceaccounts/{TargetHints.Part(name)}", ct);
            return found is { } account && (account.Inner("metadata").Text("uid") == target.ExternalId || target.ExternalId == target.DisplayName) ? KubernetesAccountRef.Of(account) : null;
        }

        for (string? next = null; ;)
        {
            var page = await Http.GetAsync($"api/v1/serviceaccounts?limit=500{(next is null ? string.Empty : "&continue=" + Uri.EscapeDataString(next))}", ct);
            foreach (var account in page.List("items"))
            {
                if (account.Inner("metadata").Text("uid") == target.ExternalId)
                    return KubernetesAccountRef.Of(account);
            }

            if ((next = page.Inner("metadata").Text("continue")) is null or "")
                return null;
        }
    }

    private async Task<(string Name, string Uid)?> SecretAsync(KubernetesAccountRef account, CredentialTarget credential, CancellationToken ct)
    {
        if (!credential.ExternalId.StartsWith("secret/", StringComparison.Ordinal))
            throw Refuse("Only token Secrets are credentials that a cluster keeps. Tokens that are asked for end by themselves.");
        var name = credential.ExternalId["secret/".Length..];
        // Metadata only: the token itself never leaves the API server.
        if (await Http.FindAsync(SecretPath(account, name), ct, "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1") is not { } secret)
            return null;
        var metadata = secret.Inner("metadata");
        return metadata.Inner("annotations").Text("kubernetes.io/service-account.name") == account.Name ? (name, metadata.Text("uid")!) : null;
    }

    private async Task<IReadOnlyList<ConnectorCall>> PlanSecretAsync(ConnectorCommand command, KubernetesAccountRef account, CredentialTarget credential, CancellationToken ct)
    {
        var name = credential.ExternalId["secret/".Length..];
        var secret = await SecretAsync(account, credential, ct);
        if (command.Verb is not (RevocationVerb.Delete or RevocationVerb.Rotate))
            throw CannotDo(command);
        var calls = new List<ConnectorCall>();
        using var before = JsonDocument.Parse(command.PreState ?? throw NoStateBefore());
        var old = before.RootElement.Text("uid");
        if (secret is { } there && there.Uid == old)
            calls.Add(ConnectorCall.Delete(SecretPath(account, name), Only(there.Uid)));
        else if (secret is { } another && command.Verb == RevocationVerb.Delete)
            throw Reused($"Secret {name}", old ?? "none", another.Uid);
        if (command.Verb == RevocationVerb.Rotate && (secret is null || calls.Count > 0))
        {
            calls.Add(ConnectorCall.Post($"api/v1/namespaces/{TargetHints.Part(account.Space)}/secrets", JsonSerializer.Serialize(new
            {
                apiVersion = "v1",
                kind = "Secret",
                type = "kubernetes.io/service-account-token",
                metadata = new { name, @namespace = account.Space, annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["kubernetes.io/service-account.name"] = account.Name } },
            })));
        }

        return calls;
    }

    private static string SecretPath(KubernetesAccountRef account, string name) => $"api/v1/namespaces/{TargetHints.Part(account.Space)}/secrets/{TargetHints.Part(name)}";

    /// <summary>The API server refuses (409) when the object of that name is another one by then.</summary>
    private static string Only(string uid) => JsonSerializer.Serialize(new { apiVersion = "v1", kind = "DeleteOptions", preconditions = new { uid } });

    private static ConnectorCall Mark(KubernetesAccountRef account, string? key) => ConnectorCall.Patch(
        account.Path, JsonSerializer.Serialize(new { metadata = new { uid = account.Uid, annotations = new Dictionary<string, string?>(StringComparer.Ordinal) { [Annotation] = key } } })) with
    { ContentType = "application/merge-patch+json" };

    private static string Words(IReadOnlyList<KubernetesBinding> naming) =>
        string.Join(", ", naming.Take(5).Select(b => $"{b.Kind} {(b.Space is null ? b.Name : $"{b.Space}/{b.Name}")}")) + (naming.Count > 5 ? $" and {naming.Count - 5} more" : string.Empty);
}

/// <summary>A service account as it was found.</summary>
internal sealed record KubernetesAccountRef(string Space, string Name, string Uid, JsonElement Annotations)
{
    public string Path => $"api/v1/namespaces/{TargetHints.Part(Space)}/serviceaccounts/{TargetHints.Part(Name)}";

    public static KubernetesAccountRef Of(JsonElement account)
    {
        var metadata = account.Inner("metadata");
        return new KubernetesAccountRef(metadata.Text("namespace")!, metadata.Text("name")!, metadata.Text("uid")!, metadata.Inner("annotations"));
    }
}
