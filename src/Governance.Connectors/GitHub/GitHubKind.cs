using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.GitHub;

/// <summary>Installations of one GitHub App, and the deploy keys, tokens and secrets of the organisation that it is installed in. See docs/connectors/github-access.md.</summary>
public sealed class GitHubKind(TimeProvider clock) : IConnectorKind
{
    public string Kind => "github-access";

    public string Title => "GitHub";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("organisation", "Organisation", "Its name in addresses: github.com/NAME."),
        new("appId", "App id", "Of a GitHub App of yours: one made for revoking, or the one whose installations are to be suspended."),
        new("installationId", "Installation id", "Of that app in the organisation; the number at the end of the installation's address."),
        new("base", "API address", "For GitHub Enterprise Server: https://HOST/api/v3.", Required: false, Default: "https://api.github.com"),
        CommonSettings.AllowPrivate(false),
    ];

    public string? SecretTitle => "Private key of the app (PEM)";

    public bool SecretHasLines => true;

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`PUT /app/installations/{id}/suspended`; only of the app that the connector signs in as") { Kinds = [IdentityKind.AppInstallation] },
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "`DELETE /app/installations/{id}/suspended`") { Kinds = [IdentityKind.AppInstallation] },
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "`DELETE /app/installations/{id}`, refused unless suspended") { Kinds = [IdentityKind.AppInstallation] },
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible,
            "`DELETE /repos/{repo}/keys/{id}`; `POST /orgs/{org}/personal-access-tokens/{id}` `action=revoke`; `DELETE /orgs/{org}/credential-authorizations/{id}`; `DELETE …/actions/secrets/{name}`") { Kinds = [IdentityKind.ApiToken] },
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var endpoint = settings.Endpoint(this, "base");
        if (endpoint.IsRefused)
            return endpoint.Refusal;
        foreach (var name in (string[])["appId", "installationId"])
        {
            if (!long.TryParse(settings.Get(this, name), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return new Refusal("connector.setting", $"The {(name == "appId" ? "app id" : "installation id")} is a number.", name);
        }

        if (settings.Get(this, "organisation") is not { } organisation)
            return new Refusal("connector.setting", "The organisation is missing.", "organisation");
        if (this.Missing(secret) is { } missing)
            return missing;
        var app = new GitHubApp(settings.Get(this, "appId")!, settings.Get(this, "installationId")!, secret!, clock);
        var reached = endpoint.Value with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Accept"] = "application/vnd.github+json", ["X-GitHub-Api-Version"] = "2022-11-28" } };
        return Outcome<IConnector>.From(new GitHubConnector(new ConnectorHttp(reached, new GitHubCredential(app, new ConnectorHttp(reached, new GitHubProof(app), clock)), clock), organisation));
    }
}

/// <summary>Signs in as the app itself.</summary>
internal sealed class GitHubProof(GitHubApp app) : IRequestAuthoriser
{
    public Task<bool> AuthoriseAsync(HttpRequestMessage request, bool anew, CancellationToken ct)
    {
        request.Headers.Authorization = app.Proof();
        return Task.FromResult(!anew);
    }

    public void Dispose()
    {
    }
}

/// <summary>As the app for its installations, as the installation for everything else.</summary>
internal sealed class GitHubCredential(GitHubApp app, ConnectorHttp asApp) : IRequestAuthoriser
{
    public async Task<bool> AuthoriseAsync(HttpRequestMessage request, bool anew, CancellationToken ct)
    {
        var ofApp = request.RequestUri!.AbsolutePath.Contains("/app/installations/", StringComparison.Ordinal);
        AuthenticationHeaderValue? header = ofApp ? app.Proof() : await app.TokenAsync(asApp, anew, ct);
        request.Headers.Authorization = header;
        return !(ofApp && anew);
    }

    public void Dispose() => asApp.Dispose();
}
