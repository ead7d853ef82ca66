using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Inventory.Formats;

/// <summary>On cartography's list of clients; the realm exports are written after Keycloak's documentation.</summary>
public sealed class KeycloakTests
{
    private const string Realm = """
        [{"id":"r1","realm":"acme","accessTokenLifespan":300,"roles":{"realm":[{"name":"admin"}]},
          "users":[{"id":"u1","username":"service-account-agent","serviceAccountClientId":"agent","realmRoles":["admin","default-roles-acme"],"clientRoles":{"realm-management":["view-users"]},"groups":["/robots"]},{"id":"u2","username":"eve","credentials":[{"secretData":"CANARY-user-hash"}]}],
          "clients":[
           {"id":"c1","clientId":"agent","enabled":true,"publicClient":false,"serviceAccountsEnabled":true,"secret":"CANARY-secret-1","registrationAccessToken":"CANARY-registration","redirectUris":["https://agent.example.org/*"],
            "attributes":{"client.secret.creation.time":"1700000000","client.secret.rotated":"CANARY-rotated","client.secret.rotated.expiration.time":"1800000000","owner":"eve@x.org"}},
           {"id":"c2","clientId":"saml","protocol":"saml","enabled":false,"publicClient":false,"attributes":{"saml.signing.certificate":"MIIB","saml.signing.private.key":"CANARY-private-key"}},
           {"id":"c3","clientId":"masked","enabled":true,"publicClient":false,"secret":"**********"},
           {"id":"c4","clientId":"only-tokens","bearerOnly":true}]},
         {"id":"r2","realm":"other","accessTokenLifespan":300,"users":[{"username":"service-account-agent","serviceAccountClientId":"agent","realmRoles":["offline_access"]}],"clients":[{"id":"d1","clientId":"agent","enabled":true,"publicClient":false,"serviceAccountsEnabled":true}]}]
        """;

    [Fact]
    public async Task A_list_of_clients_arrives_and_twice_or_in_another_order_changes_nothing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var first = await test.ImportFileAsync("keycloak", "clients.json");
        first.Counts().ShouldBe((7, 7, 0, 0, 0, 0, 0));
        (first.Format, first.NotInventoried).ShouldBe(("keycloak", 2));
        (await test.ImportAsync(FormatTesting.Reversed(FormatTesting.Text("keycloak", "clients.json")), full: true)).Counts().ShouldBe((7, 0, 0, 7, 0, 0, 0));
        var backdoor = await test.DetailAsync("burns-backdoor");
        (backdoor.Identity.Kind, backdoor.Identity.Enabled).ShouldBe((IdentityKind.ServiceAccount, Reported.Yes));
        var secret = backdoor.Credentials.ShouldHaveSingleItem();
        (secret.Kind, secret.Expiry, secret.Fingerprint).ShouldBe((CredentialKind.ClientSecret, ExpiryState.Never, test.Get<SecretFilter>().Fingerprint("TINzO14xdnAiVwExDpQrVna7KosuFilZ")));
        (await test.FoundInBytesAsync("TINzO14xdnAiVwExDpQrVna7KosuFilZ")).ShouldBeEmpty();
        var console = await test.DetailAsync("security-admin-console");
        (console.Identity.Publisher, console.Credentials.Count).ShouldBe(("Keycloak", 0));
        (await test.DetailAsync("Springfield Powerplant")).Identity.Attributes.ShouldContain("redirectUris");
    }

    [Fact]
    public async Task Realms_tell_the_roles_of_service_accounts_and_no_secret_stays()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync(Realm, full: true);
        run.Counts().ShouldBe((4, 4, 0, 0, 0, 0, 0));
        (run.Attached, run.NotInventoried).ShouldBe((2, 2));
        (await test.ImportAsync(FormatTesting.Reversed(Realm), full: true)).Counts().ShouldBe((4, 0, 0, 4, 0, 0, 0));
        await using var db = test.Open();
        var agent = (await test.Get<InventoryQueries>().FindAsync(db.Identities.Single(i => i.ExternalId == "c1").Id, CancellationToken.None))!;
        agent.Grants.Select(g => (g.Name, g.Resource, g.Privileged)).ShouldBe(
            [("admin", "realm", Reported.Yes), ("default-roles-acme", "realm", Reported.No), ("view-users", "client realm-management", Reported.No), ("roles of /robots", "realm", Reported.Unknown)], ignoreOrder: true);
        agent.Credentials.Select(c => c.ExternalId).ShouldBe(["secret", "secret-rotated", "registration-access-token"], ignoreOrder: true);
        agent.Identity.OwnerHint.ShouldBe("eve@x.org");
        (await test.DetailAsync("saml")).Credentials.ShouldHaveSingleItem().Fingerprint.ShouldNotBeNull();
        var masked = (await test.DetailAsync("masked")).Credentials.ShouldHaveSingleItem();
        (masked.Kind, masked.Fingerprint).ShouldBe((CredentialKind.ClientSecret, null));
        (await test.FoundInBytesAsync("CANARY")).ShouldBeEmpty();
    }
}
