using System.Text;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

public sealed class SecretTests
{
    private static readonly string[] Canaries =
    [
        "CANARY-secretText-8f2k", "sk-ant-api03-CANARYcanaryCANARYcanary01", "ghp_CANARYcanaryCANARYcanaryCANARY0001", "CANARY-column-77", "CANARY-nested-55", "CANARYpassword99", "CANARY-url-pass",
    ];

    [Fact]
    public async Task A_planted_secret_is_nowhere_after_the_run()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var graph = await test.ImportAsync($$"""
            {"value":[{"id":"1","displayName":"Bot {{Canaries[1]}}","servicePrincipalType":"Application","notes":"use {{Canaries[2]}} password={{Canaries[5]}}",
              "passwordCredentials":[{"keyId":"k1","displayName":"d","secretText":"{{Canaries[0]}}","endDateTime":"2027-01-01T00:00:00Z"}],
              "custom":{"clientSecret":"{{Canaries[4]}}","list":["postgres://u:{{Canaries[6]}}@db/x"] } },
              {"id":"{{Canaries[1]}}","displayName":""}]}
            """);
        graph.Counts().ShouldBe((2, 1, 0, 0, 1, 0, 0));
        (await test.ImportAsync($"external_id,name,client_secret,note\n1,One,{Canaries[3]},{Canaries[1]}\n2,Two,{Canaries[3]},plain,{Canaries[2]}\n3,Three,x,y\n", source: "Csv")).Created.ShouldBe(2);
        await using (var db = test.Open())
        {
            (await db.Identities.Where(i => i.DisplayName.StartsWith("Bot")).Select(i => i.DisplayName).SingleAsync()).ShouldContain("[secret removed, fingerprint ");
            (await db.Credentials.SingleAsync()).Fingerprint!.Length.ShouldBe(64);
            await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(FULL)");
        }

        var found = new List<string>();
        foreach (var path in Directory.GetFiles(test.Folder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes);
            found.AddRange(Canaries.Where(c => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(c)) >= 0).Select(c => $"{c} in {Path.GetFileName(path)}"));
        }

        found.ShouldBeEmpty();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(test.Folder, "instance.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("Service principal of the finance team, owned since 2024-01-01")]
    [InlineData("arn:aws:iam::111122223333:user/bedrock-agent")]
    [InlineData("263a5b01-03e5-408e-8557-bab681df104c")]
    [InlineData("https://login.example.org/callback?state=1")]
    public async Task Ordinary_text_is_left_alone(string text)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        test.Get<SecretFilter>().Clean(text).ShouldBe(text);
    }
}
