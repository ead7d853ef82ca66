using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Governance.Inventory;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>What the tests of formats have in common.</summary>
internal static class FormatHelp
{
    public static string Data(params string[] path) => File.ReadAllText(Repository.File(["tests", "data", .. path]));

    public static byte[] Zip(params (string Name, string Text)[] members)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in members)
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return bytes.ToArray();
    }

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

    /// <summary>The secrets that stand in any byte of the installation's folder.</summary>
    public static async Task<IReadOnlyList<string>> FoundAsync(this TestDatabase test, params string[] secrets)
    {
        await using (var db = test.Open())
            await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(FULL)");
        var found = new List<string>();
        foreach (var path in Directory.GetFiles(test.Folder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes);
            found.AddRange(secrets.Where(s => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(s)) >= 0).Select(s => $"{s} in {Path.GetFileName(path)}"));
        }

        return found;
    }

    private static JsonArray Reversed(JsonArray items) => new([.. items.Reverse().Select(i => i?.DeepClone())]);
}
