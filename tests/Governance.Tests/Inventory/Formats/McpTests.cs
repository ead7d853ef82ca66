using System.Text;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>The VS Code file is somebody's own; the Claude Desktop file is written after the vendor's documentation.</summary>
public sealed class McpTests
{
    private static readonly string[] Secrets =
    [
        "ghp_0WrittenForTests0WrittenForTests0000", "plain-value-of-a-flag", "tok-in-one-word-1234", "hunter2hunter2", "s3cretOfTheUrl", "query-secret-value", "header-secret-value",
    ];

    [Fact]
    public async Task A_VS_Code_configuration_has_an_identity_per_server_and_no_secret_where_inputs_stand()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("mcp", "azure-function.vscode.mcp.json");
        run.Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        run.Format.ShouldBe("mcp-configuration");
        var found = await test.ByNameAsync();
        var remote = found["remote-mcp-azure-function"];
        (remote.Identity.ExternalId, remote.Identity.Kind, remote.Identity.Enabled).ShouldBe(("mcp#remote-mcp-azure-function", IdentityKind.McpServer, Reported.Unknown));
        remote.Credentials.ShouldBeEmpty();
        remote.Identity.Attributes.ShouldContain("header x-functions-key");
        remote.Identity.ToolEvidence.ShouldNotBeNull();
        (await test.ImportFileAsync("mcp", "azure-function.vscode.mcp.json")).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
    }

    [Fact]
    public async Task Secrets_in_env_arguments_headers_and_addresses_become_fingerprints_with_their_place()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("mcp", "claude_desktop_config.json")).Counts().ShouldBe((5, 4, 0, 0, 1, 0, 0));
        var found = await test.ByNameAsync();
        var github = found["github"].Credentials.ShouldHaveSingleItem();
        (github.ExternalId, github.Kind, github.DisplayName).ShouldBe(("env GITHUB_PERSONAL_ACCESS_TOKEN", CredentialKind.Token, "GitHub, in env GITHUB_PERSONAL_ACCESS_TOKEN"));
        github.Fingerprint.ShouldBe(test.Get<SecretFilter>().Fingerprint(Secrets[0]));
        found["search"].Credentials.Select(c => c.ExternalId).ShouldBe(["args --api-key", "args --token"]);
        found["search"].Credentials[0].Fingerprint.ShouldBe(test.Get<SecretFilter>().Fingerprint("plain-value-of-a-flag"));
        found["search"].Identity.Enabled.ShouldBe(Reported.No);
        found["search"].Identity.Attributes.ShouldContain("\"placeholders\":[\"env BRAVE_API_KEY\",\"env OPENAI_API_KEY\"]");
        found["database"].Credentials.Select(c => (c.ExternalId, c.Kind)).ShouldBe([("args DATABASE_PASSWORD", CredentialKind.Password), ("args[6] password", CredentialKind.Password)]);
        found["remote"].Credentials.Select(c => c.ExternalId).ShouldBe(["header Authorization", "url apiKey"]);
        found["remote"].Credentials[0].Fingerprint.ShouldBe(test.Get<SecretFilter>().Fingerprint("header-secret-value"));
        await using var db = test.Open();
        (await db.Tools.Select(t => t.Name).ToListAsync()).ShouldBe(["@modelcontextprotocol/server-github", "git+https://github.com/example/search-mcp", "https://mcp.example.org/v1/sse", "mcp/postgres"], ignoreOrder: true);
        (await test.FoundInBytesAsync(Secrets)).ShouldBeEmpty();
        (await test.ImportFileAsync("mcp", "claude_desktop_config.json")).Counts().ShouldBe((5, 0, 0, 4, 1, 0, 0));
    }

    [Fact]
    public async Task Files_of_many_machines_are_told_apart_by_their_place_in_the_archive_and_hint_at_their_users()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var one = """{"mcpServers":{"github":{"command":"npx","args":["@x/y"]}}}"""u8.ToArray();
        var zip = FormatTesting.Zip(("laptop-7/Users/ada/Library/Application Support/Claude/claude_desktop_config.json", one), ("laptop-9/home/grace/.cursor/mcp.json", one), ("payments-repo/.mcp.json", one),
            ("laptop-9/home/grace/.claude.json", """{"numStartups":3,"projects":{"/home/grace/crm":{"allowedTools":[],"mcpServers":{"github":{"type":"http","url":"https://api.githubcopilot.com/mcp/"}}}}}"""u8.ToArray()));
        (await test.ImportAsync(zip)).Counts().ShouldBe((4, 4, 0, 0, 0, 0, 0));
        (await test.ImportAsync(zip)).Counts().ShouldBe((4, 0, 0, 4, 0, 0, 0));
        await using var db = test.Open();
        (await db.Identities.OrderBy(i => i.ExternalId).Select(i => new { i.ExternalId, i.OwnerHint }).ToListAsync()).Select(i => (i.ExternalId, i.OwnerHint)).ShouldBe(
        [
            ("laptop-7/Users/ada/Library/Application Support/Claude/claude_desktop_config.json#github", "ada"),
            ("laptop-9/home/grace/.claude.json:/home/grace/crm#github", "grace"),
            ("laptop-9/home/grace/.cursor/mcp.json#github", "grace"),
            ("payments-repo/.mcp.json#github", null),
        ]);
    }

    [Theory]
    [InlineData("API_KEY", "YOUR_API_KEY", false)]
    [InlineData("API_KEY", "${API_KEY:-x}", false)]
    [InlineData("API_KEY", "${input:key}", false)]
    [InlineData("API_KEY", "<your key>", false)]
    [InlineData("API_KEY", "", false)]
    [InlineData("API_KEY", "sk-...", false)]
    [InlineData("API_KEY", "op://Private/key/password", false)]
    [InlineData("GOOGLE_APPLICATION_CREDENTIALS", "/home/ada/key.json", false)]
    [InlineData("MODEL", "claude-sonnet-4-20250514", false)]
    [InlineData("MAX_TOKENS", "200000", false)]
    [InlineData("PROJECT", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", false)]
    [InlineData("PASSWORD", "postgres", true)]
    [InlineData("SOMETHING", "Zx81kQpLm29aYtRw77BcNvDe", true)]
    [InlineData("ANYTHING", "sk-ant-api03-AAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("CONNECTION", "Server=db;User Id=app;Password=open-sesame", true)]
    [InlineData("HEADERS", "{\"Authorization\":\"Bearer ntn-abcdef-12345\"}", true)]
    [InlineData("WEBHOOK", "https://hooks.example.org/mcp/s/Zx81kQpLm29aYtRw77BcNvDe/run", true)]
    public async Task What_is_a_secret_and_what_only_holds_its_place(string variable, string value, bool secret)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var json = System.Text.Json.JsonSerializer.Serialize(new { mcpServers = new { one = new { command = "x", env = new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = value } } } });
        (await test.ImportAsync(Encoding.UTF8.GetBytes(json))).Created.ShouldBe(1);
        await using var db = test.Open();
        (await db.Credentials.CountAsync()).ShouldBe(secret ? 1 : 0);
    }

    [Fact]
    public async Task A_truncated_configuration_is_refused_and_keeps_what_is_known()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportFileAsync("mcp", "claude_desktop_config.json");
        var run = await test.ImportAsync(FormatTesting.Data("mcp", "claude_desktop_config.json")[..700]);
        run.State.ShouldBe(ImportRunState.Failed);
        run.Message!.ShouldContain("not valid JSON");
        await using var db = test.Open();
        (await db.Identities.CountAsync(i => i.MissingSince == null)).ShouldBe(4);
    }
}
