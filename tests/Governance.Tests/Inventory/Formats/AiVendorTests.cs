using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

public sealed class AiVendorTests
{
    [Fact]
    public async Task OpenAI_keys_of_users_are_identities_and_keys_of_service_accounts_are_theirs()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var zip = FormatTesting.Zip(("a.json", FormatTesting.Data("openai", "admin-api-keys.json")), ("b.json", FormatTesting.Data("openai", "project-api-keys.json")), ("c.json", FormatTesting.Data("openai", "project-service-accounts.json")));
        var run = await test.ImportAsync(zip);
        (run.Format, run.Created, run.Attached, run.Rejected).ShouldBe(("openai", 3, 2, 0));
        var found = await test.ByNameAsync();
        var account = found["Chaos Monker SA"];
        (account.Identity.ExternalId, account.Identity.Kind, account.Identity.Usage).ShouldBe(("user-ohp0mahG0Aw5eevu6ain", IdentityKind.ServiceAccount, UsageState.Used));
        account.Identity.CreatedInSourceAt.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1743941099));
        account.Credentials.ShouldHaveSingleItem().ExternalId.ShouldBe("key_iegheiWieG2jupheeYin");
        account.Credentials[0].Fingerprint.ShouldBe(test.Get<SecretFilter>().Fingerprint("sk-admin-5678efgh"));
        var admin = found["Administration Key"];
        (admin.Identity.Kind, admin.Identity.OwnerHint, admin.Identity.Privileged).ShouldBe((IdentityKind.ApiToken, "Marge Simpson", Reported.Yes));
        admin.Credentials.ShouldHaveSingleItem().DisplayName.ShouldBe("Administration Key sk-admin...def");
        admin.Credentials[0].Expiry.ShouldBe(ExpiryState.NotReported);
        await using var db = test.Open();
        (await db.Identities.CountAsync(i => i.ToolId != null)).ShouldBe(3);
        (await db.Tools.SingleAsync()).Name.ShouldBe("OpenAI API");
        (await test.FoundInBytesAsync(["sk-admin-1234abcd", "sk-admin-5678efgh"])).ShouldBeEmpty();
        (await test.ImportAsync(zip)).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
    }

    [Fact]
    public async Task A_key_whose_service_account_no_file_describes_is_kept_on_a_stub()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("openai", "project-api-keys.json")).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        (await test.ImportFileAsync("openai", "project-service-accounts.json")).Counts().ShouldBe((1, 0, 1, 0, 0, 0, 0));
        (await test.ByNameAsync())["Chaos Monker SA"].Credentials.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_page_that_says_more_follow_is_told_and_is_never_the_whole_source()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        const string Page = """{"object":"list","data":[{"object":"organization.project.api_key","id":"key_1","name":"One","created_at":1711471533,"last_used_at":null,"expires_at":null,"redacted_value":"sk-abc...def"}],"first_id":"key_1","last_id":"key_1","has_more":true}""";
        var run = await test.ImportAsync(Page);
        (run.Created, run.Rejected).ShouldBe((1, 1));
        (await test.RejectsAsync(run)).ShouldHaveSingleItem().Reason.ShouldContain("has_more");
        var full = await test.ImportAsync(Page, full: true);
        full.State.ShouldBe(ImportRunState.Failed);
        full.Message!.ShouldContain("said to be the whole source");
        var credential = (await test.ByNameAsync())["One"].Credentials.ShouldHaveSingleItem();
        (credential.Usage, credential.Expiry).ShouldBe((UsageState.NeverUsed, ExpiryState.Never));
        (await test.ImportAsync(Page.Replace("true", "false", StringComparison.Ordinal), full: true)).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
    }

    [Fact]
    public async Task Anthropic_keys_carry_their_workspace_state_and_hint_and_tell_nothing_of_use()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var zip = FormatTesting.Zip(("keys.json", FormatTesting.Data("anthropic", "api-keys.json")), ("workspaces.json", FormatTesting.Data("anthropic", "workspaces.json")));
        var run = await test.ImportAsync(zip);
        (run.Format, run.Created, run.Rejected).ShouldBe(("anthropic", 1, 0));
        run.Message!.ShouldContain("workspaces");
        var (identity, credentials) = (await test.ByNameAsync())["Homer Assistant"];
        (identity.ExternalId, identity.Enabled, identity.Usage, identity.CreatorHint).ShouldBe(("apikey_01Rj2N8SVvo6BePZj99NhmiT", Reported.Yes, UsageState.NotReported, "user_EneequohSheesh3Ohtaefu8we2aite"));
        identity.Attributes.ShouldContain("Springfield Nuclear Power Plant");
        credentials.ShouldHaveSingleItem().DisplayName.ShouldBe("sk-ant-api03-R2D...igAA");
        credentials[0].Expiry.ShouldBe(ExpiryState.NotReported);
        (await test.ImportFileAsync("anthropic", "workspaces.json")).State.ShouldBe(ImportRunState.Completed);
    }
}
