using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Entra;

/// <summary>Service principals, applications, grants and agent identities of one Entra tenant, by Microsoft Graph. See docs/connectors/entra-graph.md.</summary>
public sealed class GraphFeed(TimeProvider clock) : IInventoryFeed
{
    public string Kind => "entra-graph";

    public string Title => "Microsoft Entra (Graph)";

    public string Summary => "Service principals, applications with their federated credentials, agent identities with their sponsors, delegated grants, application and directory roles, and last use, of one tenant.";

    public SourceSystem System => SourceSystem.Entra;

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("tenant", "Tenant", "The directory (tenant) id, or a verified domain of it."),
        new("clientId", "Application (client) id", "Of an app registration made for this console only."),
        new("clientSecret", "Client secret", "Its value, or where it is: env:NAME or file:/path.", FeedSettingForm.Secret),
        new("graph", "Graph address", "For another cloud: https://graph.microsoft.us, https://microsoftgraph.chinacloudapi.cn.", Required: false, Default: "https://graph.microsoft.com"),
        new("authority", "Sign-in address", "For another cloud: https://login.microsoftonline.us, https://login.partner.microsoftonline.cn.", Required: false, Default: "https://login.microsoftonline.com"),
        new("fullEvery", "Everything is read each … runs", "Between them only what changed is asked for. 1 reads everything each time. Only such a run can call something missing.", Required: false, Default: "6"),
        new("directoryRoles", "Directory roles", "Which principals hold roles in the directory; needs RoleManagement.Read.Directory.", FeedSettingForm.Switch, Required: false, Default: "true"),
        new("signIns", "Last use", "When principals and their credentials were last used; needs AuditLog.Read.All and Microsoft Entra ID P1. Renewed by runs that read everything.", FeedSettingForm.Switch, Required: false, Default: "true"),
        new("allowPrivate", "Private addresses", "Needed only behind a gateway of your own.", FeedSettingForm.Switch, Required: false, Default: "false"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Make the app registration and its service principal", "az ad app create --display-name governance-inventory --sign-in-audience AzureADMyOrg\naz ad sp create --id <appId of the answer>"),
        new("Give it these application permissions of Microsoft Graph, which only read: Application.Read.All and DelegatedPermissionGrant.Read.All",
            "az ad app permission add --id <appId> --api 00000003-0000-0000-c000-000000000000 --api-permissions 9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30=Role 81b4724a-58aa-41c1-8a55-84ef97466587=Role"),
        new("For directory roles also RoleManagement.Read.Directory, and for last use AuditLog.Read.All; leave out what is switched off above. Then consent to all of them",
            "az ad app permission add --id <appId> --api 00000003-0000-0000-c000-000000000000 --api-permissions 483bed4a-2ad3-4361-a73b-c83ccdbdc53c=Role b0afded3-3588-46d8-8b3d-9842eff778da=Role\naz ad app permission admin-consent --id <appId>"),
        new("Make a secret that ends, and put it above", "az ad app credential reset --id <appId> --append --years 1 --query password -o tsv"),
    ];

    public Refusal? Check(FeedSettings settings) => Open(settings, null) is { IsRefused: true } refused ? refused.Refusal : null;

    public async Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
    {
        using var session = Open(settings, FeedProgress.None).OrThrow();
        return await GraphTest.RunAsync(session, Parts(settings), ct);
    }

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        using var session = Open(settings, progress).OrThrow();
        return await new GraphFetch(session.Http, to, progress, int.Parse(settings["fullEvery"]!, CultureInfo.InvariantCulture), Parts(settings)).RunAsync(GraphCursor.Parse(cursor), ct);
    }

    private static GraphParts Parts(FeedSettings settings) => new(settings.Is("directoryRoles"), settings.Is("signIns"));

    private Outcome<GraphSession> Open(FeedSettings settings, FeedProgress? progress)
    {
        if (!int.TryParse(settings["fullEvery"], CultureInfo.InvariantCulture, out var every) || every is < 1 or > 100)
            return new Refusal("feed.setting", "Everything is read each 1 to 100 runs.", "fullEvery");
        return Open(settings, clock, progress);
    }

    /// <summary>Signs in to Graph with the settings that its sources share; without progress it only looks at them.</summary>
    internal static Outcome<GraphSession> Open(FeedSettings settings, TimeProvider clock, FeedProgress? progress)
    {
        var allowPrivate = settings.Is("allowPrivate");
        var graph = FeedEndpoint.Of(settings["graph"], allowPrivate, null, "graph");
        var authority = FeedEndpoint.Of(settings["authority"], allowPrivate, null, "authority");
        if (graph.IsRefused || authority.IsRefused)
            return graph.Refusal ?? authority.Refusal!;
        if (settings["tenant"] is not { } tenant || tenant.AsSpan().IndexOfAnyExcept(Names) >= 0)
            return new Refusal("feed.setting", "The tenant is an id such as 2f4a9838-26b7-47ee-be60-ccc1fdec5953, or a domain such as contoso.com.", "tenant");
        if (!Guid.TryParse(settings["clientId"], out _))
            return new Refusal("feed.setting", "The application (client) id is a GUID: copy it from the app registration's overview.", "clientId");
        return progress is null ? Outcome<GraphSession>.From(null!) : new GraphSession(graph.Value, authority.Value, settings, clock, progress);
    }

    private static readonly SearchValues<char> Names = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");
}

/// <summary>Graph, signed in to.</summary>
internal sealed class GraphSession : IDisposable
{
    private readonly ClientCredentials token;

    public GraphSession(FeedEndpoint graph, FeedEndpoint authority, FeedSettings settings, TimeProvider clock, FeedProgress progress)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = settings["clientId"]!,
            ["client_secret"] = settings.Secret("clientSecret") ?? string.Empty,
            ["scope"] = graph.Base.AbsoluteUri + ".default",
        };
        token = new ClientCredentials(new FeedHttp(authority, clock, progress, (_, _) => Task.FromResult<AuthenticationHeaderValue?>(null)), $"{settings["tenant"]}/oauth2/v2.0/token", () => form, clock);
        Http = new FeedHttp(graph, clock, progress, GetTokenAsync);
    }

    public FeedHttp Http { get; }

    public void Dispose()
    {
        Http.Dispose();
        token.Dispose();
    }

    private async Task<AuthenticationHeaderValue?> GetTokenAsync(bool anew, CancellationToken ct)
    {
        try
        {
            return await token.GetAsync(anew, ct);
        }
        catch (FeedHttpException fault) when (fault.Status is 400 or 401)
        {
            throw new FeedException(Advice(fault.Message) is { } advice ? $"Entra does not let the application in. {advice} ({fault.Message})" : $"Entra does not let the application in. {fault.Message}", retryable: false, fault);
        }
    }

    // The codes are Microsoft's: learn.microsoft.com/entra/identity-platform/reference-error-codes.
    private static string? Advice(string message) =>
        message.Contains("AADSTS7000215", StringComparison.Ordinal) ? "The client secret is wrong: give the secret's value, not its id."
        : message.Contains("AADSTS7000222", StringComparison.Ordinal) ? "The client secret has expired: make a new one and enter it here."
        : message.Contains("AADSTS700016", StringComparison.Ordinal) ? "There is no such application in this tenant: compare both ids with the app registration's overview."
        : message.Contains("AADSTS90002", StringComparison.Ordinal) ? "There is no such tenant: compare the tenant id."
        : message.Contains("AADSTS53003", StringComparison.Ordinal) ? "A Conditional Access policy for workload identities blocks it: allow this machine's address." : null;
}
