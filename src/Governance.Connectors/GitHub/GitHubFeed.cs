using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.GitHub;

/// <summary>App installations, fine-grained and authorised classic tokens, deploy keys and Actions secret names of one GitHub organisation. See docs/connectors/github.md.</summary>
public sealed class GitHubFeed(TimeProvider clock) : IInventoryFeed
{
    private static readonly SearchValues<char> Names = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    public string Kind => "github";

    public string Title => "GitHub organisation";

    public string Summary => "App installations, fine-grained personal access tokens, credentials authorised for SAML, deploy keys, and the names of Actions secrets.";

    public SourceSystem System => SourceSystem.GitHub;

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("organisation", "Organisation", "Its name in addresses: github.com/NAME."),
        new("appId", "App id", "Of a GitHub App made for this console and installed in the organisation. Only an app may list fine-grained tokens.", Required: false),
        new("installationId", "Installation id", "The number at the end of the installation's address.", Required: false),
        new("privateKey", "Private key of the app", "The PEM that GitHub made, or where it is: file:/path.", FeedSettingForm.SecretLines, Required: false),
        new("token", "Token", "Instead of an app: a fine-grained token of the organisation. It sees less.", FeedSettingForm.Secret, Required: false),
        new("api", "API address", "For GitHub Enterprise Server: https://HOST/api/v3.", Required: false, Default: "https://api.github.com"),
        new("authority", "CA certificate", "PEM of the authority, when the server's certificate is from one of your own.", FeedSettingForm.Lines, Required: false),
        new("allowPrivate", "Private addresses", "On for a GitHub Enterprise Server in a private network.", FeedSettingForm.Switch, Required: false, Default: "false"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Make a GitHub App in the organisation (Settings, Developer settings, GitHub Apps), with no webhook and these permissions, all read-only",
            "Organization permissions:\n  Administration: Read-only\n  Personal access tokens: Read-only\nRepository permissions:\n  Administration: Read-only\n  Secrets: Read-only\n  Metadata: Read-only"),
        new("Install it on all repositories, make a private key, and put app id, installation id and key above. The installation's id is in", "https://github.com/organizations/YOUR-ORG/settings/installations"),
    ];

    public Refusal? Check(FeedSettings settings)
    {
        if (settings["organisation"] is not { Length: <= 100 } name || name.AsSpan().IndexOfAnyExcept(Names) >= 0)
            return new Refusal("feed.setting", "The organisation is its name in addresses: letters, digits and dashes.", "organisation");
        if (settings["appId"] is null != settings["installationId"] is null)
            return new Refusal("feed.setting", "An app needs both its id and that of its installation.", "installationId");
        if (settings["appId"] is { } app && (!IsNumber(app) || !IsNumber(settings["installationId"]!)))
            return new Refusal("feed.setting", "App id and installation id are numbers.", "appId");
        return FeedEndpoint.Of(settings["api"], settings.Is("allowPrivate"), settings["authority"], "api").Refusal;
    }

    public async Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
    {
        using var session = Open(settings, FeedProgress.None);
        return await new GitHubFetch(session.Http, settings["organisation"]!, null, FeedProgress.None).TestAsync(ct);
    }

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        using var session = Open(settings, progress);
        return await new GitHubFetch(session.Http, settings["organisation"]!, to, progress).RunAsync(ct);
    }

    private static bool IsNumber(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private GitHubSession Open(FeedSettings settings, FeedProgress progress)
    {
        var endpoint = FeedEndpoint.Of(settings["api"], settings.Is("allowPrivate"), settings["authority"], "api").OrThrow() with
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Accept"] = "application/vnd.github+json", ["X-GitHub-Api-Version"] = "2022-11-28" },
        };
        if (settings["appId"] is { } app)
        {
            return settings.Secret("privateKey") is { } key
                ? new GitHubSession(endpoint, new GitHubApp(app, settings["installationId"]!, key, clock), clock, progress)
                : throw new FeedException("The app's private key is missing. Enter it, or give a token instead of an app.", retryable: false);
        }

        return settings.Secret("token") is { } token
            ? new GitHubSession(endpoint, new AuthenticationHeaderValue("Bearer", token), clock, progress)
            : throw new FeedException("There is neither an app nor a token. Enter one of them.", retryable: false);
    }
}

/// <summary>GitHub, signed in to by a token or as an app.</summary>
internal sealed class GitHubSession : IDisposable
{
    private readonly FeedHttp? signIn;

    public GitHubSession(FeedEndpoint endpoint, AuthenticationHeaderValue token, TimeProvider clock, FeedProgress progress) =>
        // A token that is refused can't be renewed from here.
        Http = new FeedHttp(endpoint, clock, progress, (anew, _) => Task.FromResult(anew ? null : token));

    public GitHubSession(FeedEndpoint endpoint, GitHubApp app, TimeProvider clock, FeedProgress progress)
    {
        signIn = new FeedHttp(endpoint, clock, progress, (_, _) => Task.FromResult<AuthenticationHeaderValue?>(app.Proof()));
        Http = new FeedHttp(endpoint, clock, progress, (anew, ct) => app.TokenAsync(signIn, anew, ct));
    }

    public FeedHttp Http { get; }

    public void Dispose()
    {
        Http.Dispose();
        signIn?.Dispose();
    }
}
