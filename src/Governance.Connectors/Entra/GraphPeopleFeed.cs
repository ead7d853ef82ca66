using System.Globalization;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Entra;

/// <summary>The people of one Entra tenant, with manager and department, by Microsoft Graph. See docs/connectors/entra-people.md.</summary>
public sealed class GraphPeopleFeed(TimeProvider clock) : IInventoryFeed
{
    private const string Fields = "id,displayName,mail,userPrincipalName,jobTitle,department,accountEnabled,userType";

    public string Kind => "entra-people";

    public string Title => "People from Microsoft Entra (Graph)";

    public string Summary => "The members of one tenant: name, mail, title, department, manager, and whether the account is enabled. Who is disabled there has left here.";

    public SourceSystem System => SourceSystem.Entra;

    public string Format => "entra-users";

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("tenant", "Tenant", "The directory (tenant) id, or a verified domain of it."),
        new("clientId", "Application (client) id", "Of an app registration made for this console only."),
        new("clientSecret", "Client secret", "Its value, or where it is: env:NAME or file:/path.", FeedSettingForm.Secret),
        new("filter", "Filter", "OData filter that leaves accounts out which are no people, such as userType eq 'Member' and accountEnabled eq true or employeeId ne null. Empty reads all.", Required: false),
        new("leaveDates", "Leave dates", "On reads the day that people leave too; it needs User-LifeCycleInfo.Read.All.", FeedSettingForm.Switch, Required: false, Default: "false"),
        new("graph", "Graph address", "For another cloud: https://graph.microsoft.us, https://microsoftgraph.chinacloudapi.cn.", Required: false, Default: "https://graph.microsoft.com"),
        new("authority", "Sign-in address", "For another cloud: https://login.microsoftonline.us, https://login.partner.microsoftonline.cn.", Required: false, Default: "https://login.microsoftonline.com"),
        new("allowPrivate", "Private addresses", "Needed only behind a gateway of your own.", FeedSettingForm.Switch, Required: false, Default: "false"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Make the app registration and its service principal", "az ad app create --display-name governance-people --sign-in-audience AzureADMyOrg\naz ad sp create --id <appId of the answer>"),
        new("Give it one application permission of Microsoft Graph, which only reads: User.Read.All", "az ad app permission add --id <appId> --api 00000003-0000-0000-c000-000000000000 --api-permissions df021288-bdef-4463-88db-98f22de89214=Role\naz ad app permission admin-consent --id <appId>"),
        new("Make a secret that ends, and put it above", "az ad app credential reset --id <appId> --append --years 1 --query password -o tsv"),
    ];

    public Refusal? Check(FeedSettings settings) => GraphFeed.Open(settings, clock, null) is { IsRefused: true } refused ? refused.Refusal : null;

    public async Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
    {
        using var session = GraphFeed.Open(settings, clock, FeedProgress.None).OrThrow();
        try
        {
            var page = await session.Http.GetAsync(Path(settings, 5), ct);
            var first = page.Items("value").FirstOrDefault();
            var manager = page.Items("value").Any(u => u.TryGetProperty("manager", out _));
            return first.ValueKind == JsonValueKind.Object
                ? $"Signed in. It can read people; the first is {first.GetProperty("displayName").GetString()}.{(manager ? string.Empty : " None of the first five has a manager.")}"
                : new Refusal("feed.rights", "Signed in, but no user matches the filter.", "filter");
        }
        catch (FeedHttpException fault) when (fault.Status is 401 or 403)
        {
            return new Refusal("feed.rights", $"Signed in, but it may not read people: give the application User.Read.All{(settings.Is("leaveDates") ? " and User-LifeCycleInfo.Read.All" : string.Empty)} with admin consent.");
        }
    }

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        using var session = GraphFeed.Open(settings, clock, progress).OrThrow();
        await session.Http.EachPageAsync(progress, Path(settings, 999), "people", page => page.Text("@odata.nextLink"), async (page, number) =>
        {
            if (!page.Json.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.Array)
                throw new FeedException($"{FeedHttp.Name(page.Address)} answered page {number.ToString(CultureInfo.InvariantCulture)} of the people without its list. Nothing was kept.", retryable: true);
            await to.AddAsync("users", "json", page.Body, page.Count("value"), ct);
        }, ct);
        return to.Records == 0 ? throw new FeedException("The tenant names nobody any more. As a full import that would call everybody missing, so nothing was handed over. Look at the filter and the application's permission.", retryable: false)
            : new FeedFetch(true, []);
    }

    private static string Path(FeedSettings settings, int top) =>
        $"v1.0/users?$select={Fields}{(settings.Is("leaveDates") ? ",employeeLeaveDateTime" : string.Empty)}&$expand=manager($select=id)&$top={top.ToString(CultureInfo.InvariantCulture)}"
        + (settings["filter"] is { } filter ? "&$filter=" + Uri.EscapeDataString(filter) : string.Empty);
}
