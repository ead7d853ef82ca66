using System.Globalization;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Scim;

/// <summary>The people of a service that speaks SCIM 2.0. See docs/connectors/scim-people.md.</summary>
public sealed class ScimPeopleFeed(TimeProvider clock) : IInventoryFeed
{
    public string Kind => "scim-people";

    public string Title => "People from a SCIM 2.0 service";

    public string Summary => "The Users of a service with a SCIM interface as people: name, mail, title, and from the enterprise extension department and manager. Who is not active there has left here.";

    public SourceSystem System => SourceSystem.Saas;

    public string Format => "scim-people";

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("base", "Base address", "Ends with the version, as the service documents it: https://HOST/scim/v2."),
        new("token", "Token", "A bearer token that may read, or where it is: env:NAME or file:/path.", FeedSettingForm.Secret),
        new("filter", "Filter", "SCIM filter that leaves machines out, such as userType eq \"Employee\". Empty reads all.", Required: false),
        new("authority", "CA certificate", "PEM of the authority, when the server's certificate is from one of your own.", FeedSettingForm.Lines, Required: false),
        new("allowPrivate", "Private addresses", "On for a service in a private network.", FeedSettingForm.Switch, Required: false, Default: "false"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Make a token of its own for this console, with the right to read users and none to write. See with it what the service tells of a user", "curl -H \"Authorization: Bearer $TOKEN\" \"https://HOST/scim/v2/Users?count=1\""),
    ];

    public Refusal? Check(FeedSettings settings) => FeedEndpoint.Of(settings["base"], settings.Is("allowPrivate"), settings["authority"], "base").Refusal;

    public async Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
    {
        using var http = ScimFeed.Open(settings, clock, FeedProgress.None);
        try
        {
            var page = await http.GetAsync("Users?startIndex=1&count=1" + Filter(settings), ct);
            var total = ScimFeed.Number(page, "totalResults") ?? page.Count("Resources");
            return total > 0 ? string.Create(CultureInfo.InvariantCulture, $"Signed in. It sees {total:N0} users.") : new Refusal("feed.rights", "Signed in, but it sees no user. Look at the filter and the token's rights.", "filter");
        }
        catch (FeedHttpException fault) when (fault.Status is 403 or 404 or 501)
        {
            return new Refusal("feed.rights", fault.Status == 403 ? "Signed in, but the token may not read users." : "The service has no Users there. Look at the base address.");
        }
    }

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        using var http = ScimFeed.Open(settings, clock, progress);
        var lost = await ScimFeed.ListAsync(http, "Users", Filter(settings), to, progress, ct);
        return to.Records == 0 ? throw new FeedException("The service names nobody any more. As a full import that would call everybody missing, so nothing was handed over. Look at the filter and the token's rights.", retryable: false)
            : new FeedFetch(lost is null, lost is null ? [] : [lost]);
    }

    private static string Filter(FeedSettings settings) => settings["filter"] is { } filter ? "&filter=" + Uri.EscapeDataString(filter) : string.Empty;
}
