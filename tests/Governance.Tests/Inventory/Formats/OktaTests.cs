using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Inventory.Formats;

/// <summary>On the examples of Okta's own OpenAPI description, one file an answer; the service app is written after its documentation.</summary>
public sealed class OktaTests
{
    private const string ServiceApp = """
        [{"id":"0oa1nkheCuDn82XVI0g4","label":"Claude triage agent","name":"oidc_client","status":"ACTIVE","created":"2024-01-01T00:00:00.000Z","lastUpdated":"2024-01-02T00:00:00.000Z","signOnMode":"OPENID_CONNECT",
          "credentials":{"oauthClient":{"client_id":"{clientId}","client_secret":"CANARY-okta-client-secret","token_endpoint_auth_method":"private_key_jwt"}},
          "settings":{"notes":{"admin":"triages alerts"},"oauthClient":{"application_type":"service","grant_types":["client_credentials"],"jwks":{"keys":[{"kid":"k1","kty":"RSA","status":"ACTIVE"}]}}}}]
        """;

    [Theory]
    [InlineData("apps.json", 1)]
    [InlineData("saml-app.json", 1)]
    [InlineData("api-tokens.json", 2)]
    [InlineData("service-accounts.json", 2)]
    [InlineData("app-service-accounts.json", 2)]
    [InlineData("app-grants.json", 1)]
    [InlineData("client-secrets.json", 1)]
    [InlineData("client-keys.json", 1)]
    [InlineData("client-roles.json", 1)]
    [InlineData("custom-client-roles.json", 1)]
    public async Task Each_answer_is_recognised_and_twice_changes_nothing(string file, int identities)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var first = await test.ImportFileAsync("okta", file);
        first.Counts().ShouldBe((identities, identities, 0, 0, 0, 0, 0));
        first.Format.ShouldBe("okta");
        (await test.ImportAsync(FormatTesting.Reversed(FormatTesting.Text("okta", file)))).Counts().ShouldBe((identities, 0, 0, identities, 0, 0, 0));
    }

    [Fact]
    public async Task The_end_of_an_API_token_slides_and_tells_of_its_last_use()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportFileAsync("okta", "api-tokens.json");
        var token = await test.DetailAsync("My API Token");
        (token.Identity.Kind, token.Identity.OwnerHint, token.Identity.Usage).ShouldBe((IdentityKind.ApiToken, "00uabcdefg1234567890", UsageState.Used));
        token.Identity.LastUsedAt.ShouldBe(new DateTimeOffset(2021, 11, 11, 20, 38, 10, TimeSpan.Zero));
        token.Credentials.ShouldHaveSingleItem().Expiry.ShouldBe(ExpiryState.Sliding);
        token.Grants.ShouldHaveSingleItem().Privileged.ShouldBe(Reported.Unknown);
    }

    [Fact]
    public async Task Secrets_keys_grants_and_roles_are_joined_to_their_app()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var zip = FormatTesting.Zip(
            ("apps.json", ServiceApp), ("grants.json", FormatTesting.Text("okta", "app-grants.json").Replace("{appId}", "0oa1nkheCuDn82XVI0g4", StringComparison.Ordinal)),
            ("keys.json", FormatTesting.Text("okta", "client-keys.json")),
            ("roles.json", FormatTesting.Text("okta", "client-roles.json")),
            ("secrets.json", """[{"id":"ocs1","status":"ACTIVE","client_secret":"CANARY-whole-secret","secret_hash":"h","created":"2023-02-21T20:08:24.000Z","_links":{"d":{"href":"https://x.okta.com/api/v1/apps/0oa1nkheCuDn82XVI0g4/credentials/secrets/ocs1"}}}]"""));
        var run = await test.ImportAsync(zip);
        run.Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        (await test.ImportAsync(zip)).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
        var agent = await test.DetailAsync("Claude triage agent");
        (agent.Identity.Kind, agent.Identity.Purpose, agent.Identity.Privileged).ShouldBe((IdentityKind.ServiceAccount, "triages alerts", Reported.Yes));
        agent.Identity.ToolId.ShouldBeNull("a name alone only suggests a tool, and waits for an answer");
        agent.Grants.Select(g => (g.Name, g.Privileged)).ShouldBe([("okta.users.read", Reported.No), ("okta.apps.manage", Reported.Yes)], ignoreOrder: true);
        agent.Credentials.Select(c => c.ExternalId).ShouldBe(["client_secret", "k1", "ocs1", "pks2f4zrZbs8nUa7p0g4", "pks2f50kZB0cITmYU0g4"], ignoreOrder: true);
        agent.Credentials.Single(c => c.ExternalId == "pks2f4zrZbs8nUa7p0g4").Enabled.ShouldBe(Reported.No);
        (await test.FoundInBytesAsync("CANARY")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_account_names_its_owners()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportFileAsync("okta", "service-accounts.json");
        (await test.IdentityAsync("AWS Prod-5 account")).OwnerHint.ShouldBe("user 00u11s48P9zGW8yqm0g5, group 00g57qp78yZT2XBA40g7");
    }
}
