using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Connectors.GitHub;
using Governance.Connectors.Kubernetes;
using Governance.Connectors.Scim;
using Governance.Inventory;
using Governance.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Governance.Tests.Feeds;

/// <summary>GitHub, Kubernetes and SCIM, each against a real server that behaves as theirs do.</summary>
public sealed class HttpFeedTests
{
    private const string Token = "token-canary-31f0";

    [Fact]
    public async Task An_organisation_is_walked_by_its_links_and_waits_for_both_of_githubs_limits()
    {
        await using var desk = await FeedDesk.CreateAsync();
        var limited = 0;
        await using var source = await FakeSource.StartAsync((http, asked) => GitHubAsync(http, asked));
        source.Before = async http =>
        {
            if (http.Request.Path != "/orgs/acme/installations" || ++limited > 2)
                return false;
            if (limited == 1)
            {
                http.Response.Headers["x-ratelimit-remaining"] = "0";
                http.Response.Headers["x-ratelimit-reset"] = (desk.Clock.GetUtcNow() + TimeSpan.FromMinutes(10)).ToUnixTimeSeconds().ToString();
            }

            await http.JsonAsync(new { message = limited == 1 ? "API rate limit exceeded" : "You have exceeded a secondary rate limit." }, 403);
            return true;
        };
        var feed = new GitHubFeed(desk.Clock);
        var (fetch, documents) = await desk.FetchAsync(feed, GitHubSettings(source), new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token });
        desk.Clock.Waited.ShouldBeInRange(TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(12));
        fetch.Complete.ShouldBeTrue(string.Join(' ', fetch.Notes));
        documents.Keys.ShouldBe(["installations-0001.json", "personal-access-tokens-0001.json", "deploy-keys-0001.json", "actions-secrets-0001.json"], ignoreOrder: true);
        JsonNode.Parse(documents["installations-0001.json"])!["installations"]!.AsArray().Count.ShouldBe(2);
        JsonNode.Parse(documents["deploy-keys-0001.json"])!.AsArray().Select(k => k!["repository"]!.ToString()).ShouldBe(["acme/one", "acme/two"]);
        JsonNode.Parse(documents["actions-secrets-0001.json"])!["secrets"]!.AsArray().Count.ShouldBe(2);
        source.Requests.ShouldAllBe(r => r.Authorization == "Bearer " + Token);
    }

    [Fact]
    public async Task What_github_answers_is_imported_as_the_whole_source_and_an_empty_list_is_no_stumbling_block()
    {
        await using var desk = await FeedDesk.CreateAsync();
        await using var source = await FakeSource.StartAsync((http, asked) => asked.Path == "/orgs/acme/credential-authorizations" ? http.JsonAsync("[]") : GitHubAsync(http, asked));
        var feed = await desk.ConnectAsync("github", FeedDesk.Change(GitHubSettings(source), new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token }));
        var import = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (import.Full, import.Rejected, import.Message).ShouldBe((true, 0, null));
        var identities = await desk.IdentitiesAsync();
        identities.Count(i => i.Kind == IdentityKind.AppInstallation).ShouldBe(2);
        identities.Count.ShouldBeGreaterThanOrEqualTo(5);
        await desk.ShouldHoldNowhereAsync(Token);
    }

    [Fact]
    public async Task An_app_signs_in_with_its_key_and_renews_its_token_when_it_ends()
    {
        await using var desk = await FeedDesk.CreateAsync();
        using var key = RSA.Create(2048);
        var (given, refused) = (0, 0);
        await using var source = await FakeSource.StartAsync(async (http, asked) =>
        {
            if (asked.Path == "/app/installations/42/access_tokens")
            {
                var parts = asked.Authorization!["Bearer ".Length..].Split('.');
                key.VerifyData(System.Text.Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), WebEncoders.Base64UrlDecode(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
                await http.JsonAsync(new { token = "ghs_" + ++given }, 201);
            }
            else if (given == 1 && asked.Path.EndsWith("/personal-access-tokens", StringComparison.Ordinal))
            {
                refused++;
                await http.JsonAsync(new { message = "Bad credentials" }, 401);
            }
            else
            {
                await GitHubAsync(http, asked);
            }
        });
        var settings = GitHubSettings(source);
        (settings["appId"], settings["installationId"]) = ("7", "42");
        var (fetch, _) = await desk.FetchAsync(new GitHubFeed(desk.Clock), settings, new Dictionary<string, string>(StringComparer.Ordinal) { ["privateKey"] = key.ExportRSAPrivateKeyPem() });
        (fetch.Complete, given, refused).ShouldBe((true, 2, 1));
    }

    [Fact]
    public async Task What_a_token_may_not_see_makes_it_partial_and_the_test_names_each_permission()
    {
        await using var desk = await FeedDesk.CreateAsync();
        await using var source = await FakeSource.StartAsync((http, asked) =>
            asked.Path.EndsWith("/personal-access-tokens", StringComparison.Ordinal) || asked.Path.EndsWith("/secrets", StringComparison.Ordinal) ? http.JsonAsync(new { message = "Resource not accessible" }, 403) : GitHubAsync(http, asked));
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token };
        var (fetch, _) = await desk.FetchAsync(new GitHubFeed(desk.Clock), GitHubSettings(source), secrets);
        fetch.Complete.ShouldBeFalse();
        fetch.Notes.ShouldContain(n => n.Contains("Actions secret names of 2 repositories", StringComparison.Ordinal));
        var refusal = (await desk.Service.TestAsync(null, "github", FeedDesk.Change(GitHubSettings(source), secrets), FeedDesk.Admin, default)).Refusal!;
        refusal.Code.ShouldBe("feed.rights");
        refusal.Message.ShouldContain("Personal access tokens: read");
        refusal.Message.ShouldContain("Secrets: read");
    }

    [Fact]
    public async Task A_count_that_does_not_match_the_pages_is_not_taken_for_whole()
    {
        await using var desk = await FeedDesk.CreateAsync();
        await using var source = await FakeSource.StartAsync((http, asked) => asked.Path == "/orgs/acme/installations" ? http.JsonAsync(new { total_count = 9, installations = new[] { new { id = 1 } } }) : GitHubAsync(http, asked));
        var (fetch, _) = await desk.FetchAsync(new GitHubFeed(desk.Clock), GitHubSettings(source), new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token });
        fetch.Complete.ShouldBeFalse();
        fetch.Notes.ShouldHaveSingleItem().ShouldContain("counts 9 app installations, and 1 were on its pages");
    }

    [Fact]
    public async Task A_cluster_is_listed_as_kubectl_would_an_expired_page_begins_anew_and_no_secret_is_fetched()
    {
        await using var desk = await FeedDesk.CreateAsync();
        var expired = false;
        await using var source = await FakeSource.StartAsync(async (http, asked) =>
        {
            var query = QueryHelpers.ParseQuery(asked.Query);
            if (asked.Path == "/api/v1/secrets" && !http.Request.Headers.Accept.ToString().Contains("PartialObjectMetadataList", StringComparison.Ordinal))
                throw new InvalidOperationException("secrets were asked for with their data");
            if (asked.Path != "/api/v1/serviceaccounts")
            {
                await http.JsonAsync(new { kind = "List", metadata = new { }, items = new[] { new { metadata = new { name = "x", uid = asked.Path, annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["kubectl.kubernetes.io/last-applied-configuration"] = "{\"data\":\"last-applied-canary\"}" } } } } });
                return;
            }

            if (query.TryGetValue("continue", out var next) && next == "two" && !expired)
            {
                expired = true;
                await http.JsonAsync(new { kind = "Status", reason = "Expired", message = "The provided continue parameter is too old", code = 410 }, 410);
                return;
            }

            var page = next == "two" ? 2 : 1;
            await http.JsonAsync(new { metadata = page == 1 ? (object)new { @continue = "two" } : new { }, items = Enumerable.Range(page * 10, 3).Select(i => new { metadata = new { name = $"sa-{i}", @namespace = "ai", uid = $"uid-{i}", managedFields = new[] { 1 } } }) });
        });
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["server"] = source.Url, ["tokens"] = "true" };
        var (fetch, documents) = await desk.FetchAsync(new KubernetesFeed(desk.Clock), settings, new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token });
        fetch.Complete.ShouldBeTrue();
        var accounts = documents.Where(d => d.Key.StartsWith("serviceaccounts", StringComparison.Ordinal)).SelectMany(d => JsonNode.Parse(d.Value)!["items"]!.AsArray().Select(i => i!)).ToList();
        accounts.Select(a => a["metadata"]!["uid"]!.ToString()).Order(StringComparer.Ordinal).ShouldBe(["uid-10", "uid-11", "uid-12", "uid-20", "uid-21", "uid-22"]);
        accounts.ShouldAllBe(a => a["kind"]!.ToString() == "ServiceAccount" && a["apiVersion"]!.ToString() == "v1");
        JsonNode.Parse(documents["secrets-0001.json"])!["items"]![0]!["type"]!.ToString().ShouldBe("kubernetes.io/service-account-token");
        documents.Values.ShouldAllBe(d => !d.Contains("canary") && !d.Contains("managedFields"));
    }

    [Fact]
    public async Task A_cluster_role_that_is_missing_is_named()
    {
        await using var desk = await FeedDesk.CreateAsync();
        await using var source = await FakeSource.StartAsync((http, asked) => asked.Path.EndsWith("/rolebindings", StringComparison.Ordinal)
            ? http.JsonAsync(new { kind = "Status", message = "rolebindings is forbidden", code = 403 }, 403) : http.JsonAsync(new { metadata = new { remainingItemCount = 4 }, items = new[] { new { metadata = new { name = "a", uid = "u" } } } }));
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["server"] = source.Url };
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token };
        var refusal = (await desk.Service.TestAsync(null, "kubernetes", FeedDesk.Change(settings, secrets), FeedDesk.Admin, default)).Refusal!;
        refusal.Message.ShouldContain("may not list rolebindings");
        refusal.Message.ShouldContain("5 serviceaccounts");
        var (fetch, _) = await desk.FetchAsync(new KubernetesFeed(desk.Clock), settings, secrets);
        fetch.Complete.ShouldBeFalse();
    }

    [Theory]
    [InlineData("users:\n- name: u\n  user:\n    exec: {command: aws}", "running a program")]
    [InlineData("users:\n- name: u\n  user:\n    client-certificate: /home/me/c.pem", "files of your machine")]
    [InlineData("users: [canary", "can't be read")]
    public async Task A_kubeconfig_that_can_not_be_used_here_says_why(string users, string says)
    {
        await using var desk = await FeedDesk.CreateAsync();
        var text = "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\nclusters:\n- name: k\n  cluster: {server: 'https://10.0.0.1:6443'}\n" + users;
        var refusal = (await desk.Service.TestAsync(null, "kubernetes", FeedDesk.Change(new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal) { ["kubeconfig"] = text }), FeedDesk.Admin, default)).Refusal!;
        (refusal.Code, refusal.Message.Contains(says, StringComparison.Ordinal), refusal.Message.Contains("canary", StringComparison.Ordinal)).ShouldBe(("feed.kubeconfig", true, false), refusal.Message);
    }

    [Theory]
    [InlineData(false, "not trusted here")]
    [InlineData(true, "")]
    public async Task A_certificate_of_ones_own_authority_is_refused_in_words_until_the_authority_is_given(bool trusted, string says)
    {
        await using var desk = await FeedDesk.CreateAsync();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=cluster authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        await using var source = await FakeSource.StartAsync((http, _) => http.JsonAsync(new { metadata = new { }, items = Array.Empty<object>() }), X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null));
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["server"] = source.Url };
        if (trusted)
            settings["authority"] = certificate.ExportCertificatePem();
        var tested = await desk.Service.TestAsync(null, "kubernetes", FeedDesk.Change(settings, new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token }), FeedDesk.Admin, default);
        tested.IsRefused.ShouldBe(!trusted, tested.Refusal?.Message);
        if (!trusted)
        {
            tested.Refusal!.Message.ShouldContain(says);
            source.Requests.ShouldBeEmpty("nothing was sent to a server that is not who it should be");
        }
    }

    [Theory]
    [InlineData(450, 450, true)]
    [InlineData(450, 460, false)]
    public async Task Scim_is_read_by_index_and_whole_only_when_the_total_was_reached(int there, int said, bool complete)
    {
        await using var desk = await FeedDesk.CreateAsync();
        await using var source = await FakeSource.StartAsync((http, asked) =>
        {
            if (asked.Path != "/scim/v2/Users")
                return http.JsonAsync(new { status = "404", detail = "Endpoint not found" }, 404);
            var start = int.Parse(QueryHelpers.ParseQuery(asked.Query)["startIndex"]!);
            var ids = Enumerable.Range(start, Math.Max(0, Math.Min(200, there - start + 1))).ToList();
            return http.JsonAsync(new { schemas = new[] { "urn:ietf:params:scim:api:messages:2.0:ListResponse" }, totalResults = said, startIndex = start, itemsPerPage = ids.Count, Resources = ids.Select(i => new { id = $"u{i}", userName = $"svc-{i}" }) });
        });
        var (fetch, documents) = await desk.FetchAsync(new ScimFeed(desk.Clock), ScimSettings(source), new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token });
        fetch.Complete.ShouldBe(complete);
        documents.Count.ShouldBe(3);
        fetch.Notes.ShouldContain("The service has no Agents.");
    }

    [Fact]
    public async Task A_service_that_repeats_its_first_page_is_found_out()
    {
        await using var desk = await FeedDesk.CreateAsync();
        await using var source = await FakeSource.StartAsync((http, _) => http.JsonAsync(new { totalResults = 10, Resources = new[] { new { id = "same" } } }));
        var fault = await Should.ThrowAsync<FeedException>(() => desk.FetchAsync(new ScimFeed(desk.Clock), ScimSettings(source), new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Token }));
        fault.Message.ShouldContain("same page for every startIndex");
    }

    [Fact]
    public async Task Each_kind_of_live_source_has_its_page_and_its_instructions()
    {
        await using var desk = await FeedDesk.CreateAsync();
        desk.Service.Kinds.Count.ShouldBe(9);
        foreach (var kind in desk.Service.Kinds)
        {
            File.Exists(Repository.File("docs", "connectors", kind.Kind + ".md")).ShouldBeTrue(kind.Kind);
            kind.Instructions.ShouldNotBeEmpty(kind.Kind);
            kind.Settings.ShouldAllBe(s => s.Help.Length > 0 && s.Title.Length > 0);
        }
    }

    private static Dictionary<string, string> GitHubSettings(FakeSource source) => new(StringComparer.Ordinal) { ["organisation"] = "acme", ["api"] = source.Url, ["allowPrivate"] = "true" };

    private static Dictionary<string, string> ScimSettings(FakeSource source) => new(StringComparer.Ordinal) { ["base"] = source.Url + "/scim/v2", ["allowPrivate"] = "true" };

    private static Task GitHubAsync(HttpContext http, FakeSource.Asked asked)
    {
        var page = QueryHelpers.ParseQuery(asked.Query).TryGetValue("page", out var p) ? int.Parse(p!) : 1;
        if (page == 1 && asked.Path is "/orgs/acme/installations" or "/orgs/acme/repos")
            http.Response.Headers.Link = $"<http://{http.Request.Host}{asked.Path}?per_page=100&page={page + 1}>; rel=\"next\", <http://{http.Request.Host}{asked.Path}?page=2>; rel=\"last\"";
        if (page == 2)
            http.Response.Headers.Remove("Link");
        return asked.Path switch
        {
            "/orgs/acme/installations" => http.JsonAsync(new { total_count = 2, installations = new[] { new { id = page, app_id = 100 + page, app_slug = $"claude-{page}", target_type = "Organization", repository_selection = "all", account = new { login = "acme" }, permissions = new { contents = "write" }, created_at = "2026-01-02T03:04:05Z", events = Array.Empty<string>() } } }),
            "/orgs/acme/personal-access-tokens" => http.JsonAsync(new[] { new { id = 1, token_id = 11, token_name = "ci", owner = new { login = "ada" }, repository_selection = "all", permissions = new { repository = new { contents = "read" } }, access_granted_at = "2026-01-02T03:04:05Z", token_expired = false, token_expires_at = (string?)null, token_last_used_at = (string?)null } }),
            "/orgs/acme/repos" => http.JsonAsync(new[] { new { full_name = page == 1 ? "acme/one" : "acme/two" } }),
            _ when asked.Path.EndsWith("/keys", StringComparison.Ordinal) => http.JsonAsync(new[] { new { id = asked.Path.Contains("one", StringComparison.Ordinal) ? 1 : 2, title = "deploy", key = "ssh-ed25519 AAAA", url = $"https://api.github.com{asked.Path}/1", created_at = "2026-01-02T03:04:05Z", read_only = true } }),
            _ when asked.Path.EndsWith("/actions/secrets", StringComparison.Ordinal) => http.JsonAsync(new { total_count = 1, secrets = new[] { new { name = "OPENAI_API_KEY", created_at = "2026-01-02T03:04:05Z", updated_at = "2026-01-02T03:04:05Z" } } }),
            _ => http.JsonAsync(new { message = "Not Found" }, 404),
        };
    }
}
