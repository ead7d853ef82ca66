using System.Security.Cryptography;
using System.Text;

namespace Governance.Inventory;

/// <summary>A column of a file with the first values that it holds; what looks like a secret is not shown.</summary>
public sealed record MappedColumn(string Name, IReadOnlyList<string> Samples);

/// <summary>The columns that the beginning of a file shows.</summary>
internal static class MappedColumns
{
    private const int Rows = 50;
    private const int Samples = 3;
    private const int MaximumColumns = 200;

    /// <summary>None where the file is no table of at least two columns with a row that can be read, and no list of objects.</summary>
    public static IReadOnlyList<MappedColumn> Of(ImportFile file)
    {
        var columns = new List<string>();
        var rows = 0;
        var samples = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        try
        {
            foreach (var document in file.Documents.Where(d => !d.Head.IsJson && !d.Head.IsYaml))
            {
                if (document.Head.Columns.Count < 2)
                    return [];
                foreach (var name in document.Head.Columns.Where(c => c.Length > 0 && samples.TryAdd(c, [])))
                    columns.Add(name);
            }

            foreach (var row in MappedRows.Of(file).Take(Rows).Where(r => r.Problem is null))
            {
                rows++;
                foreach (var (name, value) in row.Values)
                {
                    if (samples.TryAdd(name, []))
                        columns.Add(name);
                    if (samples[name] is { Count: < Samples } list && Shown(name, value, file.Secrets) is var shown && !list.Contains(shown, StringComparer.Ordinal))
                        list.Add(shown);
                }
            }
        }
        catch (UnreadableFileException)
        {
            // The import itself tells where it breaks off; what was seen before is enough to map.
        }

        return rows == 0 || columns.Count is 0 or > MaximumColumns ? [] : columns.Select(c => new MappedColumn(c, samples[c])).ToList();
    }

    public static string KeyOf(IEnumerable<string> columns) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', columns.Order(StringComparer.Ordinal)))));

    private static string Shown(string name, string value, SecretFilter secrets) => SecretFilter.IsSecretName(name) ? "(not shown)" : CsvValues.Short(secrets.Clean(value));
}
