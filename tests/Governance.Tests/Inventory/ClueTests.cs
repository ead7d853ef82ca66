using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

/// <summary>Each format hands on what the catalogue goes by: a well-known AI tool is found with its reason, a plain identity beside it is not.</summary>
public sealed class ClueTests
{
    public static TheoryData<string, string, string, string> Files() => new()
    {
        { "kubernetes", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bot, namespace: ai}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bot, namespace: ai}\nspec: {template: {spec: {serviceAccountName: bot, containers: [{name: c, image: 'example/app:1', env: [{name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: w, namespace: shop}\nspec: {serviceAccountName: web, containers: [{name: c, image: 'nginx:1', env: [{name: PORT, value: '80'}]}]}\n", "OpenAI API", "Variable" },
        { "github app", """[{"id":1,"app_id":2,"app_slug":"coderabbitai","account":{"login":"acme"},"permissions":{"contents":"write"},"events":[],"repository_selection":"all","suspended_at":null},{"id":3,"app_id":4,"app_slug":"acme-deployer","account":{"login":"acme"},"permissions":{"contents":"read"},"events":[],"repository_selection":"all","suspended_at":null}]""", "CodeRabbit", "GitHubApp" },
        { "github secret", """{"total_count":2,"secrets":[{"name":"ANTHROPIC_API_KEY","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"},{"name":"DEPLOY_KEY","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}]}""", "Anthropic API", "Variable" },
        { "gitleaks", """[{"RuleID":"generic-api-key","Description":"d","Match":"x","Secret":"sk-ant-api03-notarealkeynotarealkey","File":"a.py","StartLine":1},{"RuleID":"generic-api-key","Description":"d","Match":"y","Secret":"0123456789abcdef","File":"b.py","StartLine":1}]""", "Anthropic API", "KeyPrefix" },
        { "trufflehog", """
            {"SourceMetadata":{"Data":{"Filesystem":{"file":"a"}}},"DetectorName":"Groq","Verified":true,"Raw":"abcdef0123456789"}
            {"SourceMetadata":{"Data":{"Filesystem":{"file":"b"}}},"DetectorName":"Stripe","Verified":true,"Raw":"fedcba9876543210"}
            """, "Groq", "Variable" },
        { "cyclonedx", """{"bomFormat":"CycloneDX","specVersion":"1.6","services":[{"bom-ref":"a","name":"chat","authenticated":true,"endpoints":["https://api.anthropic.com/v1"]},{"bom-ref":"b","name":"mail","authenticated":true,"endpoints":["https://mail.example.org"]}]}""", "Anthropic API", "Domain" },
        { "mcp", """{"mcpServers":{"search":{"command":"npx","args":["-y","tavily-mcp@0.2"]},"files":{"command":"npx","args":["-y","@example/files"]}}}""", "Tavily", "Package" },
        { "slack", """{"ok":true,"approved_apps":[{"app":{"id":"A1","name":"Helper","app_homepage_url":"https://www.perplexity.ai/slack"},"scopes":[]},{"app":{"id":"A2","name":"Polls","app_homepage_url":"https://polls.example.org"},"scopes":[]}]}""", "Perplexity", "Domain" },
        { "okta", """[{"id":"0oa1","name":"custom","label":"Helper","status":"ACTIVE","signOnMode":"OPENID_CONNECT","credentials":{"oauthClient":{"client_id":"0oa1"}},"settings":{"oauthClient":{"application_type":"web","redirect_uris":["https://chatgpt.com/aip/callback"]}}},{"id":"0oa2","name":"custom","label":"Payroll","status":"ACTIVE","signOnMode":"OPENID_CONNECT","credentials":{"oauthClient":{"client_id":"0oa2"}},"settings":{"oauthClient":{"application_type":"web","redirect_uris":["https://pay.example.org/cb"]}}}]""", "ChatGPT", "Domain" },
        { "gcp", """{"accounts":[{"name":"projects/p/serviceAccounts/service-1@gcp-sa-aiplatform.iam.gserviceaccount.com","email":"service-1@gcp-sa-aiplatform.iam.gserviceaccount.com","uniqueId":"100000000000000000001"},{"name":"projects/p/serviceAccounts/web@p.iam.gserviceaccount.com","email":"web@p.iam.gserviceaccount.com","uniqueId":"100000000000000000002"}]}""", "", "Domain" },
        { "aws", """{"RoleDetailList":[{"RoleName":"kb","RoleId":"AROA1","Arn":"arn:aws:iam::111122223333:role/kb","CreateDate":"2024-01-01T00:00:00Z","AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"bedrock.amazonaws.com"}}]},"RolePolicyList":[]},{"RoleName":"web","RoleId":"AROA2","Arn":"arn:aws:iam::111122223333:role/web","CreateDate":"2024-01-01T00:00:00Z","AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]},"RolePolicyList":[]}]}""", "Amazon Bedrock", "Domain" },
        { "keycloak", """[{"id":"11111111-0000-4000-8000-000000000001","clientId":"helper","enabled":true,"protocol":"openid-connect","publicClient":false,"redirectUris":["https://claude.ai/api/mcp/auth_callback"]},{"id":"11111111-0000-4000-8000-000000000002","clientId":"shop","enabled":true,"protocol":"openid-connect","publicClient":false,"redirectUris":["https://shop.example.org/*"]}]""", "Claude", "Domain" },
        { "vault", """
            {"request_id":"r1","data":{"id":"e1","name":"entity_1","aliases":[{"id":"a1","name":"bot","mount_type":"approle","mount_path":"auth/claude-agents/"}]}}
            {"request_id":"r2","data":{"id":"e2","name":"entity_2","aliases":[{"id":"a2","name":"web","mount_type":"approle","mount_path":"auth/approle/"}]}}
            """, "Claude", "Word" },
        { "namespace", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bot, namespace: kagent}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n", "Kagent", "Word" },
    };

    [Theory, MemberData(nameof(Files))]
    public async Task An_AI_tool_is_recognised_with_its_reason_and_a_plain_identity_is_not(string format, string file, string tool, string rule)
    {
        if (format == "gcp")
            tool = new ToolCatalogue().Entries.Single(e => e is { Rule: EvidenceRule.Domain, Value: "aiplatform.googleapis.com" }).Tool;
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportAsync(file)).Created.ShouldBe(2);
        await test.CatchUpAsync();
        await using var db = test.Open();
        var evidence = (await db.IdentityEvidence.ToListAsync()).ShouldHaveSingleItem();
        (evidence.ToolName, evidence.Rule.ToString()).ShouldBe((tool, rule));
        evidence.Text.ShouldContain("(catalogue ");
        if (rule == "Word")
            return;
        var marked = await db.Identities.SingleAsync(i => i.Id == evidence.IdentityId);
        (await db.Tools.SingleAsync(t => t.Id == marked.ToolId)).Name.ShouldBe(tool);
        marked.ToolEvidence.ShouldBe(evidence.Text);
        (await db.Identities.CountAsync(i => i.ToolEvidence != null && i.ToolEvidence.Contains("(catalogue "))).ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"ok":true,"approved_apps":[{"app":{"id":"A05AB12CD34","name":"Helper"},"scopes":[]},{"app":{"id":"A05AB12CD99","name":"Polls"},"scopes":[]}]}""", "A05AB12CD34")]
    [InlineData("""[{"kind":"admin#directory#token","clientId":"77377267392-abc.apps.googleusercontent.com","displayText":"Helper","scopes":["openid"],"userKey":"1"},{"kind":"admin#directory#token","clientId":"1-def.apps.googleusercontent.com","displayText":"Polls","scopes":["openid"],"userKey":"1"}]""", "77377267392-abc.apps.googleusercontent.com")]
    public async Task A_Slack_app_and_a_Google_client_are_recognised_by_the_id_that_an_administrator_added(string file, string id)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportAsync(file)).Created.ShouldBe(2);
        await test.CatchUpAsync();
        var tool = (await test.Get<ToolService>().CreateAsync("Ours", null, Autonomy.Unknown, Importing.Admin, default)).OrThrow();
        (await test.Get<CatalogueService>().AddAsync(EvidenceRule.AppId, id, tool, Importing.Admin, default)).OrThrow().Marked.ShouldBe(1);
        await using var db = test.Open();
        (await db.Identities.SingleAsync(i => i.ToolId == tool)).ExternalId.ShouldBe(id);
    }
}
