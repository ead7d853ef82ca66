using System.Text;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

public sealed class GitHubTests
{
    [Fact]
    public async Task Fine_grained_tokens_arrive_with_permissions_use_and_end()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("github", "fine-grained-pats.json");
        run.Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        run.Format.ShouldBe("github");
        var found = await test.ByNameAsync();
        var (identity, credentials) = found["cartography-readonly"];
        (identity.ExternalId, identity.OwnerHint, identity.Enabled, identity.Usage, identity.Privileged).ShouldBe(("pat:98716", "hjsimpson", Reported.Yes, UsageState.Used, Reported.No));
        identity.LastUsedAt.ShouldBe(new DateTimeOffset(2025, 2, 16, 15, 47, 9, TimeSpan.Zero));
        (credentials.ShouldHaveSingleItem().Expiry, identity.CreatedInSourceAt).ShouldBe((ExpiryState.Known, null));
        (found["all-repos-readonly"].Identity.Enabled, found["all-repos-readonly"].Identity.Usage).ShouldBe((Reported.No, UsageState.NeverUsed));
        await using var db = test.Open();
        (await db.Entitlements.Select(e => e.Key).ToListAsync()).ShouldBe(["organization|members:read", "selected repositories|contents:read", "selected repositories|metadata:read", "all repositories|metadata:read"], ignoreOrder: true);
        (await test.ImportFileAsync("github", "fine-grained-pats.json")).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
    }

    [Fact]
    public async Task Webhook_events_of_one_installation_are_replayed_to_what_holds_now()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        string[] files = ["wh-installation-created.json", "wh-installation-created.with-requester.json", "wh-installation-new_permissions_accepted.json"];
        foreach (var file in files)
            (await test.ImportFileAsync("github", file)).Format.ShouldBe("github");
        await using var other = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await other.ImportAsync(FormatTesting.Zip([.. files.Select(f => (f, FormatTesting.Data("github", f)))]));
        (run.Created, run.Rejected).ShouldBe((1, 0));
        run.Message!.ShouldContain("earlier events of an installation");
        var one = (await other.ByNameAsync()).Values.ShouldHaveSingleItem().Identity;
        (one.ExternalId, one.Kind, one.Enabled, one.Privileged).ShouldBe(("installation:957387", IdentityKind.AppInstallation, Reported.Yes, Reported.Yes));
        one.CreatedInSourceAt.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1557933591));
    }

    [Fact]
    public async Task Installations_are_suspended_or_not_and_know_the_app()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("github", "installations.json")).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        var found = await test.ByNameAsync();
        found["claude in octo-org"].Identity.Enabled.ShouldBe(Reported.Yes);
        found["claude in octo-org"].Identity.Privileged.ShouldBe(Reported.Yes);
        found["old-bot in octo-org"].Identity.Enabled.ShouldBe(Reported.No);
        await using var db = test.Open();
        (await db.Entitlements.SingleAsync(e => e.Name == "contents:write")).Resource.ShouldBe("all repositories of octo-org");
    }

    [Fact]
    public async Task Part_of_a_list_is_told_by_its_total_count_and_never_taken_for_the_whole()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var text = FormatTesting.Text("github", "installations.json").Replace("\"total_count\": 2", "\"total_count\": 30", StringComparison.Ordinal);
        var run = await test.ImportAsync(text);
        (run.Created, run.Rejected).ShouldBe((2, 1));
        (await test.RejectsAsync(run)).ShouldHaveSingleItem().Reason.ShouldContain("it holds 2 of 30");
        (await test.ImportAsync(text, full: true)).State.ShouldBe(ImportRunState.Failed);
        (await test.ImportAsync(FormatTesting.Data("github", "installations.json"), full: true)).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
    }

    [Fact]
    public async Task Classic_tokens_come_from_credential_authorizations()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("github", "credential-authorizations.json")).Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        var found = await test.ByNameAsync();
        var (identity, credentials) = found["Claude Code on my laptop"];
        (identity.ExternalId, identity.OwnerHint, identity.Usage, identity.Privileged).ShouldBe(("credential:161195", "octocat", UsageState.Used, Reported.Yes));
        (credentials.ShouldHaveSingleItem().DisplayName, credentials[0].Expiry).ShouldBe(("…71c3fc11", ExpiryState.Known));
        found["personal access token of hubot"].Credentials[0].Expiry.ShouldBe(ExpiryState.Never);
        found["hubot's key"].Identity.Usage.ShouldBe(UsageState.NeverUsed);
    }

    [Fact]
    public async Task Deploy_keys_belong_to_a_repository_and_say_whether_they_write()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("github", "deploy-keys.json")).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        var found = await test.ByNameAsync();
        (found["deploy bot (octocat/Hello-World)"].Identity.Usage, found["writer (octocat/Hello-World)"].Identity.Usage).ShouldBe((UsageState.Used, UsageState.NeverUsed));
        await using var db = test.Open();
        (await db.Entitlements.OrderBy(e => e.Key).Select(e => e.Key).ToListAsync()).ShouldBe(["octocat/Hello-World|contents:read", "octocat/Hello-World|contents:write"]);
    }

    [Fact]
    public async Task Names_of_Actions_secrets_are_kept_by_organisation_folder_or_given_repository()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportAsync(FormatTesting.Zip(("octo-org/hello/secrets.json", FormatTesting.Data("github", "actions-secrets.json"))))).Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        (await test.ImportAsync(Encoding.UTF8.GetBytes("""{"name":"A_TOKEN","created_at":"2024-01-10T14:59:22Z","updated_at":"2024-01-10T14:59:22Z","repository":"o/r"}"""))).Format.ShouldBe("github");
        await using var db = test.Open();
        (await db.Identities.OrderBy(i => i.ExternalId).Select(i => i.ExternalId).ToListAsync())
            .ShouldBe(["actions/o/r/A_TOKEN", "actions/octo-org/DEPLOY_TOKEN", "actions/octo-org/hello/GIST_ID", "actions/octo-org/hello/OPENAI_API_KEY"]);
        (await db.Credentials.AnyAsync(c => c.Fingerprint != null)).ShouldBeFalse();
    }

    [Fact]
    public async Task One_bad_record_is_rejected_alone_and_a_cut_file_keeps_what_is_known()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var text = FormatTesting.Text("github", "fine-grained-pats.json");
        await test.ImportAsync(text);
        var bad = await test.ImportAsync(text.Replace("\"token_last_used_at\": \"2025-02-16T08:47:09.000-07:00\"", "\"token_last_used_at\": \"yesterday\"", StringComparison.Ordinal));
        (bad.Unchanged, bad.Rejected).ShouldBe((1, 1));
        (await test.RejectsAsync(await test.ImportAsync(text[..^300]))).ShouldContain(r => r.Reason.Contains("not valid JSON", StringComparison.Ordinal));
        await using var db = test.Open();
        (await db.Identities.CountAsync(i => i.MissingSince == null)).ShouldBe(2);
    }
}
