using System.IO.Compression;
using System.Text;
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

    /// <summary>Which of the texts stand anywhere in the data folder: database, its log, uploads.</summary>
    public static async Task<IReadOnlyList<string>> FoundInBytesAsync(this TestDatabase test, IReadOnlyCollection<string> texts)
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
}
