using System.Globalization;
using System.Text;

namespace Governance.Inventory;

/// <summary>A row with named columns.</summary>
internal sealed class CsvRecord(IReadOnlyDictionary<string, int> columns, CsvRow row, ImportDocument? document = null)
{
    public string Place { get; } = Where(row, document);

    public string? Problem { get; } = row.Problem
        ?? (row.Cells.Count != columns.Count ? $"the row has {row.Cells.Count} cells and the header has {columns.Count}: a cell that holds the separator needs quotes" : null)
        ?? (row.Cells.Any(c => c.Contains('\uFFFD', StringComparison.Ordinal)) ? "the row holds bytes that are not UTF-8: save the file as UTF-8" : null);

    private static string Where(CsvRow row, ImportDocument? document)
    {
        var line = $"line {row.Line.ToString(CultureInfo.InvariantCulture)}";
        return document is null ? line : document.Place(line);
    }

    /// <summary>The trimmed cell; null when empty or when there is no such column.</summary>
    public string? this[string column] =>
        columns.TryGetValue(column, out var index) && index < row.Cells.Count && row.Cells[index].Trim() is { Length: > 0 } text ? text : null;

    public IEnumerable<KeyValuePair<string, string>> Except(IReadOnlySet<string> known) =>
        columns.Where(c => !known.Contains(c.Key) && c.Value < row.Cells.Count && row.Cells[c.Value].Length > 0).Select(c => KeyValuePair.Create(c.Key, row.Cells[c.Value]));
}

/// <summary>A CSV file whose first line names its columns, in any order and case.</summary>
internal static class CsvTable
{
    /// <summary>The columns that the beginning of a file names; empty when it isn't a table.</summary>
    public static IReadOnlySet<string> Columns(string head)
    {
        using var text = new StringReader(head);
        var row = new CsvRows(text).Read(CsvRows.SeparatorOf(head)).FirstOrDefault();
        return row.Cells is null ? new HashSet<string>(StringComparer.Ordinal) : row.Cells.Select(Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The rows of all documents.</summary>
    public static IEnumerable<CsvRecord> Read(ImportFile file)
    {
        foreach (var document in file.Documents)
        {
            using var stream = document.Open();
            foreach (var row in Read(stream, document.Head.Text, document))
                yield return row;
        }
    }

    public static IEnumerable<CsvRecord> Read(Stream stream, string head, ImportDocument? document = null)
    {
        using var text = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, 64 * 1024);
        Dictionary<string, int>? columns = null;
        foreach (var row in new CsvRows(text).Read(CsvRows.SeparatorOf(head)))
        {
            if (columns is not null)
            {
                yield return new CsvRecord(columns, row, document);
                continue;
            }

            if (row.Problem is not null)
                throw new UnreadableFileException($"{In(document)}The header in line {row.Line} can't be read: {row.Problem}.");
            columns = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < row.Cells.Count; i++)
            {
                var name = Name(row.Cells[i]) is { Length: > 0 } given ? given : $"column_{i + 1}";
                if (!columns.TryAdd(name, i))
                    throw new UnreadableFileException($"{In(document)}The header names the column '{name}' twice. Keep one of them, or rename the other.");
            }
        }
    }

    private static string In(ImportDocument? document) => document?.Name is { } name ? $"{name}: " : string.Empty;

    private static string Name(string cell) => cell.Trim().ToLowerInvariant();
}
