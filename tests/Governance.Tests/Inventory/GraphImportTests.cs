using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

/// <summary>On files that other people made; see tests/data/MANIFEST.md. The AWS reports are written after the vendor's documentation.</summary>
public sealed class GraphImportTests
{
    [Theory, EachDatabase]
    public async Task Service_principals_and_applications_arrive_and_twice_changes_nothing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        (await test.ImportFileAsync("entra", "service-principals.json")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        (await test.ImportFileAsync("entra", "m365-sp-list.json")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        var first = await test.ImportFileAsync("entra", "m365-application-objects.json");
        first.Created.ShouldBeGreaterThan(10);
        (first.Read, first.Created + first.Rejected).ShouldBe((44, 44));
        var again = await test.ImportFileAsync("entra", "m365-application-objects.json");
        (again.Read, again.Created, again.Changed, again.Unchanged, again.Rejected).ShouldBe((44, 0, 0, first.Created, first.Rejected));
        (await test.RejectsAsync(first)).ShouldAllBe(r => r.Reason.Contains("id is empty") || r.Reason.Contains("before, at") || r.Reason.Contains("not a service principal"));
        await using var db = test.Open();
        var sp = await db.Identities.SingleAsync(i => i.ExternalId == "59e617e5-e447-4adc-8b88-00af644d7c92");
        (sp.DisplayName, sp.Kind, sp.Enabled, sp.Publisher, sp.Privileged).ShouldBe(("foo", IdentityKind.ServicePrincipal, Reported.Yes, "Contoso", Reported.Unknown));
    }

    [Theory, EachDatabase]
    public async Task A_grant_whose_client_is_unknown_is_kept_and_shown_as_such(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        (await test.ImportFileAsync("entra", "oauth2-permission-grants.json")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        await using var db = test.Open();
        var id = (await db.Identities.SingleAsync()).Id;
        var detail = (await test.Get<InventoryQueries>().FindAsync(id, CancellationToken.None))!;
        detail.SeenOnlyThroughGrant.ShouldBeTrue();
        detail.Identity.ExternalId.ShouldBe("263a5b01-03e5-408e-8557-bab681df104c");
        detail.Grants.Count.ShouldBe(14);
        detail.Grants.ShouldContain(g => g.Name == "Directory.ReadWrite.All" && g.Privileged == Reported.Yes && g.Consent == "AllPrincipals" && g.Path == GrantPath.Delegated);
        detail.Identity.Privileged.ShouldBe(Reported.Yes);
        (await test.ImportFileAsync("entra", "oauth2-permission-grants.json")).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
    }

    [Theory, EachDatabase]
    public async Task A_stub_becomes_whole_when_its_service_principal_arrives_and_keeps_its_grants(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportFileAsync("entra", "oauth2-permission-grants.json");
        const string Principal = """{"value":[{"id":"263A5B01-03E5-408E-8557-BAB681DF104C","displayName":"ChatGPT","appId":"e0476654-c1d5-430b-ab80-70cbd947616a","servicePrincipalType":"Application","owners":[{"userPrincipalName":"eve@x.org"}]}]}""";
        (await test.ImportAsync(Principal)).Counts().ShouldBe((1, 0, 1, 0, 0, 0, 0));
        (await test.ImportAsync(Principal)).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        (await test.ImportFileAsync("entra", "oauth2-permission-grants.json")).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        await using var db = test.Open();
        var one = await db.Identities.SingleAsync();
        (one.DisplayName, one.OwnerHint).ShouldBe(("ChatGPT", "eve@x.org"));
        one.ToolEvidence!.ShouldContain("Application id e0476654");
        (await db.Grants.CountAsync(g => g.MissingSince == null)).ShouldBe(14);
    }

    [Fact]
    public async Task Pages_lists_of_lists_and_role_assignments_are_read()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("entra", "m365-oauth2grant-list.json")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        var roles = await test.ImportFileAsync("entra", "m365-approleassignment-list.json");
        roles.State.ShouldBe(ImportRunState.Completed, roles.Message);
        (await test.ImportAsync("""[{"@odata.context":"x","value":[{"id":"a1","displayName":"A","servicePrincipalType":"Application"}]},{"value":[{"id":"a2","displayName":"B","servicePrincipalType":"ManagedIdentity"}]}]""")).Created.ShouldBe(2);
        (await test.ImportAsync("""{"id":"a3","displayName":"C","servicePrincipalType":"Application"}""")).Created.ShouldBe(1);
        await using var db = test.Open();
        (await db.Grants.AnyAsync(g => g.Path == GrantPath.Role)).ShouldBeTrue();
        (await db.Identities.SingleAsync(i => i.ExternalId == "a2")).Kind.ShouldBe(IdentityKind.ManagedIdentity);
    }

    [Theory, EachDatabase]
    public async Task A_grant_told_by_ids_and_later_by_names_is_one_grant_whichever_came_first(DatabaseProvider provider)
    {
        const string Resource = """{"id":"cc000000-0000-0000-0000-000000000001","appId":"dd000000-0000-0000-0000-000000000001","displayName":"Payroll API","servicePrincipalType":"Application","appRoles":[{"id":"ee000000-0000-0000-0000-000000000001","value":"Payroll.Write"}],"oauth2PermissionScopes":[{"id":"ee000000-0000-0000-0000-000000000002","value":"Payroll.Read"}]}""";
        const string Client = """{"id":"aa000000-0000-0000-0000-000000000001","displayName":"Bot","servicePrincipalType":"Application"}""";
        const string Roles = """{"value":[{"id":"x","principalId":"aa000000-0000-0000-0000-000000000001","principalType":"ServicePrincipal","resourceId":"cc000000-0000-0000-0000-000000000001","appRoleId":"ee000000-0000-0000-0000-000000000001"}]}""";
        const string Scopes = """{"value":[{"id":"y","clientId":"aa000000-0000-0000-0000-000000000001","consentType":"AllPrincipals","resourceId":"cc000000-0000-0000-0000-000000000001","scope":"Payroll.Read"}]}""";
        var whole = $$"""{"servicePrincipals":[{{Resource}},{{Client}}],"appRoleAssignments":{{Roles[9..^1]}},"oauth2PermissionGrants":{{Scopes[9..^1]}}}""";
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Roles, source: "Ids first");
        await test.ImportAsync(Scopes, source: "Ids first");
        var ids = await GrantsAsync(test, "Ids first");
        ids.ShouldAllBe(g => g.Name.Contains("cc000000", StringComparison.Ordinal));
        await test.ImportAsync(whole, source: "Ids first");
        var named = await GrantsAsync(test, "Ids first");
        named.Select(g => g.Name).ShouldBe(["Payroll API|Payroll.Read", "Payroll API|Payroll.Write"]);
        named.Select(g => g.Id).Order().ShouldBe(ids.Select(g => g.Id).Order(), "what points at a grant still does");
        (await test.ImportAsync(Roles, source: "Ids first")).Unchanged.ShouldBe(1);
        (await test.ImportAsync(Scopes, source: "Ids first")).Unchanged.ShouldBe(1);
        (await GrantsAsync(test, "Ids first")).ShouldBe(named);

        await test.ImportAsync(whole, source: "Names first");
        await test.ImportAsync(Scopes, source: "Names first");
        await test.ImportAsync(Roles, source: "Names first");
        (await GrantsAsync(test, "Names first")).Select(g => g.Name).ShouldBe(["Payroll API|Payroll.Read", "Payroll API|Payroll.Write"]);
    }

    private static async Task<List<(Guid Id, string Name)>> GrantsAsync(TestDatabase test, string source)
    {
        await using var db = test.Open();
        return (await db.Grants.Where(g => g.MissingSince == null).Join(db.Entitlements.Where(e => db.Sources.Any(s => s.Id == e.SourceId && s.Name == source)), g => g.EntitlementId, e => e.Id, (g, e) => new { g.Id, e.Key }).OrderBy(g => g.Key).ToListAsync())
            .ConvertAll(g => (g.Id, g.Key));
    }

    [Theory, EachDatabase]
    public async Task An_AWS_report_is_the_same_bare_and_in_its_envelope(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        (await test.ImportFileAsync("aws", "credential-report.csv")).Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        (await test.ImportFileAsync("aws", "credential-report.json")).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        await using var db = test.Open();
        var agent = await db.Identities.SingleAsync(i => i.DisplayName == "bedrock-agent");
        (agent.Enabled, agent.Usage).ShouldBe((Reported.Yes, UsageState.Used));
        var keys = await db.Credentials.Where(c => c.IdentityId == agent.Id).OrderBy(c => c.ExternalId).ToListAsync();
        keys.Select(k => k.Usage).ShouldBe([UsageState.Used, UsageState.NeverUsed]);
        (await db.Identities.SingleAsync(i => i.DisplayName.StartsWith("Root account"))).Privileged.ShouldBe(Reported.Yes);
        var alice = await db.Identities.SingleAsync(i => i.DisplayName == "alice");
        alice.Usage.ShouldBe(UsageState.NotReported);
    }
}
