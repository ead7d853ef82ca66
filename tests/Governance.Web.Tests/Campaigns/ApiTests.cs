using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Governance.Accounts;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Persistence;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Campaigns;

/// <summary>The HTTP API and the calendar feed on the real host.</summary>
public sealed class ApiTests
{
    private static CancellationToken Ct => CancellationToken.None;

    private static DateTimeOffset Now => TimeProvider.System.Now();

    [Fact]
    public async Task A_campaign_goes_from_definition_to_applied_over_the_api()
    {
        await using var desk = await Desk.OpenAsync();
        using var manager = await desk.ProgramAsync("manager", Roles.CampaignManager);
        using var owner = await desk.ProgramAsync("owner", person: desk.Owner.Id);

        var input = new { name = "By API", fallbackReviewerId = desk.Owner.Id, stages = new[] { new { reviewers = new[] { "Owner" }, durationDays = 10 } }, recurrence = "Quarterly", timeZone = "Europe/Berlin", firstLaunchAt = Now.AddDays(30), run = new { target = "Identity" } };
        var preview = await PostAsync(manager, "campaign-definitions/preview", input);
        preview.GetProperty("preview").GetProperty("items").GetInt32().ShouldBe(1);
        preview.GetProperty("nextDates").GetArrayLength().ShouldBe(12);
        var definition = (await PostAsync(manager, "campaign-definitions", input, HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var stored = await GetAsync(manager, $"campaign-definitions/{definition}");
        stored.GetProperty("input").GetProperty("recurrence").GetString().ShouldBe("Quarterly");
        await PutAsync(manager, $"campaign-definitions/{definition}", new { version = Ids.New(Now), input }, HttpStatusCode.Conflict, "campaign.changed-meanwhile");

        var campaign = (await PostAsync(manager, $"campaign-definitions/{definition}/prepare", null, HttpStatusCode.Created)).GetProperty("id").GetGuid();
        (await GetAsync(manager, $"campaigns/{campaign}")).GetProperty("state").GetString().ShouldBe("Prepared");
        (await GetAsync(owner, "reviews")).GetArrayLength().ShouldBe(0);
        await PostAsync(manager, $"campaigns/{campaign}/start", null, HttpStatusCode.NoContent);
        await RefusedAsync(manager, $"campaigns/{campaign}/start", null, HttpStatusCode.Conflict, "campaign.not-prepared");
        var line = (await GetAsync(owner, $"reviews/{campaign}")).GetProperty("groups")[0].GetProperty("lines")[0];
        var item = line.GetProperty("itemId").GetGuid();
        var answer = new { version = line.GetProperty("version").GetGuid(), verdict = "Certify", justification = "needed", shownHash = line.GetProperty("contentHash").GetString() };
        await RefusedAsync(manager, $"review-items/{item}/decision", answer, HttpStatusCode.Forbidden, "review.not-yours");
        await PostAsync(owner, $"review-items/{item}/decision", answer);
        await RefusedAsync(owner, $"review-items/{item}/decision", answer, HttpStatusCode.Conflict, "review.conflict");
        (await GetAsync(manager, $"campaigns/{campaign}/progress")).GetProperty("progress").GetProperty("answered").GetInt32().ShouldBe(1);
        var decisions = (await GetAsync(manager, $"campaigns/{campaign}/decisions")).GetProperty("items");
        (decisions.GetArrayLength(), decisions[0].GetProperty("justification").GetString()).ShouldBe((1, "needed"));
        (await GetAsync(manager, $"campaigns/{campaign}/items?take=1")).GetProperty("after").GetString().ShouldBe(item.ToString());
        await RefusedAsync(manager, $"campaigns/{campaign}/close", new { reason = "" }, HttpStatusCode.UnprocessableEntity, "campaign.end-reason");
        await PostAsync(manager, $"campaigns/{campaign}/close", new { reason = "done early" }, HttpStatusCode.NoContent);
        await PostAsync(manager, $"campaigns/{campaign}/apply", null, HttpStatusCode.NoContent);
        (await GetAsync(manager, $"campaigns/{campaign}")).GetProperty("applied").GetProperty("certified").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Each_key_may_what_its_account_and_its_roles_may_and_no_more()
    {
        await using var desk = await Desk.OpenAsync();
        using var anonymous = desk.Console.Browser();
        using var owner = await desk.ProgramAsync("owner", person: desk.Owner.Id);
        using var auditor = await desk.ProgramAsync("auditor", Roles.Auditor);
        using var manager = await desk.ProgramAsync("manager", Roles.CampaignManager);
        using var reader = await desk.ProgramAsync("reader", Roles.CampaignManager, readOnly: true);
        using var unscoped = await desk.ProgramAsync("unscoped", Roles.CampaignManager, scoped: []);
        using var browser = await desk.Console.SignedInAsync("manager");
        foreach (var (path, method, roles) in new[] { ("campaigns", "GET", "auditor,manager,reader"), ("campaign-definitions", "POST", "manager"), ("reviews", "GET", "owner,auditor,manager,reader,unscoped") })
        {
            foreach (var (name, program) in new[] { ("anonymous", anonymous), ("browser", browser), ("owner", owner), ("auditor", auditor), ("manager", manager), ("reader", reader), ("unscoped", unscoped) })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1/" + path) { Content = method == "POST" ? JsonContent.Create(new { name = "x", fallbackReviewerId = Guid.Empty }) : null };
                using var response = await program.SendAsync(request);
                var through = response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
                through.ShouldBe(roles.Split(',').Contains(name, StringComparer.Ordinal), $"{method} {path} as {name}: {response.StatusCode}");
                if (!through)
                    response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            }
        }
    }

    [Fact]
    public async Task A_key_that_ended_was_revoked_or_lost_its_account_is_refused()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.Console.AddAccountAsync("root", Roles.Administrator);
        using var manager = await desk.ProgramAsync("manager", Roles.CampaignManager);
        (await manager.GetAsync("/api/v1/campaigns")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var account = desk.Accounts["manager"];
        var me = new Actor(ActorKind.Person, account.ToString("D"), "m", Roles: new HashSet<string>([Roles.CampaignManager], StringComparer.Ordinal));
        var keys = desk.Console.Get<ApiKeyService>();
        (await keys.CreateAsync(new NewApiKey("more", [Roles.Administrator], false, 30), me, Ct)).Refusal!.Code.ShouldBe("api-key.role");
        (await keys.CreateAsync(new NewApiKey("long", [], false, 366), me, Ct)).Refusal!.Code.ShouldBe("api-key.days");
        (await keys.CreateAsync(new NewApiKey("by key", [], false, 30), me with { Kind = ActorKind.ApiClient }, Ct)).Refusal!.Code.ShouldBe("api-key.not-a-person");
        await using (var db = await desk.DbAsync())
        {
            (await db.ApiKeys.CountAsync(k => k.Hash.Contains("gov_"))).ShouldBe(0);
            (await db.ApiKeys.SingleAsync(k => k.AccountId == account)).LastUsedAt.ShouldNotBeNull();
        }

        // The role is taken from the account: its keys lose it at once.
        (await desk.Console.Get<AccountService>().SetRolesAsync(account, [], Actor.Job("test"), Ct)).IsRefused.ShouldBeFalse();
        (await manager.GetAsync("/api/v1/campaigns")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var row = (await keys.ListAsync(everybody: false, me, Ct)).Single();
        (await keys.RevokeAsync(row.Id, me with { Id = Ids.New(Now).ToString() }, Ct)).Refusal!.Code.ShouldBe("api-key.gone");
        (await keys.RevokeAsync(row.Id, me, Ct)).IsRefused.ShouldBeFalse();
        (await manager.GetAsync("/api/v1/reviews")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var disabled = await desk.ProgramAsync("leaver", Roles.Administrator);
        (await desk.Console.Get<AccountService>().SetDisabledAsync(desk.Accounts["leaver"], true, Actor.Job("test"), Ct)).IsRefused.ShouldBeFalse();
        (await disabled.GetAsync("/api/v1/campaigns")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var expired = await desk.ProgramAsync("late", Roles.Auditor);
        var past = Now.AddSeconds(-1);
        await using (var db = await desk.DbAsync())
            await db.ApiKeys.Where(k => k.AccountId == desk.Accounts["late"]).ExecuteUpdateAsync(s => s.SetProperty(k => k.ExpiresAt, past));
        (await expired.GetAsync("/api/v1/campaigns")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        await using var desk = await Desk.OpenAsync();
        using var program = await desk.ProgramAsync("auditor", Roles.Auditor);
        var document = await program.GetFromJsonAsync<JsonElement>("/api/v1/openapi.json");
        document.GetProperty("openapi").GetString()!.ShouldStartWith("3.");
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        paths.ShouldContain("/api/v1/campaigns/{id}/decisions");
        paths.ShouldAllBe(p => p.StartsWith("/api/v1/", StringComparison.Ordinal));
        document.GetProperty("components").GetProperty("securitySchemes").GetProperty("key").GetProperty("scheme").GetString().ShouldBe("bearer");
    }

    [Fact]
    public async Task The_calendar_is_valid_shows_what_is_theirs_and_ends_when_it_is_renewed()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.ProgramAsync("owner", person: desk.Owner.Id);
        await desk.ProgramAsync("manager", Roles.CampaignManager);
        var (owner, manager) = (desk.Me("owner", desk.Owner.Id), desk.Me("manager", null, Roles.CampaignManager));
        var campaigns = desk.Console.Get<CampaignService>();
        var input = new DefinitionInput { Name = "Quarterly, AI tools; \"all\"", FallbackReviewerId = desk.Owner.Id, Recurrence = Recurrence.Quarterly, FirstLaunchAt = Now.AddDays(20), TimeZone = "Europe/Berlin" };
        var definition = (await campaigns.DefineAsync(input, manager, Ct)).OrThrow();
        var campaign = (await campaigns.LaunchAsync(definition, manager, Ct)).OrThrow();

        var calendars = desk.Console.Get<CalendarService>();
        var secret = (await calendars.RenewAsync(owner, Ct)).OrThrow();
        using var program = desk.Console.Browser();
        var answer = await program.GetAsync($"/calendar/{secret}.ics");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/calendar");
        var duty = Ical.Net.Calendar.Load(await answer.Content.ReadAsStringAsync())!.Events.ShouldHaveSingleItem();
        duty.Summary!.ShouldContain("1 to answer");
        duty.Uid.ShouldBe($"duty-{campaign:N}-1@governance");
        duty.Url!.AbsolutePath.ShouldBe($"/reviews/{campaign:D}");

        var all = (await calendars.RenewAsync(manager, Ct)).OrThrow();
        var whole = Ical.Net.Calendar.Load(await program.GetStringAsync($"/calendar/{all}.ics"))!;
        whole.Events.Count(e => e.Uid!.StartsWith("run-", StringComparison.Ordinal)).ShouldBe(1);
        whole.Events.Count(e => e.Uid!.StartsWith("coming-", StringComparison.Ordinal)).ShouldBe(4);
        whole.Events.Select(e => e.Uid).Distinct().Count().ShouldBe(whole.Events.Count);
        whole.Events.ShouldAllBe(e => e.DtStamp != null && e.Start != null && e.End! > e.Start);

        var again = (await calendars.RenewAsync(owner, Ct)).OrThrow();
        (await program.GetAsync($"/calendar/{secret}.ics")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await program.GetAsync($"/calendar/{again}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await program.GetAsync($"/calendar/{again}.ics")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await calendars.EndAsync(owner, Ct);
        (await program.GetAsync($"/calendar/{again}.ics")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await using var db = await desk.DbAsync();
        (await db.CalendarTokens.CountAsync(t => t.Hash == all || t.Hash == again)).ShouldBe(0);
    }

    [Fact]
    public async Task Exports_are_whole_and_no_cell_begins_a_formula()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.ProgramAsync("manager", Roles.CampaignManager);
        var manager = desk.Me("manager", null, Roles.CampaignManager);
        var campaigns = desk.Console.Get<CampaignService>();
        var definition = (await campaigns.DefineAsync(new DefinitionInput { Name = "Export", FallbackReviewerId = desk.Owner.Id }, manager, Ct)).OrThrow();
        var campaign = (await campaigns.LaunchAsync(definition, manager, Ct)).OrThrow();
        using var browser = await desk.Console.SignedInAsync("manager");
        var items = (await browser.GetStringAsync($"/campaigns/{campaign}/items.csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        items.Length.ShouldBe(2);
        items[1].ShouldContain(",'=cmd(),");
        var left = (await browser.GetStringAsync($"/campaigns/{campaign}/left-out.csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        left.Length.ShouldBe(2);
        left[1].ShouldEndWith("decommissioned,decommissioned already");
    }

    private static async Task<JsonElement> GetAsync(HttpClient program, string path)
    {
        using var answer = await program.GetAsync("/api/v1/" + path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, path + ": " + await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>())!;
    }

    private static async Task<JsonElement> PostAsync(HttpClient program, string path, object? body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await program.PostAsync("/api/v1/" + path, body is null ? null : JsonContent.Create(body));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, path + ": " + text);
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task RefusedAsync(HttpClient program, string path, object? body, HttpStatusCode expected, string code)
    {
        var problem = await PostAsync(program, path, body, expected);
        problem.GetProperty("code").GetString().ShouldBe(code);
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
    }

    private static async Task PutAsync(HttpClient program, string path, object body, HttpStatusCode expected, string code)
    {
        using var answer = await program.PutAsJsonAsync("/api/v1/" + path, body);
        answer.StatusCode.ShouldBe(expected);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe(code);
    }

    private sealed class Desk(ConsoleUnderTest console, Person owner) : IAsyncDisposable
    {
        public ConsoleUnderTest Console { get; } = console;

        public Person Owner { get; } = owner;

        public Dictionary<string, Guid> Accounts { get; } = new(StringComparer.Ordinal);

        public static async Task<Desk> OpenAsync()
        {
            var console = new ConsoleUnderTest();
            var now = TimeProvider.System.Now();
            var owner = new Person { Id = Ids.New(now), ExternalId = "p1", Name = "Ada Owner", FirstSeenAt = now, LastSeenAt = now, ContentHash = "x" };
            var source = new Source { Id = Ids.New(now), Name = "Entra", CreatedAt = now, LastFullImportAt = now };
            await using var db = await console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
            db.AddRange(owner, source, Identity(source.Id, "=cmd()", LifecycleState.Active, owner.Id, now), Identity(source.Id, "gone", LifecycleState.Decommissioned, null, now));
            await db.SaveChangesAsync();
            return new Desk(console, owner);
        }

        public async Task<HttpClient> ProgramAsync(string name, string? role = null, Guid? person = null, bool readOnly = false, string[]? scoped = null)
        {
            string[] roles = role is null ? [] : [role];
            Accounts[name] = await Console.AddAccountAsync(name, roles);
            if (person is { } matched)
                (await Console.Get<AccountService>().MatchPersonAsync(Accounts[name], matched, Actor.Job("test"), Ct)).IsRefused.ShouldBeFalse();
            var me = Me(name, person, roles);
            var key = (await Console.Get<ApiKeyService>().CreateAsync(new NewApiKey("test of " + name, scoped ?? roles, readOnly, 30), me, Ct)).OrThrow();
            var program = Console.Browser();
            program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Secret);
            return program;
        }

        public Actor Me(string name, Guid? person, params string[] roles) => new(ActorKind.Person, Accounts[name].ToString("D"), name, person, Roles: roles.ToHashSet(StringComparer.Ordinal));

        public Task<GovernanceDb> DbAsync() => Console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();

        public ValueTask DisposeAsync() => Console.DisposeAsync();

        private static Identity Identity(Guid source, string name, LifecycleState state, Guid? owner, DateTimeOffset now) => new()
        {
            Id = Ids.New(now),
            SourceId = source,
            ExternalId = name,
            DisplayName = name,
            Attributes = "{}",
            ContentHash = "x",
            FirstSeenAt = now,
            LastSeenAt = now,
            StateSince = now,
            State = state,
            OwnerId = owner,
            OwnerState = owner is null ? OwnerState.None : OwnerState.Accepted,
        };
    }
}
