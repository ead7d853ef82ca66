using System.Text.Json.Nodes;
using Governance.Connectors.Entra;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Feeds;

public sealed class GraphFeedTests
{
    [Theory, EachDatabase]
    public async Task A_tenant_is_read_page_by_page_and_imported_as_the_whole_source(DatabaseProvider provider)
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync(provider);
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(), GraphTenant.Secrets));
        var run = await desk.RunAsync(feed);
        var import = await desk.ImportOfAsync(run);
        (run.Complete, import.Full, import.Rejected).ShouldBe((true, true, 0), import.Message);
        (await desk.IdentitiesAsync()).Count.ShouldBe(8 + 4);
        (await desk.GrantsAsync(GraphTenant.Id(1, 1))).Select(g => g.TrimStart('!').Split('@')[0]).ShouldBe(["Mail.Read", "Mail.Read"], ignoreOrder: true);
        tenant.Source.Requests.Count(r => r.Path == "/v1.0/servicePrincipals").ShouldBe(3);
        tenant.Principals.RemoveAt(7);
        tenant.PrincipalChanges.Add(new JsonObject { ["id"] = GraphTenant.Id(1, 8), ["@removed"] = new JsonObject { ["reason"] = "deleted" } });
        var second = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (second.Full, second.Missing).ShouldBe((true, 1));
    }

    [Fact]
    public async Task Only_what_changed_is_read_and_nothing_of_it_is_taken_for_gone()
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(), GraphTenant.Secrets));
        await desk.RunAsync(feed);
        var asked = tenant.Source.Requests.Count;
        var idle = await desk.RunAsync(feed);
        (idle.State, idle.ImportRunId, idle.Message).ShouldBe((FeedRunState.Completed, null, "Nothing has changed since the last run."));
        tenant.Source.Requests.Skip(asked).Count(r => r.Path == "/v1.0/servicePrincipals").ShouldBe(0);

        tenant.Principals[2]["displayName"] = "renamed";
        tenant.PrincipalChanges.Add(new JsonObject { ["id"] = GraphTenant.Id(1, 3), ["displayName"] = "renamed" });
        var import = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (import.Full, import.Read, import.Changed, import.Missing).ShouldBe((false, 1, 1, 0));
        var identity = (await desk.IdentitiesAsync()).Single(i => i.ExternalId == GraphTenant.Id(1, 3));
        (identity.DisplayName, identity.Enabled).ShouldBe(("renamed", Governance.Common.Reported.Yes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_expired_change_list_or_none_leads_to_reading_everything(bool expired)
    {
        await using var tenant = await GraphTenant.StartAsync();
        tenant.HasChangeLists = expired;
        await using var desk = await FeedDesk.CreateAsync();
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(), GraphTenant.Secrets));
        await desk.RunAsync(feed);
        tenant.ChangesExpired = true;
        var run = await desk.RunAsync(feed);
        (await desk.ImportOfAsync(run)).Full.ShouldBeTrue();
        if (expired)
            run.Message!.ShouldContain("everything was read");
    }

    [Fact]
    public async Task Everything_is_read_again_after_the_set_number_of_runs()
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(("fullEvery", "3")), GraphTenant.Secrets));
        var complete = new List<bool?>();
        for (var i = 0; i < 5; i++)
            complete.Add((await desk.RunAsync(feed)).Complete);
        complete.ShouldBe([true, false, false, true, false]);
    }

    [Fact]
    public async Task Throttling_is_waited_out_as_asked_also_inside_a_batch()
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        var throttled = 0;
        tenant.Source.Before = async http =>
        {
            if (http.Request.Path != "/v1.0/applications" || Interlocked.Increment(ref throttled) > 2)
                return false;
            await http.StatusAsync(throttled == 1 ? 429 : 503, retryAfter: "150");
            return true;
        };
        tenant.ThrottledInBatch.Add($"/servicePrincipals/{GraphTenant.Id(1, 4)}/appRoleAssignments");
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(), GraphTenant.Secrets));
        var run = await desk.RunAsync(feed);
        run.Complete.ShouldBe(true, run.Message);
        desk.Clock.Waited.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(300));
        (await desk.GrantsAsync(GraphTenant.Id(1, 4))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_token_that_ends_in_the_middle_is_renewed_once_and_the_walk_goes_on()
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        var ended = false;
        tenant.Source.Before = http =>
        {
            if (!ended && http.Request.QueryString.Value!.Contains("skiptoken=3", StringComparison.Ordinal))
            {
                ended = true;
                tenant.EndToken();
            }

            return Task.FromResult(false);
        };
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(), GraphTenant.Secrets));
        (await desk.RunAsync(feed)).Complete.ShouldBe(true);
        tenant.Source.Paths.Count(p => p.EndsWith("/token", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Theory]
    [InlineData("cut", "no valid JSON")]
    [InlineData("no list", "without its list")]
    [InlineData("500", "answered 500")]
    [InlineData("circle", "round in a circle")]
    [InlineData("elsewhere", "link to another host")]
    [InlineData("redirect", "a redirect to evil.example")]
    [InlineData("huge", "more than 64 MiB")]
    [InlineData("long wait", "asks to wait")]
    public async Task A_page_lost_in_the_middle_hands_nothing_over_and_calls_nothing_missing(string trouble, string says)
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(("fullEvery", "1")), GraphTenant.Secrets));
        (await desk.RunAsync(feed)).State.ShouldBe(FeedRunState.Completed);
        tenant.Source.Before = async http =>
        {
            if (!http.Request.QueryString.Value!.Contains("skiptoken=6", StringComparison.Ordinal))
                return false;
            await BreakAsync(http, trouble, tenant);
            return true;
        };
        var run = await desk.RunAsync(feed);
        (run.State, run.ImportRunId).ShouldBe((FeedRunState.Failed, null), run.Message);
        run.Message!.ShouldContain(says);
        (await desk.IdentitiesAsync()).ShouldAllBe(i => i.MissingSince == null);
        Directory.EnumerateFileSystemEntries(Path.Combine(desk.Test.Folder, "feeds")).ShouldBeEmpty();
        tenant.Source.Before = _ => Task.FromResult(false);
        (await desk.ImportOfAsync(await desk.RunAsync(feed))).Unchanged.ShouldBe(12);
    }

    [Fact]
    public async Task A_list_that_may_not_be_read_makes_the_fetch_partial_and_says_which_permission_it_needs()
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        tenant.Source.Before = async http =>
        {
            if (!http.Request.Path.Value!.StartsWith("/v1.0/oauth2PermissionGrants", StringComparison.Ordinal))
                return false;
            await http.JsonAsync("""{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}""", 403);
            return true;
        };
        var change = FeedDesk.Change(tenant.Settings(), GraphTenant.Secrets);
        var run = await desk.RunAsync(await desk.ConnectAsync("entra-graph", change));
        (run.Complete, (await desk.ImportOfAsync(run)).Full).ShouldBe((false, false));
        run.Message!.ShouldContain("DelegatedPermissionGrant.Read.All");
        var tested = await desk.Service.TestAsync(null, "entra-graph", change, FeedDesk.Admin, default);
        tested.Refusal!.Code.ShouldBe("feed.rights");
        tested.Refusal.Message.ShouldContain("DelegatedPermissionGrant.Read.All");
        tested.Refusal!.Message.ShouldContain("8 service principals");
    }

    [Fact]
    public async Task Agents_come_with_their_sponsors()
    {
        await using var tenant = await GraphTenant.StartAsync();
        tenant.Principals.Add(new JsonObject { ["@odata.type"] = "#microsoft.graph.agentIdentity", ["id"] = GraphTenant.Id(1, 99), ["displayName"] = "travel agent", ["servicePrincipalType"] = "ServiceIdentity", ["agentIdentityBlueprintId"] = GraphTenant.Id(5, 1) });
        await using var desk = await FeedDesk.CreateAsync();
        await desk.RunAsync(await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(), GraphTenant.Secrets)));
        var agent = (await desk.IdentitiesAsync()).Single(i => i.ExternalId == GraphTenant.Id(1, 99));
        (agent.Kind, agent.OwnerHint).ShouldBe((IdentityKind.Agent, "sponsor@contoso.example"));
    }

    [Theory, EachDatabase]
    public async Task Federated_credentials_directory_roles_and_last_use_come_with_the_objects_and_go_with_them(DatabaseProvider provider)
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync(provider);
        tenant.Trusts[GraphTenant.Id(2, 1)] = new JsonArray(Trust("ci", "repo:acme/app:ref:refs/heads/main"), Trust("old", "repo:acme/old:ref:refs/heads/main"));
        tenant.DirectoryRoles.Add(Role(GraphTenant.Id(1, 2), 1));
        for (var i = 1; i <= 4; i++)
            tenant.SignIns.Add(SignIn(GraphTenant.Id(3, i), $"2026-11-0{i}T10:00:00Z"));
        tenant.SignIns.Add(SignIn(GraphTenant.Id(3, 777), "2026-11-09T10:00:00Z"));
        tenant.CredentialUse.Add(Use(GraphTenant.Id(2, 3), GraphTenant.Id(4, 3), "2026-11-05T08:00:00Z"));
        tenant.CredentialUse.Add(Use(GraphTenant.Id(2, 888), GraphTenant.Id(4, 888), "2026-11-05T08:00:00Z"));
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(("fullEvery", "2")), GraphTenant.Secrets));
        var import = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (import.Full, import.Rejected, import.Created).ShouldBe((true, 0, 12), import.Message);
        (await TrustsAsync(desk, GraphTenant.Id(2, 1))).Count.ShouldBe(2);
        (await desk.GrantsAsync(GraphTenant.Id(1, 2))).ShouldContain("!Global Administrator@Microsoft Entra directory");
        var used = (await desk.IdentitiesAsync()).Single(i => i.ExternalId == GraphTenant.Id(1, 4));
        (used.Usage, used.LastUsedAt).ShouldBe((UsageState.Used, new DateTimeOffset(2026, 11, 4, 10, 0, 0, TimeSpan.Zero)));
        await using (var db = desk.Test.Open())
            db.Credentials.Single(c => c.ExternalId == GraphTenant.Id(4, 3)).LastUsedAt.ShouldBe(new DateTimeOffset(2026, 11, 5, 8, 0, 0, TimeSpan.Zero));

        // What changed: one trust is gone, another role came; last use is left as it was known.
        tenant.Trusts[GraphTenant.Id(2, 1)].RemoveAt(1);
        tenant.ApplicationChanges.Add(new JsonObject { ["id"] = GraphTenant.Id(2, 1) });
        tenant.Principals[3]["displayName"] = "renamed";
        tenant.DirectoryRoles.Add(Role(GraphTenant.Id(1, 4), 2));
        tenant.PrincipalChanges.Add(new JsonObject { ["id"] = GraphTenant.Id(1, 4) });
        var second = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (second.Full, second.Changed, second.Missing).ShouldBe((false, 2, 0));
        (await TrustsAsync(desk, GraphTenant.Id(2, 1))).ShouldHaveSingleItem().ShouldContain("acme/app");
        (await desk.GrantsAsync(GraphTenant.Id(1, 4))).ShouldContain(g => g.StartsWith("Directory Readers@", StringComparison.Ordinal));
        (await desk.IdentitiesAsync()).Single(i => i.ExternalId == GraphTenant.Id(1, 4)).LastUsedAt.ShouldBe(used.LastUsedAt);

        // Everything again: the role that is gone is taken away, and only that.
        tenant.DirectoryRoles.RemoveAll(r => r["principalId"]!.ToString() == GraphTenant.Id(1, 2));
        var third = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (third.Full, third.Changed).ShouldBe((true, 1));
        (await desk.GrantsAsync(GraphTenant.Id(1, 2))).ShouldNotContain(g => g.Contains("Administrator", StringComparison.Ordinal));
        (await desk.GrantsAsync(GraphTenant.Id(1, 2))).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("/v1.0/roleManagement", "RoleManagement.Read.Directory", false)]
    [InlineData("/beta/reports", "AuditLog.Read.All", true)]
    public async Task Roles_and_last_use_that_may_not_be_read_are_named_and_only_roles_make_the_census_incomplete(string path, string permission, bool complete)
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        tenant.DirectoryRoles.Add(Role(GraphTenant.Id(1, 2), 1));
        tenant.SignIns.Add(SignIn(GraphTenant.Id(3, 1), "2026-11-01T10:00:00Z"));
        var change = FeedDesk.Change(tenant.Settings(("fullEvery", "1")), GraphTenant.Secrets);
        var feed = await desk.ConnectAsync("entra-graph", change);
        await desk.RunAsync(feed);
        var (grants, used) = (await desk.GrantsAsync(GraphTenant.Id(1, 2)), (await desk.IdentitiesAsync()).Single(i => i.ExternalId == GraphTenant.Id(1, 1)).LastUsedAt);
        tenant.Source.Before = async http =>
        {
            if (!http.Request.Path.Value!.StartsWith(path, StringComparison.Ordinal))
                return false;
            await http.JsonAsync("""{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"Neither tenant is B2C or tenant doesn't have premium license"}}""", 403);
            return true;
        };
        var run = await desk.RunAsync(feed);
        run.Complete.ShouldBe(complete);
        run.Message!.ShouldContain(permission);
        (await desk.GrantsAsync(GraphTenant.Id(1, 2))).ShouldBe(grants);
        (await desk.IdentitiesAsync()).Single(i => i.ExternalId == GraphTenant.Id(1, 1)).LastUsedAt.ShouldBe(used);
        var refusal = (await desk.Service.TestAsync(null, "entra-graph", change, FeedDesk.Admin, default)).Refusal!;
        (refusal.Code, refusal.Message.Contains(permission, StringComparison.Ordinal)).ShouldBe(("feed.rights", true), refusal.Message);
        var without = FeedDesk.Change(tenant.Settings(("fullEvery", "1"), (complete ? "signIns" : "directoryRoles", "false")), GraphTenant.Secrets);
        (await desk.Service.TestAsync(null, "entra-graph", without, FeedDesk.Admin, default)).IsRefused.ShouldBeFalse();
        (await desk.Service.ChangeAsync(feed, without, FeedDesk.Admin, default)).Refusal.ShouldBeNull();
        var last = await desk.RunAsync(feed);
        (last.Complete, last.Message).ShouldBe((true, null));
        (await desk.GrantsAsync(GraphTenant.Id(1, 2))).ShouldBe(grants, "a run that does not ask for a role calls none gone");
    }

    private static JsonObject Trust(string name, string subject) =>
        new() { ["id"] = "f-" + name, ["name"] = name, ["issuer"] = "https://token.actions.githubusercontent.com", ["subject"] = subject, ["audiences"] = new JsonArray("api://AzureADTokenExchange") };

    private static JsonObject Role(string principal, int definition) =>
        new() { ["id"] = $"a-{principal}-{definition}", ["principalId"] = principal, ["roleDefinitionId"] = GraphTenant.Id(6, definition), ["directoryScopeId"] = "/" };

    private static JsonObject SignIn(string app, string at) => new() { ["id"] = "s" + app, ["appId"] = app, ["lastSignInActivity"] = new JsonObject { ["lastSignInDateTime"] = at } };

    private static JsonObject Use(string app, string key, string at) =>
        new() { ["id"] = "u" + key, ["keyId"] = key, ["appObjectId"] = app, ["credentialOrigin"] = "application", ["keyType"] = "clientSecret", ["signInActivity"] = new JsonObject { ["lastSignInDateTime"] = at } };

    private static async Task<List<string>> TrustsAsync(FeedDesk desk, string externalId)
    {
        await using var db = desk.Test.Open();
        return await db.Credentials.Where(c => c.Kind == CredentialKind.FederatedTrust && c.MissingSince == null && db.Identities.Any(i => i.Id == c.IdentityId && i.ExternalId == externalId)).Select(c => c.DisplayName!).ToListAsync();
    }

    [Fact]
    public async Task A_wrong_secret_is_said_in_words_and_no_secret_or_token_stays_anywhere()
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        const string Wrong = "wrong-canary-5f2e8a";
        var feed = await desk.ConnectAsync("entra-graph", FeedDesk.Change(tenant.Settings(), new Dictionary<string, string>(StringComparer.Ordinal) { ["clientSecret"] = Wrong }));
        var run = await desk.RunAsync(feed);
        run.State.ShouldBe(FeedRunState.Failed);
        run.Message!.ShouldContain("give the secret's value, not its id");
        run.Message!.ShouldNotContain(Wrong);
        (await desk.Service.ChangeAsync(feed, FeedDesk.Change(tenant.Settings(), GraphTenant.Secrets), FeedDesk.Admin, default)).Refusal.ShouldBeNull();
        (await desk.RunAsync(feed)).State.ShouldBe(FeedRunState.Completed);
        tenant.Source.Requests.ShouldContain(r => r.Body.Contains("canary-client-secret", StringComparison.Ordinal), "the canary was really sent, to the token endpoint");
        await desk.ShouldHoldNowhereAsync(Wrong);
        await desk.ShouldHoldNowhereAsync(GraphTenant.Secret);
        await desk.ShouldHoldNowhereAsync(tenant.Token);
    }

    [Theory]
    [InlineData("graph", "http://graph.microsoft.com", "feed.setting")]
    [InlineData("graph", "https://169.254.169.254", "feed.address")]
    [InlineData("graph", "https://user:word@graph.microsoft.com", "feed.setting")]
    [InlineData("tenant", "../evil", "feed.setting")]
    [InlineData("clientId", "not a guid", "feed.setting")]
    [InlineData("fullEvery", "0", "feed.setting")]
    public async Task Settings_that_can_not_work_are_refused(string name, string value, string code)
    {
        await using var tenant = await GraphTenant.StartAsync();
        await using var desk = await FeedDesk.CreateAsync();
        (await desk.Service.ConnectAsync("x", "entra-graph", FeedDesk.Change(tenant.Settings((name, value)), GraphTenant.Secrets), FeedDesk.Admin, default)).Refusal!.Code.ShouldBe(code);
    }

    private static async Task BreakAsync(HttpContext http, string trouble, GraphTenant tenant)
    {
        switch (trouble)
        {
            case "cut":
                await http.JsonAsync("""{"value":[{"id":"00000001-0000""");
                break;
            case "no list":
                await http.JsonAsync("{}");
                break;
            case "500":
                await http.StatusAsync(500);
                break;
            case "circle":
                await http.JsonAsync(new JsonObject { ["value"] = new JsonArray(), ["@odata.nextLink"] = $"{tenant.Source.Url}/v1.0/servicePrincipals?$skiptoken=6" }.ToJsonString());
                break;
            case "elsewhere":
                await http.JsonAsync(new JsonObject { ["value"] = new JsonArray(), ["@odata.nextLink"] = "https://evil.example/v1.0/servicePrincipals?$skiptoken=9" }.ToJsonString());
                break;
            case "redirect":
                http.Response.Headers.Location = "https://evil.example/steal";
                await http.StatusAsync(302);
                break;
            case "huge":
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync("{\"value\":[\"");
                var megabyte = new string('x', 1024 * 1024);
                for (var i = 0; i < 70 && !http.RequestAborted.IsCancellationRequested; i++)
                    await http.Response.WriteAsync(megabyte);
                break;
            default:
                await http.StatusAsync(429, retryAfter: "999999");
                break;
        }
    }
}
