using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Inventory.Formats;

/// <summary>Written after the documentation of Vault and Infisical; no file of others was found.</summary>
public sealed class VaultTests
{
    private const string Entity = """
        {"request_id":"r1","lease_id":"","lease_duration":0,"renewable":false,"warnings":null,"data":{"id":"8d6a45e5-572f-8f13-d226-cd0d1ec57297","name":"ci-agent","disabled":false,"creation_time":"2024-01-12T12:30:05.123456789Z","last_update_time":"2024-02-12T12:30:05Z","namespace_id":"root",
          "policies":["ci-deploy","root"],"group_ids":["g-1"],"metadata":{"owner":"eve@x.org"},
          "aliases":[{"id":"a1","canonical_id":"8d6a45e5-572f-8f13-d226-cd0d1ec57297","name":"prod-role","mount_accessor":"auth_approle_1","mount_path":"auth/approle/","mount_type":"approle","creation_time":"2024-01-12T12:30:05Z"}]}}
        """;

    private const string Role = """
        {"request_id":"r2","data":{"bind_secret_id":true,"secret_id_ttl":0,"secret_id_num_uses":0,"token_policies":["default","ci-deploy"],"token_ttl":1200}}
        {"request_id":"r3","data":{"role_id":"db02de05-fa39-4855-059b-67221c5c2f63"}}
        {"request_id":"r4","data":{"secret_id_accessor":"84896a0c-1347-aa90-a4f6-aca8b7558780","creation_time":"2024-03-01T00:00:00Z","expiration_time":"0001-01-01T00:00:00Z","secret_id_num_uses":0,"secret_id_ttl":0}}
        {"request_id":"r5","data":{"secret_id_accessor":"94896a0c-1347-aa90-a4f6-aca8b7558781","creation_time":"2024-03-01T00:00:00Z","expiration_time":"2027-03-01T00:00:00Z"}}
        {"request_id":"r6","data":{"keys":["a","b"]}}
        """;

    [Fact]
    public async Task An_entity_tells_how_it_signs_in_and_what_it_may()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync(Entity);
        run.Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        run.Format.ShouldBe("vault");
        (await test.ImportAsync(Entity)).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        var entity = await test.DetailAsync("ci-agent");
        (entity.Identity.Kind, entity.Identity.Enabled, entity.Identity.OwnerHint, entity.Identity.Privileged).ShouldBe((IdentityKind.ServiceAccount, Reported.Yes, "eve@x.org", Reported.Yes));
        entity.Credentials.ShouldHaveSingleItem().DisplayName.ShouldBe("prod-role at auth/approle/ (approle)");
        entity.Grants.Select(g => (g.Name, g.Privileged)).ShouldBe([("ci-deploy", Reported.Unknown), ("root", Reported.Yes), ("policies of group g-1", Reported.Unknown)], ignoreOrder: true);
    }

    [Fact]
    public async Task The_answers_of_one_AppRole_are_one_identity()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync(Role);
        run.Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        (run.Attached, run.NotInventoried).ShouldBe((3, 1));
        (await test.ImportAsync(Role)).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        var role = await test.DetailAsync("AppRole db02de05-fa39-4855-059b-67221c5c2f63");
        role.Credentials.Select(c => (c.ExternalId, c.Expiry)).ShouldBe([("84896a0c-1347-aa90-a4f6-aca8b7558780", ExpiryState.Never), ("94896a0c-1347-aa90-a4f6-aca8b7558781", ExpiryState.Known)], ignoreOrder: true);
        role.Grants.Select(g => g.Name).ShouldBe(["default", "ci-deploy"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_secret_id_of_which_nobody_says_whose_it_is_is_rejected()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync(Entity.ReplaceLineEndings(" ") + """{"request_id":"r4","data":{"secret_id_accessor":"84896a0c","creation_time":"2024-03-01T00:00:00Z"}}""");
        run.Counts().ShouldBe((2, 1, 0, 0, 1, 0, 0));
        (await test.RejectsAsync(run)).ShouldHaveSingleItem().Reason.ShouldContain("whose secret id");
    }

    [Fact]
    public async Task Machine_identities_of_Infisical_and_their_client_secrets()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var zip = FormatTesting.Zip(
            ("identities.json", """{"identities":[{"id":"m1","identityId":"i1","role":"admin","createdAt":"2024-01-01T00:00:00.000Z","lastLoginTime":"2026-01-01T00:00:00.000Z","identity":{"id":"i1","name":"agent","authMethods":["universal-auth"]}}],"totalCount":1}"""),
            ("secrets.json", """{"clientSecretData":[{"id":"s1","identityId":"i1","createdAt":"2024-01-01T00:00:00.000Z","description":"prod","clientSecretPrefix":"abcd","clientSecretTTL":0,"isClientSecretRevoked":false}]}"""));
        (await test.ImportAsync(zip)).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        var agent = await test.DetailAsync("agent");
        (agent.Identity.Usage, agent.Identity.Privileged, agent.Credentials.ShouldHaveSingleItem().Expiry).ShouldBe((UsageState.Used, Reported.Yes, ExpiryState.Never));
    }
}
