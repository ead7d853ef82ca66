using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Governance.Inventory;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>What tests of formats have in common.</summary>
internal static class FormatTesting
{
    public static byte[] Data(params string[] path) => File.ReadAllBytes(Repository.File(["tests", "data", .. path]));

    public static string Text(params string[] path) => File.ReadAllText(Repository.File(["tests", "data", .. path]));

    public static byte[] Zip(params (string Name, byte[] Content)[] members)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return buffer.ToArray();
    }

    public static byte[] Zip(params (string Name, string Text)[] members) => Zip([.. members.Select(m => (m.Name, Encoding.UTF8.GetBytes(m.Text)))]);

    /// <summary>The same JSON with the items of every list of the root in reverse.</summary>
    public static string Reversed(string json)
    {
        var root = JsonNode.Parse(json)!;
        if (root is JsonArray list)
            return Reversed(list).ToJsonString();
        foreach (var (name, value) in root.AsObject().ToList())
        {
            if (value is JsonArray items)
                root[name] = Reversed(items);
        }

        return root.ToJsonString();
    }

    public static async Task<Identity> IdentityAsync(this TestDatabase test, string name)
    {
        await using var db = test.Open();
        return await db.Identities.AsNoTracking().SingleAsync(i => i.DisplayName == name);
    }

    public static async Task<IdentityDetail> DetailAsync(this TestDatabase test, string name) =>
        (await test.Get<InventoryQueries>().FindAsync((await test.IdentityAsync(name)).Id, CancellationToken.None))!;

    /// <summary>Which of the texts stand anywhere in the data folder: database, its log, uploads.</summary>
    public static async Task<IReadOnlyList<string>> FoundInBytesAsync(this TestDatabase test, params IReadOnlyCollection<string> texts)
    {
        await using (var db = test.Open())
            await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(FULL)");
        var found = new List<string>();
        foreach (var path in Directory.GetFiles(test.Folder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes);
            found.AddRange(texts.Where(t => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(t)) >= 0).Select(t => $"{t} in {Path.GetFileName(path)}"));
        }

        return found;
    }

    /// <summary>Identities with credentials, by name.</summary>
    public static async Task<Dictionary<string, (Identity Identity, List<Credential> Credentials)>> ByNameAsync(this TestDatabase test)
    {
        await using var db = test.Open();
        var credentials = (await db.Credentials.AsNoTracking().ToListAsync()).ToLookup(c => c.IdentityId);
        return (await db.Identities.AsNoTracking().ToListAsync()).ToDictionary(i => i.DisplayName, i => (i, credentials[i.Id].OrderBy(c => c.ExternalId, StringComparer.Ordinal).ToList()), StringComparer.Ordinal);
    }

    private static JsonArray Reversed(JsonArray items) => new([.. items.Reverse().Select(i => i?.DeepClone())]);
}
