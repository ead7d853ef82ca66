using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.OAuth;

/// <summary>Tokens of any authorisation server with RFC 7009 and RFC 7662. See docs/connectors/oauth.md.</summary>
public sealed class OAuthKind(TimeProvider clock) : IConnectorKind
{
    public string Kind => "oauth";

    public string Title => "OAuth tokens";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("revocation", "Revocation endpoint", "revocation_endpoint of the server's metadata (RFC 7009)."),
        new("introspection", "Introspection endpoint", "introspection_endpoint (RFC 7662), on the same host. Without it nothing can be observed, only acknowledged.", Required: false),
        new("clientId", "Client id", "Of the client that the tokens were issued to, or one that the server lets revoke and introspect them."),
        new("tokens", "Folder of the tokens", "On the console's machine: one file a token, its name the identity's external id. Read when it is needed, never kept."),
        CommonSettings.Authority,
        CommonSettings.AllowPrivate(false),
    ];

    public string? SecretTitle => "Client secret";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "`POST` to the revocation endpoint with the token") { Kinds = [IdentityKind.OAuthGrant, IdentityKind.ApiToken] },
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var revocation = settings.Endpoint(this, "revocation");
        if (revocation.IsRefused)
            return revocation.Refusal;
        Uri? introspection = null;
        if (settings.Get(this, "introspection") is { } text)
        {
            var other = settings.Endpoint(this, "introspection");
            if (other.IsRefused)
                return other.Refusal;
            introspection = new Uri(text);
            if (introspection.Authority != revocation.Value.Base.Authority || introspection.Scheme != revocation.Value.Base.Scheme)
                return new Refusal("connector.setting", "Both endpoints have to be on the same host: the client's secret goes to one server only.", "introspection");
        }

        if (settings.Get(this, "clientId") is not { } client)
            return new Refusal("connector.setting", "The client id is missing.", "clientId");
        if (settings.Get(this, "tokens") is not { } folder || !Path.IsPathFullyQualified(folder))
            return new Refusal("connector.setting", "The folder of the tokens is a whole path, such as /run/secrets/tokens.", "tokens");
        if (this.Missing(secret) is { } missing)
            return missing;
        // RFC 6749, 2.3.1: both are form-encoded before they go into the header.
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(client)}:{Uri.EscapeDataString(secret!)}"));
        var host = revocation.Value with { Base = new Uri(revocation.Value.Base.GetLeftPart(UriPartial.Authority) + "/") };
        return Outcome<IConnector>.From(new OAuthConnector(new ConnectorHttp(host, new FixedToken("Basic", basic), clock), new Uri(settings.Get(this, "revocation")!), introspection, folder));
    }
}

/// <summary>Reads the token at the moment of use; neither it nor anything derived from it alone is shown or kept.</summary>
internal sealed class OAuthConnector(ConnectorHttp http, Uri revocation, Uri? introspection, string folder) : HttpConnector(http)
{
    private const int MostBytes = 64 * 1024;
    private static readonly System.Buffers.SearchValues<char> Names = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public override async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
    {
        if (introspection is null)
            return new Observation(TargetState.Unobservable, "there is no introspection endpoint: the server acknowledges, and no more can be seen");
        var answer = (await Http.SendAsync(Form(introspection, await TokenAsync(target, ct)) with { OnlyAsks = true }, ct)).Json;
        return answer.Flag("active") switch
        {
            true => Active(answer),
            // RFC 7662, 2.2: inactive is also the answer for a token that this client may not ask about.
            false => new Observation(TargetState.Gone, "active = false"),
            null => throw new ConnectorException($"{Http.Host} answered the introspection without 'active'.", retryable: true),
        };
    }

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct) =>
        command.Verb == RevocationVerb.Delete ? [Form(revocation, await TokenAsync(command.Target, ct))] : throw CannotDo(command);

    /// <summary>Asks about a token that nobody has: the answer shows whether the client may ask.</summary>
    public override async Task<Outcome<string>> TestAsync(CancellationToken ct)
    {
        if (!Directory.Exists(folder))
            return new Refusal("connector.rights", $"The folder {folder} is not there, or this process may not see it.");
        var probe = "no-token-" + Guid.CreateVersion7().ToString("N");
        if (introspection is null)
        {
            // RFC 7009, 2.2: an invalid token is answered with 200 once the client is known.
            await Http.SendAsync(Form(revocation, probe) with { OnlyAsks = true }, ct);
            return $"{Http.Host} takes the client's revocations. What became of a token can't be seen: there is no introspection endpoint.";
        }

        var answer = await Http.SendAsync(Form(introspection, probe) with { OnlyAsks = true }, ct);
        return answer.Json.Flag("active") == false ? $"{Http.Host} lets the client introspect tokens."
            : new Refusal("connector.rights", $"{Http.Host} did not say of a token that nobody has that it is inactive. Look at the introspection endpoint.");
    }

    private static Observation Active(JsonElement answer)
    {
        var id = answer.Text("jti") ?? $"{answer.Text("client_id")} {answer.Text("sub")} {answer.Text("iat")}";
        return new Observation(TargetState.Enabled, $"active, of client {answer.Text("client_id") ?? "not said"}, ends {answer.Text("exp") ?? "not said"}", JsonSerializer.Serialize(new { id })) { ImmutableId = id };
    }

    private static ConnectorCall Form(Uri endpoint, string token) => ConnectorCall.Post(endpoint.PathAndQuery.TrimStart('/'), "token=" + Uri.EscapeDataString(token)) with { ContentType = "application/x-www-form-urlencoded", Shown = "token=[from its file]" };

    private async Task<string> TokenAsync(ConnectorTarget target, CancellationToken ct)
    {
        if (target.ExternalId.AsSpan().IndexOfAnyExcept(Names) >= 0 || target.ExternalId.StartsWith('.'))
            throw Refuse("The external id is no file's name: letters, digits, points, dashes and underscores.");
        var file = new FileInfo(Path.Combine(folder, target.ExternalId));
        try
        {
            if (!file.Exists || file.Length is 0 or > MostBytes)
                throw Refuse($"There is no token in {file.FullName}: it can be neither looked at nor revoked from here.");
            return (await File.ReadAllTextAsync(file.FullName, ct)).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Refuse($"The token in {file.FullName} can't be read by this process.");
        }
    }
}
