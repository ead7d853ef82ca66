using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Governance.Accounts;
using Governance.Common;
using Governance.Persistence;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;

namespace Governance.Web.Tests.Security;

/// <summary>
/// Every endpoint of the host is asked by every role and compared with the committed table <c>routes.txt</c>: what isn't listed, and what
/// answers otherwise than listed, fails. A cell is what the gate said: <c>in</c> (let through, whatever came then), <c>sign-in</c> (sent to
/// sign in), <c>denied</c>.
/// </summary>
public sealed partial class RouteTests
{
    private static readonly string[] Columns = ["anonymous", "owner", Roles.Auditor, Roles.CampaignManager, Roles.SecurityEngineer, Roles.Administrator, "disabled"];

    [Fact]
    public async Task Every_route_answers_every_role_as_the_committed_table_says()
    {
        await using var console = new ConsoleUnderTest();
        var browsers = await BrowsersAsync(console);
        var routes = Routes(console).ToList();
        var actual = new List<string>();
        foreach (var (method, pattern) in routes)
        {
            var cells = new List<string>();
            foreach (var browser in browsers)
                cells.Add(await AskAsync(browser, method, Address(pattern)));
            actual.Add(Line(method, pattern, cells));
        }

        var committed = (await File.ReadAllLinesAsync(Path.Combine(DataDirectory.HomeDirectory(), "tests/Governance.Web.Tests/Security/routes.txt")))
            .Where(l => l.Length > 0 && l[0] != '#').Select(l => Blanks().Replace(l.Trim(), " ")).ToList();
        routes.Count.ShouldBeGreaterThan(20);
        var unlisted = actual.Except(committed, StringComparer.Ordinal).ToList();
        var gone = committed.Except(actual, StringComparer.Ordinal).ToList();
        (unlisted.Count + gone.Count).ShouldBe(0, new StringBuilder()
            .AppendLine("routes.txt and the host disagree. Think about who may use the route, then change page or table.")
            .AppendLine("The host has:").AppendJoin('\n', unlisted).AppendLine()
            .AppendLine("The table has:").AppendJoin('\n', gone).ToString());
    }

    [Fact]
    public async Task Only_static_files_and_a_short_list_may_be_had_without_signing_in()
    {
        await using var console = new ConsoleUnderTest();
        var open = Endpoints(console).Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null && e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/')).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        open.ShouldBe(["/.well-known/governance-keys.json", "/.well-known/ssf-configuration", "/access-denied", "/calendar/{secret}", "/error", "/healthz", "/not-found", "/readyz", "/setup", "/setup/administrator", "/sign-in", "/sign-in/code", "/sign-in/enrol", "/sign-in/password", "/sign-in/refused", "/sign-in/second-step", "/sign-in/with/{provider}", "/sign-out/back-channel/{provider}",
            "/ssf/jwks.json", "/ssf/poll/{stream}", "/ssf/status", "/ssf/streams", "/ssf/subjects:add", "/ssf/subjects:remove", "/ssf/token", "/ssf/verify"]);
    }

    [Fact]
    public async Task The_job_dashboard_answers_a_remote_request_only_for_administrators()
    {
        // GHSA-7rq6-7gv8-c37h: the dashboard's own rule once let every remote request in.
        await using var console = new ConsoleUnderTest();
        await console.AddAccountAsync("auditor", Roles.Auditor);
        using var anonymous = console.Browser();
        using var auditor = await console.SignedInAsync("auditor");
        foreach (var path in (string[])["/jobs", "/jobs/recurring", "/jobs/stats", "/jobs/jobs/details/1"])
        {
            (await AskAsync(anonymous, "GET", path)).ShouldBe("sign-in", path);
            (await AskAsync(auditor, "GET", path)).ShouldBe("denied", path);
        }
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost", HttpStatusCode.OK)]
    public async Task A_circuit_is_only_opened_from_pages_of_this_host(string origin, HttpStatusCode expected)
    {
        await using var console = new ConsoleUnderTest();
        await console.AddAccountAsync("owner");
        using var browser = await console.SignedInAsync("owner");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", origin);
        using var answer = await browser.SendAsync(request);
        answer.StatusCode.ShouldBe(expected);
    }

    private static async Task<IReadOnlyList<HttpClient>> BrowsersAsync(ConsoleUnderTest console)
    {
        await console.AddAccountAsync("owner");
        foreach (var role in Roles.All)
            await console.AddAccountAsync(role, role);
        var leaver = await console.AddAccountAsync("disabled", Roles.Administrator);
        var browsers = new List<HttpClient> { console.Browser() };
        foreach (var name in Columns.Skip(1))
            browsers.Add(await console.SignedInAsync(name));
        (await console.Get<AccountService>().SetDisabledAsync(leaver, true, Actor.Job("test"), CancellationToken.None)).IsRefused.ShouldBeFalse();
        return browsers;
    }

    private static async Task<string> AskAsync(HttpClient browser, string method, string address)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        using var answer = await browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var to = answer.Headers.Location?.ToString() ?? string.Empty;
        if (answer.StatusCode == HttpStatusCode.Forbidden || to.Contains("/access-denied?", StringComparison.Ordinal))
            return "denied";
        return to.Contains("/sign-in?returnUrl=", StringComparison.Ordinal) || answer.StatusCode == HttpStatusCode.Unauthorized ? "sign-in" : "in";
    }

    private static IEnumerable<RouteEndpoint> Endpoints(ConsoleUnderTest console) => console.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private static IEnumerable<(string Method, string Pattern)> Routes(ConsoleUnderTest console) => Endpoints(console)
        .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
        .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET", "POST"]).Select(m => (Method: m, Pattern: "/" + e.RoutePattern.RawText!.TrimStart('/'))))
        .Where(r => r.Method is not ("HEAD" or "OPTIONS" or "CONNECT"))
        .Distinct().OrderBy(r => r.Pattern, StringComparer.Ordinal).ThenBy(r => r.Method, StringComparer.Ordinal);

    private static string Address(string pattern) => Parameter().Replace(pattern, m => m.Value.Contains(":guid", StringComparison.Ordinal) ? "00000000-0000-7000-8000-000000000001" : m.Value.Contains(":int", StringComparison.Ordinal) ? "1" : "x");

    private static string Line(string method, string pattern, IReadOnlyList<string> cells) => $"{method} {pattern} {string.Join(' ', cells)}";

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
