using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.Scim;

/// <summary>Users and agents of a service that speaks SCIM 2.0 (RFC 7644). See docs/connectors/scim.md.</summary>
public sealed class ScimFeed(TimeProvider clock) : IInventoryFeed
{
    private const int PageSize = 200;
    private static readonly SearchValues<char> Names = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    public string Kind => "scim";

    public string Title => "SCIM 2.0 service";

    public string Summary => "The accounts of any service with a SCIM interface: its users that no person is behind, and its agents.";

    public string Format => "scim";

    public SourceSystem System => SourceSystem.Saas;

    public IReadOnlyList<FeedSetting> Settings { get; } =
    [
        new("base", "Base address", "Ends with the version, as the service documents it: https://HOST/scim/v2."),
        new("token", "Token", "A bearer token that may read, or where it is: env:NAME or file:/path.", FeedSettingForm.Secret),
        new("resources", "Resource types", "Names in the address, with commas between. One that the service does not have is left out.", Required: false, Default: "Users,Agents"),
        new("filter", "Filter of users", "SCIM filter that leaves people out, such as userType eq \"Service\". Empty reads all.", Required: false),
        new("authority", "CA certificate", "PEM of the authority, when the server's certificate is from one of your own.", FeedSettingForm.Lines, Required: false),
        new("allowPrivate", "Private addresses", "On for a service in a private network.", FeedSettingForm.Switch, Required: false, Default: "false"),
    ];

    public IReadOnlyList<FeedInstruction> Instructions { get; } =
    [
        new("Make a token of its own for this console, with the right to read users and none to write. See with it what the service has", "curl -H \"Authorization: Bearer $TOKEN\" https://HOST/scim/v2/ResourceTypes"),
    ];

    public Refusal? Check(FeedSettings settings) =>
        Types(settings) is [] || Types(settings).Any(t => t.AsSpan().IndexOfAnyExcept(Names) >= 0)
            ? new Refusal("feed.setting", "Resource types are names with commas between, such as Users,Agents.", "resources")
            : FeedEndpoint.Of(settings["base"], settings.Is("allowPrivate"), settings["authority"], "base").Refusal;

    public async Task<Outcome<string>> TestAsync(FeedSettings settings, CancellationToken ct)
    {
        using var http = Open(settings, FeedProgress.None);
        var (seen, missing) = (new List<string>(), new List<string>());
        foreach (var type in Types(settings))
        {
            try
            {
                var page = await http.GetAsync($"{type}?startIndex=1&count=1{Filter(settings, type)}", ct);
                seen.Add($"{(Number(page, "totalResults") ?? page.Count("Resources")).ToString(CultureInfo.InvariantCulture)} {type}");
            }
            catch (FeedHttpException fault) when (fault.Status is 403 or 404 or 501)
            {
                missing.Add(fault.Status == 403 ? $"{type} (the token may not read them)" : $"{type} (the service does not have them)");
            }
        }

        return seen.Count > 0 ? $"Signed in. It sees {string.Join(", ", seen)}{(missing.Count > 0 ? $", but not {string.Join(", ", missing)}" : string.Empty)}."
            : new Refusal("feed.rights", $"Signed in, but it sees none of {string.Join(", ", missing)}. Look at the base address and the token's rights.");
    }

    public async Task<FeedFetch> FetchAsync(FeedSettings settings, FeedWriter to, string? cursor, FeedProgress progress, CancellationToken ct)
    {
        using var http = Open(settings, progress);
        var notes = new List<string>();
        var (complete, lists) = (true, 0);
        foreach (var type in Types(settings))
        {
            try
            {
                lists++;
                if (await ListAsync(http, type, Filter(settings, type), to, progress, ct) is { } lost)
                {
                    complete = false;
                    notes.Add(lost);
                }
            }
            catch (FeedHttpException fault) when (fault.Status is 404 or 501)
            {
                lists--;
                notes.Add($"The service has no {type}.");
            }
            catch (FeedHttpException fault) when (fault.Status == 403)
            {
                (complete, lists) = (false, lists - 1);
                notes.Add($"{type} could not be read: give the token the right to read them. Until then nothing is called missing.");
            }
        }

        return lists == 0 ? throw new FeedException($"Nothing could be read. {string.Join(" ", notes)} Look at the base address and the resource types.", retryable: false) : new FeedFetch(complete, notes);
    }

    /// <summary>Reads by index until the total is reached; null when every resource was on a page.</summary>
    internal static async Task<string?> ListAsync(FeedHttp http, string type, string filter, FeedWriter to, FeedProgress progress, CancellationToken ct)
    {
        var guard = new PageGuard(type);
        var (start, read) = (1L, 0L);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{type}?startIndex={start}&count={PageSize}{filter}");
            guard.Enter(path);
            await progress.ReportAsync($"Reading {type} from {start.ToString(CultureInfo.InvariantCulture)}", ct);
            var page = await http.GetAsync(path, ct, "application/scim+json, application/json");
            if (Number(page, "totalResults") is not { } total)
                throw new FeedException($"{FeedHttp.Name(page.Address)} answered without totalResults, so it is not known when the list ends. Nothing was kept.", retryable: false);
            var count = page.Count("Resources");
            // A service that leaves the index aside gives its first page again and again.
            var fresh = page.Items("Resources").Count(r => r.ValueKind == JsonValueKind.Object && r.TryGetProperty("id", out var id) && seen.Add(id.ToString()));
            if (count > 0 && fresh == 0)
                throw new FeedException($"{FeedHttp.Name(page.Address)} gives the same page for every startIndex. Nothing was kept. The service has to follow RFC 7644, section 3.4.2.4.", retryable: false);
            await to.AddAsync(type, "json", page.Body, count, ct);
            (start, read) = (start + count, read + fresh);
            if (count == 0 || read >= total)
                return read == total ? null : string.Create(CultureInfo.InvariantCulture, $"The service counts {total} {type}, and {read} were on its pages. Nothing is called missing this time.");
        }
    }

    private static string[] Types(FeedSettings settings) => settings["resources"]!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Filter(FeedSettings settings, string type) => type == "Users" && settings["filter"] is { } filter ? "&filter=" + Uri.EscapeDataString(filter) : string.Empty;

    internal static long? Number(FeedAnswer page, string name) => page.Json.ValueKind == JsonValueKind.Object && page.Json.TryGetProperty(name, out var n) && n.ValueKind == JsonValueKind.Number && n.TryGetInt64(out var value) ? value : null;

    private FeedHttp Open(FeedSettings settings, FeedProgress progress) => Open(settings, clock, progress);

    internal static FeedHttp Open(FeedSettings settings, TimeProvider clock, FeedProgress progress)
    {
        var token = settings.Secret("token") is { } secret ? new AuthenticationHeaderValue("Bearer", secret) : null;
        return new FeedHttp(FeedEndpoint.Of(settings["base"], settings.Is("allowPrivate"), settings["authority"], "base").OrThrow(), clock, progress, (anew, _) => Task.FromResult(anew ? null : token));
    }
}
