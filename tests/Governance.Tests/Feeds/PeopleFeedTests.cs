using Governance.Accounts;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Feeds;

/// <summary>People that are fetched: Graph, SCIM and LDAP, each from a real server.</summary>
public sealed class PeopleFeedTests(LdapServer directory) : IClassFixture<LdapServer>
{
    [Theory, EachDatabase]
    public async Task A_tenants_people_come_page_by_page_with_manager_and_department_and_throttling_is_waited_for(DatabaseProvider provider)
    {
        await using var desk = await FeedDesk.CreateAsync(provider);
        var people = Enumerable.Range(1, 8).Select(i => User(i, enabled: i != 8)).ToList();
        var limited = 0;
        await using var tenant = await TenantAsync(() => people);
        tenant.Before = async http =>
        {
            if (http.Request.Path != "/v1.0/users" || ++limited != 2)
                return false;
            http.Response.Headers.RetryAfter = "40";
            await http.JsonAsync(new { error = new { code = "TooManyRequests" } }, 429);
            return true;
        };
        var feed = await desk.ConnectAsync("entra-people", GraphChange(tenant));
        var import = await desk.ImportOfAsync(await desk.RunAsync(feed));
        (import.Subject, import.Full, import.Created, import.Rejected).ShouldBe((ImportSubject.People, true, 8, 0));
        desk.Clock.Waited.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(40));
        tenant.Requests.Where(r => r.Path == "/v1.0/users").ShouldAllBe(r => r.Authorization == "Bearer people-token");
        await using var db = desk.Test.Open();
        var all = await db.People.AsNoTracking().ToListAsync();
        var boss = all.Single(p => p.Name == "User 1");
        all.Single(p => p.Name == "User 2").ManagerId.ShouldBe(boss.Id);
        (boss.Department, boss.Mail).ShouldBe(("ML", "user1@contoso.com"));
        all.Single(p => p.Name == "User 8").Status.ShouldBe(PersonStatus.Left);
        await desk.ShouldHoldNowhereAsync(GraphTenant.Secret);
    }

    [Fact]
    public async Task The_test_says_which_permission_lacks_and_what_it_sees()
    {
        await using var desk = await FeedDesk.CreateAsync();
        var allowed = false;
        await using var tenant = await TenantAsync(() => [User(1)]);
        tenant.Before = async http =>
        {
            if (allowed || http.Request.Path != "/v1.0/users")
                return false;
            await http.JsonAsync("""{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges."}}""", 403);
            return true;
        };
        (await desk.Service.TestAsync(null, "entra-people", GraphChange(tenant), FeedDesk.Admin, default)).Refusal!.Message.ShouldContain("User.Read.All");
        allowed = true;
        (await desk.Service.TestAsync(null, "entra-people", GraphChange(tenant), FeedDesk.Admin, default)).OrThrow().ShouldContain("the first is User 1");
    }

    [Fact]
    public async Task A_tenant_that_names_nobody_any_more_calls_nobody_missing()
    {
        await using var desk = await FeedDesk.CreateAsync();
        var people = new List<object> { User(1) };
        await using var tenant = await TenantAsync(() => people);
        var feed = await desk.ConnectAsync("entra-people", GraphChange(tenant));
        await desk.RunAsync(feed);
        people.Clear();
        var run = await desk.RunAsync(feed);
        (run.State, run.ImportRunId).ShouldBe((FeedRunState.Failed, null));
        run.Message!.ShouldContain("names nobody any more");
    }

    [Theory, EachDatabase]
    public async Task A_directory_that_lost_most_of_its_people_is_held_until_a_person_confirms(DatabaseProvider provider)
    {
        await using var desk = await FeedDesk.CreateAsync(provider);
        var people = Enumerable.Range(1, 40).Select(i => User(i)).ToList();
        await using var tenant = await TenantAsync(() => people);
        var feed = await desk.ConnectAsync("entra-people", GraphChange(tenant));
        await desk.ImportOfAsync(await desk.RunAsync(feed));

        people.RemoveRange(10, 30);
        var first = await desk.RunAsync(feed);
        (first.State, first.EndedAt is null).ShouldBe((FeedRunState.Held, false));
        first.Message!.ShouldContain("30 of 40 active people");
        await NobodyIsMissingAsync(desk);
        (await desk.FeedAsync(feed)).Failures.ShouldBe(0);

        // The next reading says the same: it takes the place of the first, and holds too.
        var second = await desk.RunAsync(feed);
        second.State.ShouldBe(FeedRunState.Held);
        var guard = desk.Test.Get<PeopleGuard>();
        (await guard.ConfirmAsync(first.ImportRunId!.Value, "they are", FeedDesk.Admin, default)).Refusal!.Code.ShouldBe("people.not-held");
        (await guard.ConfirmAsync(second.ImportRunId!.Value, " ", FeedDesk.Admin, default)).Refusal!.Code.ShouldBe("people.confirm-reason");
        (await guard.ConfirmAsync(second.ImportRunId!.Value, "they are", Given.Visitor, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await guard.ConfirmAsync(second.ImportRunId!.Value, "the branch was sold", FeedDesk.Admin, default)).Refusal.ShouldBeNull();
        var import = await desk.Test.Get<ImportService>().RunAsync(second.ImportRunId!.Value, FeedDesk.Admin, default);
        (import.State, import.Missing, import.ConfirmedBy).ShouldBe((ImportRunState.Completed, 30, "Ada Lovelace"));
        await using var db = desk.Test.Open();
        (await db.People.CountAsync(p => p.MissingSince != null)).ShouldBe(30);
        (await db.AuditEntries.Where(e => e.Action.StartsWith("people.")).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync()).ShouldBe(["people.imported", "people.held", "people.held", "people.confirmed", "people.imported"]);
    }

    [Theory, EachDatabase]
    public async Task More_than_five_in_a_hundred_owners_are_held_though_few_people_go_and_administrators_are_told(DatabaseProvider provider)
    {
        await using var desk = await FeedDesk.CreateAsync(provider);
        var given = new Given(desk.Test);
        var people = Enumerable.Range(1, 40).Select(i => User(i)).ToList();
        await using var tenant = await TenantAsync(() => people);
        var feed = await desk.ConnectAsync("entra-people", GraphChange(tenant));
        await desk.ImportOfAsync(await desk.RunAsync(feed));
        await using (var db = desk.Test.Open())
        {
            var owners = await db.People.OrderBy(p => p.ExternalId).Take(20).ToListAsync();
            foreach (var owner in owners)
            {
                var identity = await given.IdentityAsync();
                await given.SaveAsync(d => d.OwnerAssignments.Add(new OwnerAssignment { Id = Guid.CreateVersion7(), IdentityId = identity.Id, PersonId = owner.Id, Role = OwnerRole.Accountable, State = AssignmentState.Accepted, Since = desk.Test.Now, AssignedBy = "test" }));
            }

            (await desk.Test.Get<AccountService>().CreateAsync(new NewAccount("ann@example.com", "Ann", "seven unlikely garden words", [Roles.Administrator], owners[19].Id), Actor.Job("test"), default)).OrThrow();
        }

        // Four of those who own nothing: a tenth of the people, and believed.
        people.RemoveRange(36, 4);
        (await desk.RunAsync(feed)).State.ShouldBe(FeedRunState.Completed);
        // Four owners: a ninth of the people, and a fifth of the owners.
        people.RemoveRange(0, 4);
        var held = await desk.RunAsync(feed);
        held.State.ShouldBe(FeedRunState.Held);
        held.Message!.ShouldContain("4 of 36 active people would be gone or have left at once, 4 of 20 owners among them; more than 5 % of owners is held");
        await desk.Test.CatchUpAsync();
        await using var after = desk.Test.Open();
        var message = await after.Messages.SingleAsync(m => m.Kind == "directory.held");
        message.Link.ShouldBe($"/imports/{held.ImportRunId:D}");
    }

    [Fact]
    public async Task A_held_reading_can_be_discarded_and_leaves_no_file()
    {
        await using var desk = await FeedDesk.CreateAsync();
        var people = Enumerable.Range(1, 40).Select(i => User(i)).ToList();
        await using var tenant = await TenantAsync(() => people);
        var feed = await desk.ConnectAsync("entra-people", GraphChange(tenant));
        await desk.RunAsync(feed);
        for (var i = 0; i < 20; i++)
            people[i] = User(i + 1, enabled: false);
        var held = await desk.RunAsync(feed);
        held.State.ShouldBe(FeedRunState.Held, "leaving counts like missing");
        (await desk.Test.Get<ImportService>().CancelAsync(held.ImportRunId!.Value, FeedDesk.Admin, default)).Refusal.ShouldBeNull();
        await NobodyIsMissingAsync(desk);
        await using var db = desk.Test.Open();
        (await db.People.CountAsync(p => p.Status == PersonStatus.Left)).ShouldBe(0);
        var import = await db.ImportRuns.SingleAsync(r => r.Id == held.ImportRunId);
        (import.State, import.StoredAs).ShouldBe((ImportRunState.Cancelled, null));
    }

    [Theory]
    // Up to three are never held. Of people more than 20 %, of owners more than 5 %.
    [InlineData(3, 3, 3, 3, false)]
    [InlineData(4, 20, 0, 0, false)]
    [InlineData(4, 19, 0, 0, true)]
    [InlineData(4, 100, 1, 20, false)]
    [InlineData(4, 100, 1, 19, true)]
    [InlineData(0, 0, 0, 0, false)]
    public void It_is_held_above_the_shares_and_not_at_them(int lost, int all, int lostOwners, int allOwners, bool held) =>
        (new ShrinkLimits().Hold(new Gone(lost, all), new Gone(lostOwners, allOwners)) is not null).ShouldBe(held);

    [Fact]
    public async Task The_shares_are_an_administrators_to_set()
    {
        await using var desk = await FeedDesk.CreateAsync();
        var guard = desk.Test.Get<PeopleGuard>();
        (await guard.ChangeAsync(new ShrinkLimits { MostPeople = 50, MostOwners = 50, Few = 0 }, null, Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await guard.ChangeAsync(new ShrinkLimits { MostPeople = 0 }, null, FeedDesk.Admin, default)).Refusal!.Code.ShouldBe("guard.percent");
        (await guard.ChangeAsync(new ShrinkLimits { MostPeople = 90, MostOwners = 50, Few = 0 }, "a merger", FeedDesk.Admin, default)).Refusal.ShouldBeNull();
        (await guard.GetAsync(default)).MostPeople.ShouldBe(90);
    }

    [Fact]
    public async Task Scim_users_come_as_people_and_a_list_with_machines_is_still_read_as_people()
    {
        await using var desk = await FeedDesk.CreateAsync();
        await using var source = await FakeSource.StartAsync((http, asked) =>
        {
            var start = int.Parse(QueryHelpers.ParseQuery(asked.Query)["startIndex"]!, System.Globalization.CultureInfo.InvariantCulture);
            var all = Enumerable.Range(1, 5).Select(i => new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["schemas"] = new[] { "urn:ietf:params:scim:schemas:core:2.0:User" },
                ["id"] = $"s{i}",
                ["userName"] = $"user{i}@example.com",
                ["displayName"] = $"User {i}",
                ["active"] = i != 4,
                ["userType"] = i == 5 ? "Service" : "Employee",
                ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = new { department = "ML", manager = new { value = "s1" } },
            }).ToList();
            return http.JsonAsync(new { schemas = new[] { "urn:ietf:params:scim:api:messages:2.0:ListResponse" }, totalResults = 5, startIndex = start, Resources = all.Skip(start - 1).Take(2) });
        });
        var change = FeedDesk.Change(new Dictionary<string, string>(StringComparer.Ordinal) { ["base"] = source.Url + "/scim/v2", ["allowPrivate"] = "true" }, new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = "scim-canary" });
        (await desk.Service.TestAsync(null, "scim-people", change, FeedDesk.Admin, default)).OrThrow().ShouldContain("5 users");
        var import = await desk.ImportOfAsync(await desk.RunAsync(await desk.ConnectAsync("scim-people", change)));
        (import.Subject, import.Created).ShouldBe((ImportSubject.People, 4));
        await using var db = desk.Test.Open();
        (await db.People.SingleAsync(p => p.ExternalId == "s4")).Status.ShouldBe(PersonStatus.Left);
        (await db.People.SingleAsync(p => p.ExternalId == "s2")).ManagerId.ShouldBe((await db.People.SingleAsync(p => p.ExternalId == "s1")).Id);
        (await db.Identities.CountAsync()).ShouldBe(0);
    }

    [Theory, EachDatabase]
    public async Task A_directorys_people_come_in_pages_with_their_manager_and_no_password(DatabaseProvider provider)
    {
        await using var desk = await FeedDesk.CreateAsync(provider);
        var settings = directory.Settings(("base", "ou=people,dc=example,dc=com"), ("filter", "(objectClass=inetOrgPerson)"));
        (await desk.Service.TestAsync(null, "ldap-people", FeedDesk.Change(settings, LdapServer.Secrets()), FeedDesk.Admin, default)).OrThrow().ShouldContain("1,101 people");
        var feed = await desk.ConnectAsync("ldap-people", FeedDesk.Change(settings, LdapServer.Secrets()));
        var run = await desk.RunAsync(feed);
        var import = await desk.ImportOfAsync(run);
        (import.Subject, import.Created, import.Rejected, run.Records).ShouldBe((ImportSubject.People, 1101, 0, 1101L));
        await using var db = desk.Test.Open();
        // The last is in another document than the manager.
        var (first, last) = (await db.People.SingleAsync(p => p.ExternalId == "e1"), await db.People.SingleAsync(p => p.ExternalId == "e1101"));
        (last.ManagerId, last.Mail, last.Department).ShouldBe((first.Id, "person.1101@example.com", "ML"));
        await desk.ShouldHoldNowhereAsync("hash-canary-person-7");
        await desk.ShouldHoldNowhereAsync(LdapServer.Password);
    }

    private static async Task NobodyIsMissingAsync(FeedDesk desk)
    {
        await using var db = desk.Test.Open();
        (await db.People.CountAsync(p => p.MissingSince != null)).ShouldBe(0);
    }

    private static object User(int number, bool enabled = true) => new
    {
        id = Id(number),
        displayName = $"User {number}",
        mail = $"User{number}@contoso.com",
        userPrincipalName = $"user{number}@contoso.com",
        jobTitle = "Engineer",
        department = "ML",
        accountEnabled = enabled,
        userType = "Member",
        manager = number == 1 ? null : new { id = Id(1) },
    };

    private static string Id(int number) => $"aaaaaaaa-0000-0000-0000-{number:d12}";

    private static FeedChange GraphChange(FakeSource tenant) => FeedDesk.Change(
        new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant"] = "contoso.com", ["clientId"] = "11111111-2222-3333-4444-555555555555", ["graph"] = tenant.Url, ["authority"] = tenant.Url, ["allowPrivate"] = "true" },
        new Dictionary<string, string>(StringComparer.Ordinal) { ["clientSecret"] = GraphTenant.Secret });

    /// <summary>Pages of three, by links.</summary>
    private static Task<FakeSource> TenantAsync(Func<IReadOnlyList<object>> people) => FakeSource.StartAsync((http, asked) =>
    {
        if (asked.Path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))
            return http.JsonAsync(new { access_token = "people-token", expires_in = 3600 });
        asked.Query.ShouldContain("manager");
        var skip = QueryHelpers.ParseQuery(asked.Query).TryGetValue("$skip", out var s) ? int.Parse(s!, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var page = people().Skip(skip).Take(3).ToList();
        var body = new Dictionary<string, object?>(StringComparer.Ordinal) { ["value"] = page };
        if (skip + 3 < people().Count)
            body["@odata.nextLink"] = $"http://{http.Request.Host}/v1.0/users?$expand=manager($select=id)&$skip={skip + 3}";
        return http.JsonAsync(body);
    });
}
