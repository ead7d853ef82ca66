using System.Text;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>On SPIRE's and krane's manifests; the lists are written after the Kubernetes documentation.</summary>
public sealed class KubernetesTests
{
    private const string Token = "eyJhbGciOiJSUzI1NiJ9.CANARYCANARYCANARY.CANARYsignature";

    private static readonly string List = $$$"""
        {"apiVersion":"v1","items":[
         {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"agent","namespace":"ai","uid":"5c1c0d0e-0000-4000-8000-000000000001","creationTimestamp":"2024-05-01T10:00:00Z","resourceVersion":"77",
           "labels":{"team":"ml-platform","env":"prod"},
           "annotations":{"eks.amazonaws.com/role-arn":"arn:aws:iam::111122223333:role/agent","kubectl.kubernetes.io/last-applied-configuration":"{}"}},"secrets":[{"name":"agent-token-x1"}]},
         {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default","namespace":"ai","uid":"5c1c0d0e-0000-4000-8000-000000000002","creationTimestamp":"2024-05-01T10:00:00Z"}},
         {"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/service-account-token","metadata":{"name":"agent-token-x1","namespace":"ai","creationTimestamp":"2024-05-01T10:00:01Z",
           "labels":{"kubernetes.io/legacy-token-last-used":"2026-11-01"},"annotations":{"kubernetes.io/service-account.name":"agent","kubernetes.io/service-account.uid":"5c1c0d0e-0000-4000-8000-000000000001"}},
           "data":{"token":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(Token))}}}","ca.crt":"Q0FOQVJZ"}},
         {"apiVersion":"v1","kind":"Secret","type":"Opaque","metadata":{"name":"db","namespace":"ai"},"data":{"password":"Q0FOQVJZLXBhc3N3b3Jk"}},
         {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"secret-reader","labels":{"aggregate":"yes"}},"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get","list"]}]},
         {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"all-readers"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"aggregate":"yes"}}]},"rules":[]},
         {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"agents","creationTimestamp":"2024-06-01T00:00:00Z"},"roleRef":{"kind":"ClusterRole","name":"all-readers"},"subjects":[{"kind":"ServiceAccount","name":"agent","namespace":"ai"},{"kind":"User","name":"eve"}]},
         {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"people"},"roleRef":{"kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"User","name":"eve"}]},
         {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"viewers","namespace":"ai"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"Group","name":"system:serviceaccounts:ai"}]},
         {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"gone","namespace":"ai"},"roleRef":{"kind":"Role","name":"unknown"},"subjects":[{"kind":"ServiceAccount","name":"left-over"}]}
        ],"kind":"List","metadata":{"resourceVersion":""}}
        """;

    [Fact]
    public async Task Manifests_of_others_arrive_with_roles_resolved_and_twice_changes_nothing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var spire = await test.ImportFileAsync("kubernetes", "spire-server.yaml");
        spire.Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        spire.Format.ShouldBe("kubernetes");
        spire.NotInventoried.ShouldBe(8);
        spire.Message!.ShouldContain("ConfigMap 2");
        (await test.ImportFileAsync("kubernetes", "spire-server.yaml")).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        var server = await test.DetailAsync("spire/spire-server");
        (server.Identity.ExternalId, server.Identity.Kind, server.Identity.Enabled).ShouldBe(("spire/spire-server", IdentityKind.ServiceAccount, Reported.Unknown));
        server.Grants.Count.ShouldBe(2);
        server.Grants.ShouldContain(g => g.Name == "spire-server-cluster-role" && g.Resource == "the whole cluster");
        (await ViasAsync(test)).ShouldContain("ClusterRoleBinding spire-server-cluster-role-binding > ClusterRole spire-server-cluster-role");
        server.Grants.ShouldContain(g => g.Name == "spire/spire-server-role" && g.Resource == "namespace spire");
        (await test.ImportFileAsync("kubernetes", "krane-prerequisites.yaml")).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        var krane = await test.DetailAsync("krane/krane-sa");
        krane.Identity.Attributes.ShouldContain("namespaceFrom");
        krane.Grants.ShouldHaveSingleItem().Privileged.ShouldBe(Reported.No);
    }

    [Fact]
    public async Task A_list_tells_credentials_inherited_access_and_links_and_any_order_is_the_same()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync(List, full: true);
        run.Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        run.NotInventoried.ShouldBe(8);
        (await test.ImportAsync(FormatTesting.Reversed(List), full: true)).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        var agent = await test.DetailAsync("ai/agent");
        (agent.Identity.ExternalId, agent.Identity.OwnerHint, agent.Identity.Environment, agent.Identity.Usage).ShouldBe(("5c1c0d0e-0000-4000-8000-000000000001", "ml-platform", DeploymentEnvironment.Production, UsageState.Used));
        agent.Identity.Attributes.ShouldContain("arn:aws:iam::111122223333:role/agent");
        agent.Identity.Attributes.ShouldNotContain("last-applied");
        var token = agent.Credentials.ShouldHaveSingleItem();
        (token.ExternalId, token.Kind, token.Expiry, token.Fingerprint).ShouldBe(("secret/agent-token-x1", CredentialKind.Token, ExpiryState.Never, test.Get<SecretFilter>().Fingerprint(Token)));
        agent.Grants.ShouldContain(g => g.Name == "all-readers" && g.Privileged == Reported.Yes && g.Path == GrantPath.Role);
        agent.Grants.ShouldContain(g => g.Name == "view" && g.Path == GrantPath.Inherited);
        (await ViasAsync(test)).ShouldContain("group system:serviceaccounts:ai > RoleBinding viewers > ClusterRole view");
        (await test.DetailAsync("ai/default")).Identity.Description!.ShouldContain("Every pod");
        var stub = await test.DetailAsync("ai/left-over");
        stub.SeenOnlyThroughGrant.ShouldBeTrue();
        stub.Grants.ShouldContain(g => g.Name == "ai/unknown" && g.Privileged == Reported.Unknown);
        (await test.FoundInBytesAsync(Token, "CANARY-password", "Q0FOQVJZLXBhc3N3b3Jk", Convert.ToBase64String(Encoding.UTF8.GetBytes(Token)))).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_list_as_YAML_changes_nothing_and_a_binding_taken_away_goes_missing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportAsync(List, full: true);
        const string Yaml = """
            apiVersion: v1
            items:
            - apiVersion: v1
              kind: ServiceAccount
              metadata: {name: default, namespace: ai, uid: 5c1c0d0e-0000-4000-8000-000000000002, creationTimestamp: "2024-05-01T10:00:00Z"}
            kind: List
            """;
        (await test.ImportAsync(Yaml)).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        var less = await test.ImportAsync(List.Replace("{\"kind\":\"ServiceAccount\",\"name\":\"agent\",\"namespace\":\"ai\"},", string.Empty, StringComparison.Ordinal), full: true);
        less.State.ShouldBe(ImportRunState.Completed);
        await using var db = test.Open();
        (await db.Grants.CountAsync(g => g.MissingSince != null)).ShouldBe(1);
    }

    [Fact]
    public async Task Typed_lists_of_the_API_bad_records_and_broken_files_are_told()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportAsync("""{"kind":"ServiceAccountList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a","namespace":"n","uid":"u1"}},{"metadata":{"namespace":"n","uid":"u2"}}]}""")).Counts().ShouldBe((2, 1, 0, 0, 1, 0, 0));
        var broken = await test.ImportAsync(List[..900]);
        broken.State.ShouldBe(ImportRunState.Failed);
        broken.Message!.ShouldContain("not valid JSON");
    }

    private static async Task<List<string?>> ViasAsync(TestDatabase test)
    {
        await using var db = test.Open();
        return await db.Grants.Select(g => g.Via).ToListAsync();
    }
}
