using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// Joins the records that tell of one identity. A few are kept in memory; more go to scratch files, partitioned by the identity's id, and are joined
/// one partition after the other, so that memory does not grow with the file. Only cleaned records get here: a scratch file holds no secret.
/// </summary>
internal sealed class RecordJoiner(string scratch) : IDisposable
{
    private const int KeptInMemory = 20_000;
    private const int Partitions = 64;
    private List<Entry> kept = [];
    private StreamWriter[]? files;

    /// <summary>Records that were joined to another of the same identity.</summary>
    public int Attached { get; private set; }

    public void Add(ReadItem item)
    {
        var entry = new Entry(item.Place, item.Key, item.Identity!);
        if (files is not null)
        {
            Spill(entry);
            return;
        }

        kept.Add(entry);
        if (kept.Count <= KeptInMemory)
            return;
        Directory.CreateDirectory(scratch);
        files = [.. Enumerable.Range(0, Partitions).Select(n => new StreamWriter(FileOf(n), append: false, new UTF8Encoding(false), 32 * 1024))];
        foreach (var one in kept)
            Spill(one);
        kept = [];
    }

    /// <summary>Each identity once, in the order of first mention (within a partition); a second description is a rejection.</summary>
    public IEnumerable<ReadItem> Joined()
    {
        if (files is null)
            return Joined(kept);
        foreach (var file in files)
            file.Dispose();
        return Enumerable.Range(0, Partitions).SelectMany(n => Joined(File.ReadLines(FileOf(n)).Select(line => JsonSerializer.Deserialize<Entry>(line)!)));
    }

    public void Dispose()
    {
        foreach (var file in files ?? [])
            file.Dispose();
        if (Directory.Exists(scratch))
            Directory.Delete(scratch, recursive: true);
    }

    private IEnumerable<ReadItem> Joined(IEnumerable<Entry> entries)
    {
        var order = new List<string>();
        var known = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var rejected = new List<ReadItem>();
        foreach (var entry in entries)
        {
            var id = entry.Identity.ExternalId;
            if (!known.TryGetValue(id, out var before))
            {
                known.Add(id, entry);
                order.Add(id);
            }
            else if (RecordJoin.Collides(before.Identity, entry.Identity))
            {
                rejected.Add(ReadItem.Rejected(entry.Place, entry.Key, $"the external id stands in the file before, at {before.Place}; that record was taken"));
            }
            else
            {
                Attached++;
                known[id] = before with { Identity = RecordJoin.Join(before.Identity, entry.Identity) };
            }
        }

        return order.Select(id => new ReadItem(known[id].Place, known[id].Key) { Identity = known[id].Identity }).Concat(rejected);
    }

    private void Spill(Entry entry) =>
        files![SHA256.HashData(Encoding.UTF8.GetBytes(entry.Identity.ExternalId))[0] % Partitions].WriteLine(JsonSerializer.Serialize(entry));

    private string FileOf(int partition) => Path.Combine(scratch, partition.ToString(CultureInfo.InvariantCulture));

    private sealed record Entry(string Place, string? Key, IdentityRecord Identity);
}
