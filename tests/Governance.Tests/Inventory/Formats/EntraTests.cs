using System.Text;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>What Graph answers beyond the documentation's examples (those are in GraphImportTests), and AzureHound's output: both written after the makers' documentation and models, not found.</summary>
public sealed class EntraTests
{
    private const string Api = "a0000000-0000-0000-0000-000000000001";
    private const string Bot = "b0000000-0000-0000-0000-000000000001";
    private const string App = "c0000000-0000-0000-0000-000000000001";

    private const string Principals = $$"""
        {"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals","@odata.nextLink":"https://graph.microsoft.com/v1.0/servicePrincipals?$skiptoken=x","value":[
          {"id":"{{Api}}","displayName":"Ledger API","appId":"a1000000-0000-0000-0000-000000000001","servicePrincipalType":"Application","passwordCredentials":[],"keyCredentials":[],
            "appRoles":[{"id":"d0000000-0000-0000-0000-000000000001","value":"Ledger.Write.All","displayName":"Write"}]},
          {"id":"{{Bot}}","displayName":"Invoice agent","appId":"b1000000-0000-0000-0000-000000000001","@odata.type":"#microsoft.graph.agentIdentity","agentIdentityBlueprintId":"c1000000-0000-0000-0000-000000000001","servicePrincipalType":"ServiceIdentity","accountEnabled":true,
            "sponsors":[{"@odata.type":"#microsoft.graph.user","mail":"eve@x.org"}],"owners":[{"userPrincipalName":"bob@x.org"}],
            "passwordCredentials":[{"keyId":"k1","displayName":"s","endDateTime":"2027-01-01T00:00:00Z","secretText":"CANARY-secret-text-1"}],
            "keyCredentials":[{"keyId":"k2","displayName":"CN=bot","endDateTime":"9999-12-31T00:00:00Z","key":"CANARY-certificate-1"}]}]}
        """;

    private const string Applications = $$"""
        {"value":[{"id":"{{App}}","appId":"c1000000-0000-0000-0000-000000000001","@odata.type":"#microsoft.graph.agentIdentityBlueprint","displayName":"Blueprint","signInAudience":"AzureADMyOrg","passwordCredentials":[],
          "keyCredentials":[{"keyId":"k9","displayName":"CN=app","startDateTime":"2025-01-01T00:00:00Z","endDateTime":"2026-01-01T00:00:00Z"}],
          "federatedIdentityCredentials":[{"id":"f1","name":"ci","issuer":"https://token.actions.githubusercontent.com","subject":"repo:acme/app:ref:refs/heads/main","audiences":["api://AzureADTokenExchange"]}]}]}
        """;

    [Fact]
    public async Task Pages_saved_as_files_are_joined_and_names_are_resolved_across_them()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var zip = Tenant();
        var run = await test.ImportAsync(zip);
        run.Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        (await test.ImportAsync(zip)).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        var bot = await test.DetailAsync("Invoice agent");
        (bot.Identity.Kind, bot.Identity.OwnerHint, bot.Identity.ParentExternalId, bot.Identity.Privileged).ShouldBe((IdentityKind.Agent, "eve@x.org", App, Reported.Yes));
        (bot.Identity.Usage, bot.Identity.LastUsedAt).ShouldBe((UsageState.Used, new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero)));
        bot.Grants.Select(g => (g.Name, g.Resource, g.Path)).ShouldBe(
            [("Ledger.Write.All", "Ledger API", GrantPath.Role), ("Mail.Read", "Microsoft Graph", GrantPath.Delegated), ("Application Administrator", "Microsoft Entra directory", GrantPath.Direct)], ignoreOrder: true);
        bot.Grants.Single(g => g.Path == GrantPath.Delegated).Consent.ShouldBe("2 people");
        bot.Grants.Single(g => g.Path == GrantPath.Direct).Privileged.ShouldBe(Reported.Yes);
        bot.Credentials.Single(c => c.ExternalId == "k2").Expiry.ShouldBe(ExpiryState.Never);
        bot.Credentials.Single(c => c.ExternalId == "k1").Fingerprint!.Length.ShouldBe(64);
        bot.Credentials.Single(c => c.ExternalId == "k1").LastUsedAt.ShouldBe(new DateTimeOffset(2026, 11, 19, 0, 0, 0, TimeSpan.Zero));
        var blueprint = await test.DetailAsync("Blueprint");
        blueprint.Credentials.Select(c => c.Kind).ShouldBe([CredentialKind.Certificate, CredentialKind.FederatedTrust], ignoreOrder: true);
        blueprint.Identity.Attributes.ShouldContain("repo:acme/app:ref:refs/heads/main");
        run.Message!.ShouldContain("files of people (import them by themselves) 1");
        run.Message!.ShouldContain("deleted objects 2");
        run.Message!.ShouldContain("sign-ins of applications whose service principal is not in the file 1");
        (await test.FoundInBytesAsync("CANARY-secret-text-1", "CANARY-certificate-1")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_import_takes_away_grants_of_the_feeds_that_it_holds_and_no_others()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportAsync(Tenant());
        var fewer = FormatTesting.Zip(("sp.json", Principals), ("apps.json", Applications),
            ("roles.json", $$"""{"value":[{"id":"r9","appRoleId":"00000000-0000-0000-0000-000000000000","principalId":"{{Api}}","principalType":"ServicePrincipal","resourceId":"{{Api}}"}]}"""));
        (await test.ImportAsync(fewer, full: true)).Missing.ShouldBe(0);
        var bot = await test.DetailAsync("Invoice agent");
        bot.Grants.Where(g => g.MissingSince is null).Select(g => g.Name).ShouldBe(["Mail.Read", "Application Administrator"], ignoreOrder: true);
        (await test.DetailAsync("Ledger API")).Grants.ShouldContain(g => g.Name == "Default access");
    }

    [Fact]
    public async Task What_comes_alone_lands_on_stubs_or_says_what_it_lacks()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportAsync($$"""{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#applications('{{App}}')/federatedIdentityCredentials","value":[{"id":"f1","name":"ci","issuer":"https://oidc.example.org","subject":"system:serviceaccount:prod:agent"}]}""")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        (await test.DetailAsync($"Unknown client {App}")).Credentials.ShouldHaveSingleItem().Kind.ShouldBe(CredentialKind.FederatedTrust);
        (await test.ImportAsync(Applications)).Counts().ShouldBe((1, 0, 1, 0, 0, 0, 0));
        (await test.IdentityAsync("Blueprint")).ExternalId.ShouldBe(App);
        var role = await test.ImportAsync($$"""{"value":[{"id":"role1","displayName":"Global Administrator","roleTemplateId":"62e90394-69f5-4237-9190-012177145e10","members":[{"@odata.type":"#microsoft.graph.servicePrincipal","id":"{{Bot}}","displayName":"Bot"},{"@odata.type":"#microsoft.graph.user","id":"u1","displayName":"Eve"}]}]}""");
        role.Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        (await test.DetailAsync("Bot")).Grants.ShouldHaveSingleItem().Privileged.ShouldBe(Reported.Yes);
        var assignments = await test.ImportAsync("""{"value":[{"id":"x","principalId":"u2","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10","directoryScopeId":"/"}]}""");
        assignments.Message!.ShouldContain("directory roles of users");
    }

    [Fact]
    public async Task Very_many_grants_of_one_client_are_one_identity_in_any_order()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var rows = Enumerable.Range(0, 30_000).Select(n => $$"""{"id":"g{{n}}","clientId":"{{Bot}}","consentType":"Principal","principalId":"p{{n}}","resourceId":"r","scope":"User.Read openid"}""").ToList();
        (await test.ImportAsync($$"""{"value":[{{string.Join(',', rows)}}]}""")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        rows.Reverse();
        (await test.ImportAsync($$"""{"value":[{{string.Join(',', rows)}}]}""")).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        await using var db = test.Open();
        (await db.Grants.Select(g => g.Consent).Distinct().ToListAsync()).ShouldBe(["30000 people"]);
    }

    [Fact]
    public async Task AzureHound_output_is_read_and_its_gap_is_told()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync(Hound(11), full: true);
        run.Format.ShouldBe("azurehound");
        run.Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        run.Message!.ShouldContain("delegated grants (AzureHound can't see them; import Graph's oauth2PermissionGrants too) 1");
        run.Message!.ShouldContain("AZUser 1");
        (await test.ImportAsync(Hound(11), full: true)).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
        var bot = await test.DetailAsync("INVOICE BOT");
        (bot.Identity.ExternalId, bot.Identity.OwnerHint).ShouldBe((Bot, "EVE@X.ORG"));
        bot.Grants.Select(g => (g.Name, g.Privileged)).ShouldBe([("Mail.ReadWrite", Reported.Yes), ("Global Administrator", Reported.Yes), ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", Reported.Yes)], ignoreOrder: true);
        (await test.DetailAsync("INVOICE APP")).Credentials.Count.ShouldBe(2);
        var cut = await test.ImportAsync(Hound(12), full: true);
        (cut.Rejected, cut.Missing).ShouldBe((1, 0));
        (await test.RejectsAsync(cut)).ShouldHaveSingleItem().Reason.ShouldContain("meta.count says 12 rows and the file holds 11");
        var text = Encoding.UTF8.GetString(Hound(11));
        (await test.ImportAsync(text[..text.IndexOf(",\"meta\"", StringComparison.Ordinal)] + "}")).Rejected.ShouldBe(1);
        (await test.RejectsAsync(await test.ImportAsync(text[..^40]))).ShouldContain(r => r.Reason.Contains("not valid JSON", StringComparison.Ordinal));
    }

    private static byte[] Tenant() => FormatTesting.Zip(
        ("sp.json", Principals),
        ("apps.json", Applications),
        ("grants-1.json", $$"""{"value":[{"id":"g1","clientId":"{{Bot}}","consentType":"Principal","principalId":"p1","resourceId":"r","resourceDisplayName":"Microsoft Graph","scope":"Mail.Read"},{"id":"g2","clientId":"{{Bot}}","consentType":"Principal","principalId":"p2","resourceId":"r","resourceDisplayName":"Microsoft Graph","scope":" Mail.Read"}]}"""),
        ("roles.json", $$"""{"value":[{"id":"r1","appRoleId":"d0000000-0000-0000-0000-000000000001","createdDateTime":"2025-01-01T00:00:00Z","principalDisplayName":"Invoice agent","principalId":"{{Bot}}","principalType":"ServicePrincipal","resourceId":"{{Api}}"}]}"""),
        ("directory.json", $$"""{"value":[{"id":"x","principalId":"{{Bot}}","roleDefinitionId":"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3","directoryScopeId":"/"}]}"""),
        ("definitions.json", """{"value":[{"id":"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3","displayName":"Application Administrator","isBuiltIn":true,"templateId":"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3","rolePermissions":[]}]}"""),
        ("use.json", """{"value":[{"id":"s1","appId":"b1000000-0000-0000-0000-000000000001","lastSignInActivity":{"lastSignInDateTime":"2026-11-20T08:00:00Z"},"delegatedClientSignInActivity":{"lastSignInDateTime":"2026-01-01T00:00:00Z"}},{"id":"s2","appId":"ffffffff-0000-0000-0000-000000000001","lastSignInActivity":{"lastSignInDateTime":"2026-11-20T08:00:00Z"}}]}"""),
        ("keys.json", $$"""{"value":[{"id":"u1","appId":"b1000000-0000-0000-0000-000000000001","keyId":"k1","keyType":"clientSecret","credentialOrigin":"servicePrincipal","servicePrincipalObjectId":"{{Bot}}","signInActivity":{"lastSignInDateTime":"2026-11-19T00:00:00Z"} }]}"""),
        ("users.json", """{"value":[{"@odata.type":"#microsoft.graph.user","id":"u","userPrincipalName":"eve@x.org"}]}"""),
        ("deleted.json", """{"value":[{"id":"z1","@removed":{"reason":"deleted"}},{"id":"z2","displayName":"Gone","servicePrincipalType":"Application","deletedDateTime":"2026-01-01T00:00:00Z"}]}"""));

    private static byte[] Hound(int count) => Encoding.UTF8.GetBytes($$$"""
        {"data":[
        {"kind":"AZUser","data":{"id":"U1","displayName":"EVE"}},
        {"kind":"AZRole","data":{"id":"62e90394-69f5-4237-9190-012177145e10","displayName":"Global Administrator","templateId":"62e90394-69f5-4237-9190-012177145e10","isBuiltIn":true}},
        {"kind":"AZServicePrincipal","data":{"id":"{{{Bot.ToUpperInvariant()}}}","displayName":"INVOICE BOT","appId":"B1000000-0000-0000-0000-000000000001","servicePrincipalType":"Application","accountEnabled":true,"passwordCredentials":[],"keyCredentials":[],"tenantId":"T","tenantName":"ACME"}},
        {"kind":"AZApp","data":{"id":"{{{App.ToUpperInvariant()}}}","displayName":"INVOICE APP","appId":"B1000000-0000-0000-0000-000000000001","signInAudience":"AzureADMyOrg","passwordCredentials":[{"keyId":"k1","endDateTime":"2027-01-01T00:00:00Z"}],"keyCredentials":[],"tenantId":"T"}},
        {"kind":"AZAppOwner","data":{"appId":"B1000000-0000-0000-0000-000000000001","owners":[{"owner":{"id":"U1","userPrincipalName":"EVE@X.ORG"},"appId":"B1000000-0000-0000-0000-000000000001"}]}},
        {"kind":"AZServicePrincipalOwner","data":{"servicePrincipalId":"{{{Bot.ToUpperInvariant()}}}","owners":[{"owner":{"id":"U1","userPrincipalName":"EVE@X.ORG"},"servicePrincipalId":"{{{Bot}}}"}]}},
        {"kind":"AZAppRoleAssignment","data":{"id":"r1","appRoleId":"e2a3a72e-5f79-4c64-b1b1-878b674786c9","principalId":"{{{Bot}}}","principalType":"ServicePrincipal","principalDisplayName":"INVOICE BOT","resourceDisplayName":"Microsoft Graph","resourceId":"g"}},
        {"kind":"AZRoleAssignment","data":{"roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10","roleAssignments":[{"id":"x","principalId":"{{{Bot}}}","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10","directoryScopeId":"/"},{"id":"y","principalId":"U1","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10","directoryScopeId":"/"}]}},
        {"kind":"AZFederatedIdentityCredential","data":{"appId":"{{{App}}}","federatedIdentityCredential":{"id":"f1","name":"ci","issuer":"https://token.actions.githubusercontent.com","subject":"repo:a/b"} } },
        {"kind":"AZSubscriptionRoleAssignment","data":{"roleAssignments":[{"roleAssignment":{"properties":{"principalId":"{{{Bot}}}","principalType":"ServicePrincipal","roleDefinitionId":"/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635","scope":"/subscriptions/1"} } }]} },
        {"kind":"AZKeyVault","data":{"id":"v"}}
        ],"meta":{"type":"azure","version":5,"count":{{{count}}}}}
        """);
}
