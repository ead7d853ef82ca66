using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Inventory;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.People;

public sealed class PeopleFormatTests
{
    private const string Graph = """
        {"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)","value":[
          {"id":"AAAAAAAA-0000-0000-0000-000000000001","displayName":"Ada Lovelace","userPrincipalName":"ada@contoso.com","mail":"Ada.Lovelace@contoso.com","jobTitle":"Engineer","department":"ML","accountEnabled":true,"manager":{"@odata.type":"#microsoft.graph.user","id":"aaaaaaaa-0000-0000-0000-000000000002"}},
          {"id":"aaaaaaaa-0000-0000-0000-000000000002","displayName":"Bob Boss","userPrincipalName":"bob@contoso.com","mail":null,"accountEnabled":true},
          {"id":"aaaaaaaa-0000-0000-0000-000000000003","displayName":"Cyd Gone","userPrincipalName":"cyd@contoso.com","accountEnabled":false},
          {"id":"aaaaaaaa-0000-0000-0000-000000000004","displayName":"Dan Leaver","userPrincipalName":"dan@contoso.com","accountEnabled":true,"employeeLeaveDateTime":"2020-01-31T00:00:00Z"},
          {"id":"aaaaaaaa-0000-0000-0000-000000000005","displayName":"Guest","userPrincipalName":"g#EXT#@contoso.com","userType":"Guest"},
          {"id":"aaaaaaaa-0000-0000-0000-000000000006","userPrincipalName":null}]}
        """;

    private const string Scim = """
        {"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"Resources":[
          {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"s1","userName":"ada","displayName":"Ada Lovelace","title":"Engineer","active":true,
           "emails":[{"value":"private@home.example"},{"value":"Ada@Example.com","primary":true}],
           "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"ML","manager":{"value":"s2"}}},
          {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"s2","userName":"bob@example.com","name":{"givenName":"Bob","familyName":"Boss"},"active":false}]}
        """;

    private const string Ldif = """
        version: 1

        # people
        dn: uid=ada,ou=People,dc=example,dc=com
        objectClass: inetOrgPerson
        uid: ada
        employeeNumber: 4711
        cn: Ada Love
         lace
        mail: Ada@Example.com
        title:: TGVpdGVyaW4gZsO8ciBLSQ==
        departmentNumber: ML
        manager: UID=bob, ou=People,dc=example,dc=com

        dn: uid=bob,ou=People,dc=example,dc=com
        objectClass: inetOrgPerson
        uid: bob
        employeeNumber: 4712
        cn: Bob Boss
        nsAccountLock: TRUE

        dn: cn=host,dc=example,dc=com
        objectClass: computer
        objectClass: user
        cn: host

        dn: cn=nameless,dc=example,dc=com
        objectClass: person
        sn: x

        """;

    [Theory, EachDatabase]
    public async Task Users_of_Graph_are_people_with_managers_and_a_disabled_account_or_a_leave_date_means_left(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var run = await test.ImportAsync(Graph, full: true);
        (run.Format, run.Subject).ShouldBe(("entra-users", ImportSubject.People));
        run.Counts().ShouldBe((5, 4, 0, 0, 1, 0, 0));
        await using var db = test.Open();
        var people = await db.People.OrderBy(p => p.ExternalId).ToListAsync();
        people.Select(p => p.Name).ShouldBe(["Ada Lovelace", "Bob Boss", "Cyd Gone", "Dan Leaver"]);
        people.Select(p => p.Status).ShouldBe([PersonStatus.Active, PersonStatus.Active, PersonStatus.Left, PersonStatus.Left]);
        (people[0].Mail, people[0].Department, people[0].ManagerId).ShouldBe(("ada.lovelace@contoso.com", "ML", people[1].Id));
        people[1].Mail.ShouldBe("bob@contoso.com");
        people[3].LeftOn.ShouldBe(new DateTimeOffset(2020, 1, 31, 0, 0, 0, TimeSpan.Zero));
        (await test.ImportAsync(Graph, full: true)).Counts().ShouldBe((5, 0, 0, 4, 1, 0, 0));
    }

    [Theory, EachDatabase]
    public async Task Users_of_SCIM_with_the_enterprise_extension_are_people(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var run = await test.ImportAsync(Scim, full: true);
        (run.Format, run.Created).ShouldBe(("scim-people", 2));
        await using var db = test.Open();
        var people = await db.People.OrderBy(p => p.ExternalId).ToListAsync();
        people.Select(p => (p.Name, p.Mail, p.Status)).ShouldBe([("Ada Lovelace", "ada@example.com", PersonStatus.Active), ("Bob Boss", "bob@example.com", PersonStatus.Left)]);
        people[0].ManagerId.ShouldBe(people[1].Id);
        (await test.ImportAsync(Scim.Replace("\"title\"", "\"userType\":\"service\",\"title\"", StringComparison.Ordinal), source: "SaaS")).Format.ShouldBe("scim");
    }

    [Theory, EachDatabase]
    public async Task Persons_of_an_LDIF_file_are_people_and_managers_are_found_by_the_name_of_their_entry(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var run = await test.ImportAsync(Ldif);
        run.Format.ShouldBe("ldif-people");
        (run.Created, run.Rejected, run.NotInventoried).ShouldBe((2, 1, 1));
        await using var db = test.Open();
        var people = await db.People.OrderBy(p => p.ExternalId).ToListAsync();
        people.Select(p => (p.ExternalId, p.Name, p.Title, p.Status)).ShouldBe([("4711", "Ada Lovelace", "Leiterin für KI", PersonStatus.Active), ("4712", "Bob Boss", null, PersonStatus.Left)]);
        people[0].ManagerId.ShouldBe(people[1].Id);
    }

    [Theory, EachDatabase]
    public async Task An_annotation_of_a_namespace_leads_from_its_accounts_to_a_person(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var ada = await new Given(test).PersonAsync("Ada Lovelace");
        await test.ImportAsync($$$$"""
            {"apiVersion":"v1","kind":"List","items":[
              {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"ml-prod","annotations":{"example.com/owner":"{{{{ada.Mail}}}}"}}},
              {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"indexer","namespace":"ml-prod","uid":"u1"}},
              {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"other","namespace":"web","uid":"u2"}}]}
            """);
        await test.CatchUpAsync();
        await using var db = test.Open();
        var proposals = await db.OwnerProposals.Join(db.Identities, p => p.IdentityId, i => i.Id, (p, i) => new { i.DisplayName, p.PersonId, p.Confidence }).ToListAsync();
        proposals.Single().ShouldBe(new { DisplayName = "ml-prod/indexer", PersonId = ada.Id, Confidence = 60 });
    }
}
