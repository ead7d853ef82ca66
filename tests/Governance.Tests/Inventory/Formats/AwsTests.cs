using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>On cloudsplaining's and cartography's files; the credential report and what is joined with it is written after the vendor's documentation.</summary>
public sealed class AwsTests
{
    private const string Details = "account-authorization-details.json";

    [Fact]
    public async Task Every_user_and_role_of_an_account_arrives_and_twice_or_in_another_order_changes_nothing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var first = await test.ImportFileAsync("aws", Details);
        first.Counts().ShouldBe((122, 122, 0, 0, 0, 0, 0));
        first.Format.ShouldBe("aws-iam");
        first.NotInventoried.ShouldBe(89);
        first.Message!.ShouldContain("policies (shown with whom they are attached to) 84");
        (await test.ImportFileAsync("aws", Details)).Counts().ShouldBe((122, 0, 0, 122, 0, 0, 0));
        (await test.ImportAsync(FormatTesting.Reversed(FormatTesting.Text("aws", Details)), full: true)).Counts().ShouldBe((122, 0, 0, 122, 0, 0, 0));
        await using var db = test.Open();
        (await db.Identities.CountAsync(i => i.Kind == IdentityKind.MachineUser)).ShouldBe(44);
        (await db.Identities.CountAsync(i => i.Kind == IdentityKind.Role)).ShouldBe(78);
        (await db.Identities.CountAsync(i => i.Kind == IdentityKind.Role && i.Usage == UsageState.OutsideWindow)).ShouldBe(52);
        (await db.Identities.CountAsync(i => i.Kind == IdentityKind.MachineUser && i.Usage == UsageState.NotReported)).ShouldBe(44);
        (await test.ImportAsync(FormatTesting.Text("aws", "example_authz_v2.json"), source: "Another account")).Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task A_role_says_who_may_assume_it_and_what_it_may_do()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportFileAsync("aws", Details);
        var service = await test.IdentityAsync("AWS-QuickSetup-EnableCRecording-1clff_ap-northeast-1");
        service.Description.ShouldBe("May be assumed by the AWS service ssm.amazonaws.com");
        service.ExternalId.ShouldBe("arn:aws:iam::200611803367:role/AWS-QuickSetup-EnableCRecording-1clff_ap-northeast-1#2022-08-07T12:55:43Z");
        Attribute(service, "trustKind").ShouldBe("service");
        (await test.IdentityAsync("OrganizationAccountAccessRole")).Description.ShouldBe("May be assumed by the account 072528804237 (whom that account lets)");
        (await test.IdentityAsync("privesc-permissive-role-trust")).Description!.ShouldContain("its own account");
        var people = await test.DetailAsync("AWSReservedSSO_AdministratorAccess_dc6414f7f2ab04fc");
        people.Identity.Description!.ShouldContain("people who sign in through AWSSSO_b937d2dff24f2774_DO_NOT_DELETE (SAML)");
        people.Credentials.ShouldHaveSingleItem().Kind.ShouldBe(CredentialKind.FederatedTrust);
        people.Grants.ShouldContain(g => g.Name == "*" && g.Resource == "*" && g.Privileged == Reported.Yes);
        (await test.IdentityAsync("privesc4-CreateAccessKey-role")).Privileged.ShouldBe(Reported.Yes);
    }

    [Fact]
    public async Task Policies_of_groups_inline_and_managed_become_grants_that_say_where_they_come_from()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportFileAsync("aws", Details);
        var grants = await GrantsAsync(test, "privesc8-AttachGroupPolicy-user");
        grants.ShouldContain(g => g.Name == "iam:AttachGroupPolicy" && g.Privileged == Reported.Yes && g.Via!.Contains("privesc8-AttachGroupPolicy"));
        (await GrantsAsync(test, "obama")).ShouldContain(g => g.Path == GrantPath.Inherited && g.Via!.StartsWith("group admin > ") && g.Privileged == Reported.Yes);
        (await GrantsAsync(test, "fn4-exploitableNotAction-role")).ShouldContain(g => g.Name.StartsWith("everything but ") && g.Privileged == Reported.Yes);
        (await GrantsAsync(test, "fn3-exploitableConditionConstraint-role")).ShouldContain(g => g.Via!.Contains(", if "));
        (await GrantsAsync(test, "fp3-deny-iam-role")).ShouldNotContain(g => g.Name.StartsWith("iam:", StringComparison.OrdinalIgnoreCase));
        (await GrantsAsync(test, "GOAT")).ShouldBeEmpty();
        await using var db = test.Open();
        (await db.Grants.GroupBy(g => g.IdentityId).Select(g => g.Count()).MaxAsync()).ShouldBeLessThan(2000);
    }

    [Fact]
    public async Task Policy_documents_may_be_URL_encoded_as_the_API_answers_them()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportFileAsync("aws", Details);
        (await test.ImportAsync(Encoded(FormatTesting.Text("aws", Details)))).Counts().ShouldBe((122, 0, 0, 122, 0, 0, 0));
    }

    [Fact]
    public async Task Web_identities_anyone_and_external_ids_are_told()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync("""
            {"RoleDetailList":[
             {"RoleName":"ci","RoleId":"AROA1","Arn":"arn:aws:iam::111122223333:role/ci","CreateDate":"2024-01-01T00:00:00Z","Tags":[{"Key":"Owner","Value":"eve@x.org"},{"Key":"env","Value":"prod"}],"RolePolicyList":[],"AttachedManagedPolicies":[{"PolicyName":"AdministratorAccess","PolicyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}],
              "AssumeRolePolicyDocument":{"Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*"},"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}}}},
             {"RoleName":"open","RoleId":"AROA2","Arn":"arn:aws:iam::111122223333:role/open","CreateDate":"2024-01-01T00:00:00Z","RolePolicyList":[],"AttachedManagedPolicies":[],
              "AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}},
             {"RoleName":"vendor","RoleId":"AROA3","Arn":"arn:aws:iam::111122223333:role/vendor","CreateDate":"2024-01-01T00:00:00Z","RolePolicyList":[],"AttachedManagedPolicies":[],"RoleLastUsed":{"LastUsedDate":"2026-11-01T00:00:00Z","Region":"eu-central-1"},
              "AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}}]}}]}
            """);
        run.Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        var ci = await test.DetailAsync("ci");
        (ci.Identity.OwnerHint, ci.Identity.Environment, ci.Identity.Usage).ShouldBe(("eve@x.org", DeploymentEnvironment.Production, UsageState.NotReported));
        ci.Identity.Description!.ShouldContain("whose subject is repo:acme/app:*");
        ci.Identity.Attributes.ShouldContain("\"issuer\":\"https://token.actions.githubusercontent.com\"");
        ci.Grants.ShouldHaveSingleItem().Name.ShouldBe("AdministratorAccess");
        ci.Identity.Privileged.ShouldBe(Reported.Yes);
        Attribute(await test.IdentityAsync("open"), "trustKind").ShouldBe("anyone");
        var vendor = await test.IdentityAsync("vendor");
        vendor.Description.ShouldBe("May be assumed by the account 999988887777 (whom that account lets), if sts:ExternalId is as asked");
        vendor.LastUsedAt.ShouldBe(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task One_user_in_five_files_of_an_archive_is_one_identity()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        const string User = """{"UserName":"bedrock-agent","UserId":"AIDAEXAMPLE","Path":"/","Arn":"arn:aws:iam::111122223333:user/bedrock-agent","CreateDate":"2024-06-01T10:00:00+00:00"}""";
        var zip = FormatTesting.Zip(
            ("report.csv", FormatTesting.Text("aws", "credential-report.csv")),
            ("users.json", $$"""{"Users":[{{User}}]}"""),
            ("details.json", $$$"""{"UserDetailList":[{{{User[..^1]}}},"UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Statement":[{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"}]}}],"AttachedManagedPolicies":[],"GroupList":[]}]}"""),
            ("keys.json", """{"AccessKeyMetadata":[{"UserName":"bedrock-agent","AccessKeyId":"AKIAIOSFODNN7EXAMPLE","Status":"Active","CreateDate":"2024-06-01T10:00:05+00:00"}]}"""),
            ("advisor.json", """{"JobStatus":"COMPLETED","ServicesLastAccessed":[{"ServiceName":"Bedrock","ServiceNamespace":"bedrock","LastAuthenticated":"2026-11-23T00:00:00Z","LastAuthenticatedEntity":"arn:aws:iam::111122223333:user/bedrock-agent"}]}"""));
        var run = await test.ImportAsync(zip);
        run.Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        run.Attached.ShouldBe(4);
        (await test.ImportAsync(zip)).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        var agent = await test.DetailAsync("bedrock-agent");
        agent.Identity.LastUsedAt.ShouldBe(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        agent.Identity.Enabled.ShouldBe(Reported.Yes);
        agent.Credentials.Count.ShouldBe(2);
        agent.Credentials.Single(c => c.ExternalId == "access-key@2024-06-01T10:00:05Z").Fingerprint!.Length.ShouldBe(64);
        agent.Grants.ShouldHaveSingleItem().Name.ShouldBe("bedrock:InvokeModel");
    }

    [Fact]
    public async Task Keys_and_use_without_the_accounts_land_on_a_stub()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("aws", "access-keys.json")).Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        (await test.ImportFileAsync("aws", "access-keys.json")).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        var user = await test.DetailAsync("user1");
        user.SeenOnlyThroughGrant.ShouldBeTrue();
        user.Credentials.Select(c => (c.Enabled, c.Usage)).ShouldBe([(Reported.Yes, UsageState.Used), (Reported.No, UsageState.Used)], ignoreOrder: true);
        (await test.DetailAsync("user3")).Credentials.ShouldHaveSingleItem().Usage.ShouldBe(UsageState.NeverUsed);
        (await test.ImportFileAsync("aws", "service-last-accessed.json")).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        (await test.IdentityAsync("example-role-0")).Kind.ShouldBe(IdentityKind.Role);
        (await test.FoundInBytesAsync("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE")).ShouldBeEmpty();
    }

    [Theory, EachDatabase]
    public async Task Keys_imported_before_or_after_their_users_are_theirs(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        const string Keys = """{"AccessKeyMetadata":[{"UserName":"bedrock-agent","AccessKeyId":"AKIAIOSFODNN7EXAMPLE","Status":"Active","CreateDate":"2024-06-01T10:00:05+00:00"}]}""";
        (await test.ImportAsync(Keys)).Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        (await test.ImportFileAsync("aws", "credential-report.csv")).Counts().ShouldBe((3, 2, 1, 0, 0, 0, 0));
        (await test.ImportAsync(Keys)).Read.ShouldBe(1);
        (await test.ImportAsync("""{"Arn":"arn:aws:iam::111122223333:user/bedrock-agent","JobStatus":"COMPLETED","ServicesLastAccessed":[{"ServiceNamespace":"s3","LastAuthenticated":"2026-11-22T00:00:00Z"}]}""")).Counts().ShouldBe((1, 0, 1, 0, 0, 0, 0));
        await using var db = test.Open();
        (await db.Identities.CountAsync()).ShouldBe(3);
        var agent = await db.Identities.SingleAsync(i => i.DisplayName == "bedrock-agent");
        agent.ExternalId.ShouldBe("arn:aws:iam::111122223333:user/bedrock-agent#2024-06-01T10:00:00Z");
        agent.LastUsedAt.ShouldBe(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
        (await db.Credentials.CountAsync(c => c.IdentityId == agent.Id)).ShouldBe(2);
        (await db.Credentials.SingleAsync(c => c.ExternalId == "access-key@2024-06-01T10:00:05Z")).Fingerprint.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_damaged_record_is_told_and_calls_nothing_missing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportFileAsync("aws", Details);
        var root = JsonNode.Parse(FormatTesting.Text("aws", Details))!;
        var role = root["RoleDetailList"]![3]!;
        role["CreateDate"] = "yesterday";
        root["UserDetailList"]![0]!.AsObject().Remove("Arn");
        var run = await test.ImportAsync(root.ToJsonString(), full: true);
        run.Counts().ShouldBe((122, 0, 0, 120, 2, 0, 0));
        run.Message!.ShouldContain("nothing was called missing");
        (await test.RejectsAsync(run)).Select(r => r.Reason).ShouldBe(["Arn is empty", "CreateDate is not an ISO 8601 date: 'yesterday' (write 2026-05-31 or 2026-05-31T14:00:00Z)"]);
        var text = FormatTesting.Text("aws", Details);
        var cut = await test.ImportAsync(text[..(text.Length / 2)], full: true);
        cut.Message!.ShouldContain("nothing was called missing");
        await using var db = test.Open();
        (await db.Identities.CountAsync(i => i.MissingSince != null), await db.Grants.CountAsync(g => g.MissingSince != null), await db.Credentials.CountAsync(c => c.MissingSince != null)).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task A_full_import_without_a_role_calls_it_and_a_taken_policy_gone()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportFileAsync("aws", Details);
        var root = JsonNode.Parse(FormatTesting.Text("aws", Details))!;
        root["RoleDetailList"]!.AsArray().RemoveAt(0);
        var user = root["UserDetailList"]!.AsArray().Single(u => (string?)u!["UserName"] == "privesc8-AttachGroupPolicy-user")!;
        user["AttachedManagedPolicies"] = new JsonArray();
        user["GroupList"] = new JsonArray();
        (await test.ImportAsync(root.ToJsonString(), full: true)).Counts().ShouldBe((121, 0, 1, 120, 0, 1, 0));
        (await GrantsAsync(test, "privesc8-AttachGroupPolicy-user")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Secrets_in_tags_and_policies_are_nowhere()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportAsync("""
            {"UserDetailList":[{"UserName":"a","UserId":"AIDA1","Arn":"arn:aws:iam::111122223333:user/a","CreateDate":"2024-01-01T00:00:00Z","Tags":[{"Key":"password","Value":"CANARY-tag-1-password=hunter2hunter2"},{"Key":"note","Value":"ghp_CANARYcanaryCANARYcanaryCANARY0002"}],
              "UserPolicyList":[{"PolicyName":"AKIAQ2CANARY2CANARY2","PolicyDocument":{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::x/sk-ant-api03-CANARYcanaryCANARYcanary09"}]}}],"SecretAccessKey":"CANARY-top-secret-key"}]}
            """)).Created.ShouldBe(1);
        (await test.FoundInBytesAsync("hunter2hunter2", "CANARYcanary", "AKIAQ2CANARY2CANARY2", "CANARY-top-secret-key")).ShouldBeEmpty();
    }

    [Theory, EachDatabase]
    public async Task Reports_details_and_keys_imported_one_after_the_other_clear_nothing_of_each_other(DatabaseProvider provider)
    {
        const string User = "arn:aws:iam::111122223333:user/bedrock-agent";
        const string Authorization = """
            {"UserDetailList":[{"UserName":"bedrock-agent","UserId":"AIDA1","Arn":"arn:aws:iam::111122223333:user/bedrock-agent","CreateDate":"2024-06-01T10:00:00Z","Tags":[{"Key":"owner","Value":"ada@example.org"},{"Key":"env","Value":"production"}],
              "UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Statement":[{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"}]}}],"GroupList":["agents"],"AttachedManagedPolicies":[]}]}
            """;
        const string Keys = """{"AccessKeyMetadata":[{"UserName":"bedrock-agent","AccessKeyId":"AKIAQCANARY000000001","Status":"Active","CreateDate":"2024-06-01T10:00:05Z"}]}""";
        const string List = """{"Users":[{"UserName":"bedrock-agent","UserId":"AIDA1","Arn":"arn:aws:iam::111122223333:user/bedrock-agent","CreateDate":"2024-06-01T10:00:00Z","Path":"/"}]}""";
        var report = FormatTesting.Text("aws", "credential-report.csv");
        string[] files = [Authorization, report, Keys, List];
        await using var test = await TestDatabase.CreateAsync(provider);
        foreach (var file in files)
            await test.ImportAsync(file);
        var first = await UserAsync();
        first.ShouldSatisfyAllConditions(
            u => u.OwnerHint.ShouldBe("ada@example.org"), u => u.Environment.ShouldBe(DeploymentEnvironment.Production), u => u.Enabled.ShouldBe(Reported.Yes), u => u.Usage.ShouldBe(UsageState.Used),
            u => u.Attributes.ShouldContain("agents"), u => u.Attributes.ShouldContain("mfa_active"));
        await using (var db = test.Open())
        {
            var key = await db.Credentials.SingleAsync(c => c.IdentityId == first.Id && c.ExternalId == "access-key@2024-06-01T10:00:05Z");
            (key.Usage, key.Enabled, key.DisplayName).ShouldBe((UsageState.Used, Reported.Yes, "Access key ending in 0001"));
            key.Fingerprint.ShouldNotBeNull();
            (await db.Grants.CountAsync(g => g.IdentityId == first.Id && g.MissingSince == null)).ShouldBe(2, "the permission, and the group that no file describes");
        }

        var changes = 0;
        foreach (var file in files.Reverse().Concat(files))
        {
            test.Clock.Advance(TimeSpan.FromHours(1));
            changes += (await test.ImportAsync(file)).Changed;
        }

        await using (var db = test.Open())
            (await db.IdentityChanges.Where(c => c.At > TestDatabase.Noon).Select(c => $"{c.Field}: {c.Before} > {c.After}").ToListAsync()).ShouldBeEmpty();
        changes.ShouldBe(0, "each tells again what is known");
        var again = await UserAsync();
        (again.OwnerHint, again.Enabled, again.LastUsedAt, again.Attributes, again.Version).ShouldBe((first.OwnerHint, first.Enabled, first.LastUsedAt, first.Attributes, first.Version));
        (await test.ImportAsync(Authorization.Replace("ada@example.org", "eve@example.org", StringComparison.Ordinal))).Changed.ShouldBe(1);
        (await UserAsync()).OwnerHint.ShouldBe("eve@example.org");
        (await test.ImportAsync(Authorization.Replace("""{"Key":"owner","Value":"ada@example.org"},""", string.Empty, StringComparison.Ordinal))).Changed.ShouldBe(1);
        (await UserAsync()).OwnerHint.ShouldBeNull("the details tell tags: one that is gone is gone");

        async Task<Identity> UserAsync()
        {
            await using var db = test.Open();
            return await db.Identities.AsNoTracking().SingleAsync(i => i.ExternalId.StartsWith(User));
        }
    }

    [Theory]
    [InlineData("AKIASP2TPHJSQH3FJRUX", "171436882533")]
    [InlineData("AKIAIOSFODNN7EXAMPLE", null)]
    public void An_access_key_tells_its_account_since_2019(string key, string? account) => AwsNames.AccountOfKey(key).ShouldBe(account);

    private static string? Attribute(Identity identity, string name)
    {
        using var document = JsonDocument.Parse(identity.Attributes);
        return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    private static async Task<IReadOnlyList<(string Name, Reported Privileged, GrantPath Path, string? Via)>> GrantsAsync(TestDatabase test, string name)
    {
        await using var db = test.Open();
        var rows = await db.Grants.Where(g => g.MissingSince == null && db.Identities.Any(i => i.Id == g.IdentityId && i.DisplayName == name))
            .Join(db.Entitlements, g => g.EntitlementId, e => e.Id, (g, e) => new { e.Name, e.Privileged, g.Path, g.Via }).ToListAsync();
        return rows.Select(r => (r.Name, r.Privileged, r.Path, r.Via)).ToList();
    }

    /// <summary>Every policy document as URL-encoded text.</summary>
    private static string Encoded(string json)
    {
        var root = JsonNode.Parse(json)!;
        Walk(root);
        return root.ToJsonString();

        static void Walk(JsonNode? node)
        {
            if (node is JsonArray list)
            {
                foreach (var item in list)
                    Walk(item);
            }
            else if (node is JsonObject o)
            {
                foreach (var (name, value) in o.ToList())
                {
                    if (name is "PolicyDocument" or "Document" or "AssumeRolePolicyDocument")
                        o[name] = Uri.EscapeDataString(value!.ToJsonString());
                    else
                        Walk(value);
                }
            }
        }
    }
}
