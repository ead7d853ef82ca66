using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Feeds;

/// <summary>From a server that pages and throttles as theirs do, through the importer, to identities.</summary>
public sealed class FeedEndToEndTests
{
    private const string Token = "token-canary-77aa";
    private static readonly Dictionary<string, string> Secrets = new(StringComparer.Ordinal) { ["token"] = Token };

    [Theory, EachDatabase]
    public async Task A_cluster_is_imported_whole_throttled_expired_and_again_with_what_is_gone(DatabaseProvider provider)
    {
        await using var desk = await FeedDesk.CreateAsync(provider);
        var accounts = Enumerable.Range(1, 5).Select(Account).ToList();
        var (throttled, expired) = (false, false);
        await using var source = await FakeSource.StartAsync(async (http, asked) =>
        {
            var at = QueryHelpers.ParseQuery(asked.Query).TryGetValue("continue", out var next) ? int.Parse(next!) : 0;
            if (asked.Path == "/api/v1/serviceaccounts" && at == 2 && !throttled)
            {
                throttled = true;
                await http.StatusAsync(429, retryAfter: "7");
                return;
            }

            if (asked.Path == "/api/v1/serviceaccounts" && at == 4 && !expired)
            {
                expired = true;
                await http.JsonAsync(new { kind = "Status", apiVersion = "v1", status = "Failure", reason = "Expired", message = "The provided continue parameter is too old", code = 410 }, 410);
                return;
            }

            // Two on a page, whatever was asked for.
            var all = asked.Path switch
            {
                "/api/v1/serviceaccounts" => accounts,
                "/apis/rbac.authorization.k8s.io/v1/clusterroles" => [Parse("""{"metadata":{"name":"root","uid":"r1"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}"""), Parse("""{"metadata":{"name":"reader","uid":"r2"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""")],
                "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings" => [Parse("""{"metadata":{"name":"b1","uid":"b1"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"root"},"subjects":[{"kind":"ServiceAccount","name":"sa-1","namespace":"ai"}]}""")],
                "/apis/rbac.authorization.k8s.io/v1/rolebindings" => [Parse("""{"metadata":{"name":"b2","namespace":"ai","uid":"b2"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"reader"},"subjects":[{"kind":"ServiceAccount","name":"sa-2","namespace":"ai"}]}""")],
                _ => new List<JsonObject>(),
            };
            var meta = new JsonObject { ["resourceVersion"] = "1" };
            if (at + 2 < all.Count)
                (meta["continue"], meta["remainingItemCount"]) = ((at + 2).ToString(), all.Count - at - 2);
            await http.JsonAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["metadata"] = meta, ["items"] = new JsonArray([.. all.Skip(at).Take(2).Select(o => o.DeepClone())]) }.ToJsonString());
        });
        var feed = await desk.ConnectAsync("kubernetes", FeedDesk.Change(new Dictionary<string, string>(StringComparer.Ordinal) { ["server"] = source.Url }, Secrets));
        var import = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (import.Full, import.Created, import.Rejected, throttled, expired).ShouldBe((true, 5, 0, true, true), import.Message);
        desk.Clock.Waited.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(7));
        var identities = await desk.IdentitiesAsync();
        identities.ShouldAllBe(i => i.Kind == IdentityKind.ServiceAccount);
        identities.Select(i => i.ExternalId).ShouldBe(["uid-1", "uid-2", "uid-3", "uid-4", "uid-5"]);
        (identities[0].Privileged, identities[1].Privileged).ShouldBe((Reported.Yes, Reported.No));
        (await desk.GrantsAsync("uid-1")).ShouldContain(g => g.StartsWith('!') && g.Contains("root", StringComparison.Ordinal));

        accounts.RemoveAt(4);
        accounts[3]["metadata"]!["labels"] = new JsonObject { ["owner"] = "ada" };
        var second = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (second.Full, second.Created, second.Changed, second.Unchanged, second.Missing).ShouldBe((true, 0, 1, 3, 1));
        (await desk.IdentitiesAsync()).Single(i => i.MissingSince != null).ExternalId.ShouldBe("uid-5");
        await desk.ShouldHoldNowhereAsync(Token);
    }

    [Theory, EachDatabase]
    public async Task A_scim_service_is_imported_whole_people_left_out_and_again_with_what_is_gone(DatabaseProvider provider)
    {
        await using var desk = await FeedDesk.CreateAsync(provider);
        // The first page is people only, and looks like a list of people by itself.
        var users = Enumerable.Range(1, 3).Select(n => User(n, null)).Concat(Enumerable.Range(4, 3).Select(n => User(n, "Service"))).ToList();
        var agents = Enumerable.Range(1, 2).Select(n => Parse($$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Agent"],"id":"agent-{{n}}","name":"Travel agent {{n}}","active":true}""")).ToList();
        var throttled = 0;
        await using var source = await FakeSource.StartAsync(async (http, asked) =>
        {
            if (asked.Authorization != "Bearer " + Token)
            {
                await http.JsonAsync(new { schemas = new[] { "urn:ietf:params:scim:api:messages:2.0:Error" }, status = "401" }, 401);
                return;
            }

            if (asked.Path.EndsWith("/Users", StringComparison.Ordinal) && ++throttled == 2)
            {
                await http.StatusAsync(503, retryAfter: "30");
                return;
            }

            // Three on a page, whatever count was asked for.
            var start = int.Parse(QueryHelpers.ParseQuery(asked.Query)["startIndex"]!);
            if ((asked.Path switch { "/scim/v2/Users" => users, "/scim/v2/Agents" => agents, _ => null }) is { } all)
                await http.JsonAsync(new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"), ["totalResults"] = all.Count, ["startIndex"] = start, ["itemsPerPage"] = Math.Min(3, all.Count - start + 1), ["Resources"] = new JsonArray([.. all.Skip(start - 1).Take(3).Select(o => o.DeepClone())]) }.ToJsonString());
            else
                await http.JsonAsync(new { schemas = new[] { "urn:ietf:params:scim:api:messages:2.0:Error" }, status = "404", detail = "Endpoint not found" }, 404);
        });
        var feed = await desk.ConnectAsync("scim", FeedDesk.Change(new Dictionary<string, string>(StringComparer.Ordinal) { ["base"] = source.Url + "/scim/v2", ["allowPrivate"] = "true" }, Secrets));
        var import = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (import.Full, import.Subject, import.Created, import.NotInventoried, import.Rejected).ShouldBe((true, ImportSubject.Identities, 5, 3, 0), import.Message);
        desk.Clock.Waited.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(30));
        var identities = await desk.IdentitiesAsync();
        identities.Count(i => i.Kind == IdentityKind.Agent).ShouldBe(2);
        identities.Count(i => i.Kind == IdentityKind.ServiceAccount).ShouldBe(3);

        agents.RemoveAt(1);
        users[5]["active"] = false;
        var second = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (second.Full, second.Changed, second.Unchanged, second.Missing).ShouldBe((true, 1, 3, 1));
        (await desk.IdentitiesAsync()).Single(i => i.ExternalId == "u6").Enabled.ShouldBe(Reported.No);
        await using var db = desk.Test.Open();
        (await db.People.CountAsync()).ShouldBe(0);
        await desk.ShouldHoldNowhereAsync(Token);
    }

    private static JsonObject Account(int n) =>
        Parse($$$"""{"metadata":{"name":"sa-{{{n}}}","namespace":"ai","uid":"uid-{{{n}}}","creationTimestamp":"2026-01-0{{{n}}}T00:00:00Z","managedFields":[{"manager":"kubectl"}]}}""");

    private static JsonObject User(int n, string? type)
    {
        var user = Parse($$$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"u{{{n}}}","userName":"user-{{{n}}}","displayName":"User {{{n}}}","active":true,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales"}}""");
        if (type is not null)
            user["userType"] = type;
        return user;
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
