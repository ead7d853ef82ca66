using Governance.Inventory;

namespace Governance.Tests.Inventory;

/// <summary>What an identity's own fields say of its other names.</summary>
public sealed class IdentityReaderTests
{
    [Fact]
    public void An_application_id_is_its_own_only_at_the_top()
    {
        var keys = Keys(SourceSystem.Entra, """{"appId":"E0476654-C1D5-430B-AB80-70CBD947616A","preAuthorizedApplications":[{"appId":"08ad6f98-a4f8-4635-bb8d-f1a3044760f0"}],"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000"}]}""");
        keys.ShouldBe(["AppId e0476654-c1d5-430b-ab80-70cbd947616a own"]);
    }

    [Fact]
    public void A_client_id_that_every_installation_has_is_no_key() => Keys(SourceSystem.Saas, """{"clientId":"admin-cli","client_id":"account"}""").ShouldBeEmpty();

    [Fact]
    public void Annotations_of_a_service_account_point_at_cloud_identities() =>
        Keys(SourceSystem.Kubernetes, """{"metadata":{"name":"bot","namespace":"ai","annotations":{"eks.amazonaws.com/role-arn":"arn:aws:iam::123456789012:role/bot","iam.gke.io/gcp-service-account":"bot@proj.iam.gserviceaccount.com","azure.workload.identity/client-id":"11111111-2222-3333-4444-555555555555"}}}""", IdentityKind.ServiceAccount, "uid-1", "bot")
            .ShouldBe(["AppId 11111111-2222-3333-4444-555555555555 refers", "AwsArn arn:aws:iam::123456789012:role/bot refers", "GcpAccount bot@proj.iam.gserviceaccount.com refers", "ServiceAccount system:serviceaccount:ai:bot own"]);

    [Theory]
    [InlineData("""{"namespace":"ai"}""", "uid", "bot")]
    [InlineData("{}", "uid", "ai/bot")]
    [InlineData("{}", "ai/bot", "bot")]
    [InlineData("{}", "prod/ai/bot", "bot")]
    public void A_service_account_knows_its_subject_however_its_file_words_it(string attributes, string externalId, string name) =>
        Keys(SourceSystem.Kubernetes, attributes, IdentityKind.ServiceAccount, externalId, name).ShouldBe(["ServiceAccount system:serviceaccount:ai:bot own"]);

    [Fact]
    public void A_role_that_trusts_a_cluster_and_another_role_names_both() =>
        Keys(SourceSystem.Aws, """{"arn":"arn:aws:iam::123456789012:role/target","AssumeRolePolicyDocument":{"Statement":[{"Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks"},"Condition":{"StringEquals":{"oidc.eks:sub":"system:serviceaccount:ai:bot"}}},{"Principal":{"AWS":["arn:aws:iam::123456789012:role/caller","arn:aws:iam::123456789012:root"]}}]}}""")
            .ShouldBe(["AwsArn arn:aws:iam::123456789012:role/caller refers", "AwsArn arn:aws:iam::123456789012:role/target own", "ServiceAccount system:serviceaccount:ai:bot refers"]);

    [Fact]
    public void A_credential_report_knows_a_user_by_arn_without_the_time() =>
        Keys(SourceSystem.Aws, "{}", IdentityKind.MachineUser, "arn:aws:iam::123456789012:user/bot#2024-01-01T00:00:00Z").ShouldBe(["AwsArn arn:aws:iam::123456789012:user/bot own"]);

    [Theory]
    [InlineData("not json")]
    [InlineData("[1,2]")]
    [InlineData("{\"a\":null,\"appId\":{},\"arn\":7}")]
    public void What_is_not_as_expected_is_passed_over(string attributes) => Keys(SourceSystem.Entra, attributes).ShouldBeEmpty();

    [Fact]
    public void Clues_are_read_whatever_the_format()
    {
        var clues = IdentityReader.Read(Guid.Empty, SourceSystem.Generic, IdentityKind.McpServer, "x", "search", null,
            """{"command":"npx","args":["-y","tavily-mcp@0.1"],"env":{"TAVILY_API_KEY":"[secret removed]"},"homepage":"https://claude.ai","app_slug":"claude","partial_key_hint":"sk-ant-api03-ab...cd"}""", []).Clues;
        clues.Packages.ShouldContain("tavily-mcp@0.1");
        clues.Variables.ShouldBe(["TAVILY_API_KEY"]);
        clues.Addresses.ShouldBe(["https://claude.ai"]);
        (clues.GitHubApp, clues.KeyHints.Single()).ShouldBe(("claude", "sk-ant-api03-ab...cd"));
    }

    private static List<string> Keys(SourceSystem system, string attributes, IdentityKind kind = IdentityKind.ServicePrincipal, string externalId = "x", string name = "name") =>
        IdentityReader.Read(Guid.Empty, system, kind, externalId, name, null, attributes, []).Keys.Select(k => $"{k.Kind} {k.Value} {(k.Refers ? "refers" : "own")}").Order(StringComparer.Ordinal).ToList();
}
