using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>On cartography's and Google's own test files; API keys, federated principals and gcloud's policy are written after Google's documentation.</summary>
public sealed class GcpTests
{
    private const string Agent = "agent@p.iam.gserviceaccount.com";

    [Fact]
    public async Task Accounts_and_keys_meet_in_one_archive_or_one_after_the_other()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("gcp", "service-account-keys.json")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        (await test.ImportFileAsync("gcp", "service-accounts.json")).Counts().ShouldBe((2, 1, 1, 0, 0, 0, 0));
        (await test.ImportFileAsync("gcp", "service-accounts.json")).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
        var keys = await test.ImportFileAsync("gcp", "service-account-keys.json");
        keys.Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        keys.Message!.ShouldContain("SYSTEM_MANAGED) 1");
        var one = await test.DetailAsync("service-account-1@project-abc.iam.gserviceaccount.com");
        (one.Identity.ExternalId, one.Identity.Kind, one.Identity.Enabled, one.Identity.Description)
            .ShouldBe(("service-account-1@project-abc.iam.gserviceaccount.com#112233445566778899", IdentityKind.ServiceAccount, Reported.Yes, "Service Account 1. Test service account 1"));
        var key = one.Credentials.ShouldHaveSingleItem();
        (key.ExternalId, key.Expiry, key.ExpiresAt).ShouldBe(("0987654321", ExpiryState.Known, new DateTimeOffset(2024, 2, 1, 0, 0, 0, TimeSpan.Zero)));
        (await test.IdentityAsync("service-account-2@project-abc.iam.gserviceaccount.com")).Enabled.ShouldBe(Reported.No);
        await using var fresh = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var zip = FormatTesting.Zip(("k.json", FormatTesting.Text("gcp", "service-account-keys.json")), ("a.json", FormatTesting.Text("gcp", "service-accounts.json")));
        (await fresh.ImportAsync(zip)).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        (await fresh.DetailAsync("service-account-1@project-abc.iam.gserviceaccount.com")).Credentials.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Assets_are_read_in_lists_and_lines_and_either_case()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("gcp", "gcp_iam_restrict_service_account_creation.json")).Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        (await test.ImportAsync(FormatTesting.Text("gcp", "gcp_iam_restrict_service_account_creation.json").Replace("asset_type", "assetType", StringComparison.Ordinal))).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        (await test.ImportAsync(FormatTesting.Reversed(FormatTesting.Text("gcp", "gcp_iam_restrict_service_account_creation.json")))).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        (await test.ImportFileAsync("gcp", "gcp_iam_restrict_service_account_key_age.json")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        var keys = (await test.DetailAsync("111111-compute@developer.gserviceaccount.com")).Credentials;
        keys.Count.ShouldBe(5);
        keys.Count(k => k.Expiry == ExpiryState.Never).ShouldBe(4);
        var lines = await test.ImportFileAsync("gcp", "cai-iam_policy.json");
        (lines.Format, lines.Read, lines.NotInventoried).ShouldBe(("gcp", 0, 2));
        var bindings = await test.ImportFileAsync("gcp", "iam_allowed_bindings.json");
        bindings.State.ShouldBe(ImportRunState.Completed, bindings.Message);
        bindings.Rejected.ShouldBe(0);
        bindings.Message!.ShouldContain("grants to users");
        var impersonator = await test.DetailAsync("service-12345@notiam.gserviceaccount.com");
        impersonator.Grants.ShouldContain(g => g.Name == "roles/iam.serviceAccountUser" && g.Resource == "projects/12345" && g.Privileged == Reported.Yes);
        (await test.ImportFileAsync("gcp", "iam_allow_ban_roles.json")).Rejected.ShouldBe(0);
    }

    [Fact]
    public async Task Members_of_policies_are_told_apart()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportAsync($$"""[{"name":"projects/p/serviceAccounts/{{Agent}}","email":"{{Agent}}","uniqueId":"42","displayName":"Agent"}]""");
        var run = await test.ImportAsync($$"""
            {"name":"//iam.googleapis.com/projects/p/serviceAccounts/{{Agent}}","asset_type":"iam.googleapis.com/ServiceAccount","iam_policy":{"bindings":[{"role":"roles/iam.workloadIdentityUser","members":["principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/repo:acme/app","serviceAccount:p.svc.id.goog[prod/agent]"]}]} }
            {"name":"//cloudresourcemanager.googleapis.com/projects/p","asset_type":"cloudresourcemanager.googleapis.com/Project","iam_policy":{"bindings":[{"role":"roles/aiplatform.user","members":["serviceAccount:{{Agent}}","user:eve@x.org","group:g@x.org"],"condition":{"title":"office hours","expression":"true"} },
             {"role":"roles/owner","members":["deleted:serviceAccount:old@p.iam.gserviceaccount.com?uid=7","allUsers"]},{"role":"projects/p/roles/custom","members":["serviceAccount:{{Agent}}"]}]} }
            {"name":"//iam.googleapis.com/projects/p/roles/custom","asset_type":"iam.googleapis.com/Role","resource":{"data":{"name":"projects/p/roles/custom","includedPermissions":["iam.serviceAccounts.actAs"]} } }
            """);
        run.Counts().ShouldBe((5, 4, 1, 0, 0, 0, 0));
        var agent = await test.DetailAsync(Agent);
        agent.Grants.Select(g => (g.Name, g.Privileged)).ShouldBe([("roles/aiplatform.user", Reported.No), ("projects/p/roles/custom", Reported.Yes)], ignoreOrder: true);
        agent.Credentials.Count(c => c.Kind == CredentialKind.FederatedTrust).ShouldBe(2);
        (await test.IdentityAsync("p.svc.id.goog[prod/agent]")).Kind.ShouldBe(IdentityKind.Workload);
        var outside = await test.IdentityAsync("subject/repo:acme/app of gh");
        (outside.Kind, outside.ParentExternalId, outside.Privileged).ShouldBe((IdentityKind.Workload, "projects/1/locations/global/workloadIdentityPools/gh", Reported.Yes));
        var gone = await test.IdentityAsync("old@p.iam.gserviceaccount.com");
        (gone.ExternalId, gone.Enabled, gone.Privileged).ShouldBe(("old@p.iam.gserviceaccount.com#7", Reported.No, Reported.Yes));
        (await test.DetailAsync("Anyone on the internet (allUsers)")).Grants.ShouldHaveSingleItem().Privileged.ShouldBe(Reported.Yes);
        await using var db = test.Open();
        (await db.Grants.SingleAsync(g => g.Via != null)).Via.ShouldBe("if office hours: true");
    }

    [Fact]
    public async Task Pools_providers_and_API_keys_are_read()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("gcp", "workload-identity-pools.json")).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        (await test.ImportFileAsync("gcp", "workload-identity-pools.json")).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
        (await test.ImportAsync("""[{"name":"projects/123456789012/locations/global/workloadIdentityPools/github-pool/providers/gh","oidc":{"issuerUri":"https://token.actions.githubusercontent.com"},"attributeCondition":"assertion.repository_owner=='acme'","state":"ACTIVE"}]""")).Counts().ShouldBe((1, 0, 1, 0, 0, 0, 0));
        (await test.DetailAsync("GitHub Actions")).Credentials.ShouldHaveSingleItem().DisplayName!.ShouldContain("token.actions.githubusercontent.com");
        var keys = await test.ImportAsync("""
            [{"createTime":"2025-02-01T10:00:00.123456Z","displayName":"gemini","etag":"x","name":"projects/1/locations/global/keys/aa","uid":"aa","restrictions":{"apiTargets":[{"service":"generativelanguage.googleapis.com"}]},"keyString":"AIzaCANARYcanaryCANARYcanaryCANARY012345"},
             {"createTime":"2025-02-01T10:00:00Z","name":"projects/1/locations/global/keys/bb","uid":"bb"}]
            """);
        keys.Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        var gemini = await test.DetailAsync("gemini");
        (gemini.Identity.Kind, gemini.Grants.ShouldHaveSingleItem().Resource).ShouldBe((IdentityKind.ApiToken, "generativelanguage.googleapis.com"));
        gemini.Credentials.ShouldHaveSingleItem().Fingerprint!.Length.ShouldBe(64);
        (await test.IdentityAsync("API key bb")).Description!.ShouldContain("not restricted");
        (await test.FoundInBytesAsync("AIzaCANARY")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_policy_as_gcloud_prints_it_is_recognised_and_damage_is_told()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync($$"""{"bindings":[{"members":["serviceAccount:{{Agent}}"],"role":"roles/editor"}],"etag":"x","version":1}""");
        (run.Format, run.Created).ShouldBe(("gcp", 1));
        (await test.DetailAsync(Agent)).Grants.ShouldHaveSingleItem().Resource.ShouldBe("project");
        var bad = await test.ImportAsync($$"""[{"name":"projects/p/serviceAccounts/{{Agent}}","email":"{{Agent}}","uniqueId":"42"},{"name":"projects/p/serviceAccounts/x@p.iam.gserviceaccount.com","uniqueId":"43","displayName":5},{"name":"projects/p/serviceAccounts/{{Agent}}/keys/1","validAfterTime":"never ever"}]""", full: true);
        bad.Rejected.ShouldBe(2);
        (bad.Missing, bad.Changed).ShouldBe((0, 1));
        (await test.RejectsAsync(bad)).Select(r => r.Place).ShouldBe(["[1]", "[2]"]);
        (await test.IdentityAsync(Agent)).ExternalId.ShouldBe($"{Agent}#42");
        (await test.ImportAsync($$"""[{"name":"projects/p/serviceAccounts/{{Agent}}","email":"{{Agent}}","uniq""")).State.ShouldBe(ImportRunState.Failed);
    }
}
