using System.Net.Http.Headers;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Kubernetes;

/// <summary>Service accounts of one cluster with roles, bindings and their long-lived tokens. See docs/connectors/kubernetes.md.</summary>
public sealed class KubernetesFeed(TimeProvider clock) : IInventoryFeed
{
    public string Kind => "kubernetes";

    public string Title => "Kubernetes cluster";

    public string Summary => "Service accounts, roles and bindings of the cluster and its namespaces, and which long-lived token secrets there are. The tokens themselves are never asked for.";

    public SourceSystem System => SourceSystem.Kubernetes;

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("server", "API server", "https://HOST:6443, as kubectl cluster-info shows it. Not needed with a kubeconfig.", Required: false),
        new("token", "Token", "Of the service account made below, or where it is: file:/path. Read at each run, so a token that is renewed in a file works.", FeedSettingForm.Secret, Required: false),
        new("authority", "CA certificate", "PEM of the cluster's authority. Not needed with a kubeconfig.", FeedSettingForm.Lines, Required: false),
        new("kubeconfig", "Kubeconfig", "Instead of the three above: with a token or a client certificate in it, or where it is: file:/path.", FeedSettingForm.SecretLines, Required: false),
        new("tokens", "Token secrets", "On reads which secrets of the type service-account-token there are: names and dates, not what is in them. RBAC can't tell the two apart, so leave it off if the account shall not read secrets.", FeedSettingForm.Switch, Required: false, Default: "false"),
        new("allowPrivate", "Private addresses", "On, since API servers are rarely public. Off refuses private networks.", FeedSettingForm.Switch, Required: false, Default: "true"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Make a service account that may list these and nothing else",
            """
            kubectl create namespace governance
            kubectl -n governance create serviceaccount inventory
            kubectl create clusterrole governance-inventory --verb=list --resource=serviceaccounts,roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io,clusterroles.rbac.authorization.k8s.io,clusterrolebindings.rbac.authorization.k8s.io
            kubectl create clusterrolebinding governance-inventory --clusterrole=governance-inventory --serviceaccount=governance:inventory
            """),
        new("A token of a year, and the cluster's address and authority", "kubectl -n governance create token inventory --duration=8760h\nkubectl config view --minify --raw -o jsonpath='{.clusters[0].cluster.server}'\nkubectl config view --minify --raw -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d"),
    ];

    public Refusal? Check(FeedSettings settings)
    {
        // Secrets are not at hand when settings are only looked at: with neither server nor kubeconfig the run says so.
        if (settings["server"] is null && settings.Secret("kubeconfig") is null)
            return null;
        return Access(settings).Refusal;
    }

    public async Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
    {
        using var http = Open(settings, FeedProgress.None);
        return await new KubernetesFetch(http, null, FeedProgress.None, settings.Is("tokens")).TestAsync(ct);
    }

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        using var http = Open(settings, progress);
        return await new KubernetesFetch(http, to, progress, settings.Is("tokens")).RunAsync(ct);
    }

    private FeedHttp Open(FeedSettings settings, FeedProgress progress)
    {
        if (settings["server"] is null && settings.Secret("kubeconfig") is null)
            throw new FeedException("There is neither an API server nor a kubeconfig. Enter one of them.", retryable: false);
        var access = Access(settings);
        if (access.IsRefused)
            throw new FeedException(access.Refusal.Message, retryable: false);
        var (endpoint, token) = access.Value;
        var header = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return new FeedHttp(endpoint, clock, progress, (anew, _) => Task.FromResult(anew ? null : header));
    }

    private static Outcome<(FeedEndpoint Endpoint, string? Token)> Access(FeedSettings settings)
    {
        var (server, authority, token) = (settings["server"], settings["authority"], settings.Secret("token"));
        Kubeconfig? config = null;
        if (settings.Secret("kubeconfig") is { } text)
        {
            var parsed = Kubeconfig.Parse(text);
            if (parsed.IsRefused)
                return parsed.Refusal;
            config = parsed.Value;
            (server, authority, token) = (server ?? config.Server, authority ?? config.Authority, token ?? config.Token);
        }

        var endpoint = FeedEndpoint.Of(server, settings.Is("allowPrivate"), authority, "server");
        return endpoint.IsRefused ? endpoint.Refusal : (endpoint.Value with { ClientCertificate = config?.Certificate }, token);
    }
}
