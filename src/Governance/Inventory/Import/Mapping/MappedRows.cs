using System.Text.Json;

namespace Governance.Inventory;

/// <summary>One row of any table: its columns in lower case with their values, or why it can't be read.</summary>
internal sealed record MappedRow(string Place, string? Problem, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The row under our fields' names; the columns that the map leaves out stay under their own, as far as no field has that name.</summary>
    public CsvRecord By(ColumnMap map)
    {
        var (columns, cells) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<string>());
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (column, field) in map.Pairs)
        {
            used.Add(column);
            columns.Add(field, cells.Count);
            cells.Add(Values.GetValueOrDefault(column, string.Empty));
        }

        foreach (var (column, value) in Values.Where(v => !used.Contains(v.Key)))
        {
            if (columns.TryAdd(IdentityCsvReader.Columns.Contains(column, StringComparer.Ordinal) ? $"{column} (not mapped)" : column, cells.Count))
                cells.Add(value);
        }

        return new CsvRecord(columns, new CsvRow(0, cells, null));
    }
}

/// <summary>The rows of tables, and of JSON or YAML lists of objects: at the root, line by line, or in the one list of an object. Objects within are named <c>owner.mail</c>.</summary>
internal static class MappedRows
{
    private const int MaximumDepth = 4;

    public static IEnumerable<MappedRow> Of(ImportFile file) => file.Documents.SelectMany(d => d.Head.IsJson || d.Head.IsYaml ? Objects(file.With([d])) : Table(file.With([d])));

    /// <summary>The list that the records stand in: the first list of objects of the root.</summary>
    public static string? ListOf(FileHead head) =>
        head.NamesAt(string.Empty).Where(n => head.NamesAt(n + "[]").Count > 0).Select(n => (Name: n, At: head.Text.IndexOf($"\"{n}\"", StringComparison.Ordinal))).OrderBy(n => n.At).Select(n => n.Name).FirstOrDefault();

    private static IEnumerable<MappedRow> Table(ImportFile file)
    {
        foreach (var row in CsvTable.Read(file))
            yield return new MappedRow(row.Place, row.Problem, row.Problem is null ? row.Except(new HashSet<string>(StringComparer.Ordinal)).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal) : new Dictionary<string, string>(StringComparer.Ordinal));
    }

    private static IEnumerable<MappedRow> Objects(ImportFile file)
    {
        var list = ListOf(file.Documents[0].Head);
        var bare = !file.Documents[0].Head.Text.AsSpan().TrimStart().StartsWith("{");
        var layout = bare || list is null ? JsonLayout.Plain : new JsonLayout(new HashSet<string>(StringComparer.Ordinal) { list }, AnyName.Instance);
        foreach (var record in JsonRecords.Of(file, layout))
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            var problem = record.Problem;
            if (problem is null)
            {
                try
                {
                    Flatten(record.Element, string.Empty, values, 0);
                }
                catch (InvalidOperationException)
                {
                    problem = "it holds text that is not valid (half a surrogate pair, or not UTF-8)";
                }
            }

            yield return new MappedRow(record.Place, problem, values);
        }
    }

    private static void Flatten(JsonElement e, string path, Dictionary<string, string> values, int depth)
    {
        foreach (var field in e.EnumerateObject())
        {
            var name = (path.Length == 0 ? field.Name : $"{path}.{field.Name}").ToLowerInvariant();
            if (field.Value.ValueKind == JsonValueKind.Object && depth < MaximumDepth)
                Flatten(field.Value, name, values, depth + 1);
            else if (Text(field.Value) is { Length: > 0 } text)
                values.TryAdd(name, text);
        }
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array when value.EnumerateArray().All(i => i.ValueKind is JsonValueKind.String or JsonValueKind.Number) => string.Join(';', value.EnumerateArray().Select(i => Text(i))),
        JsonValueKind.Array or JsonValueKind.Object => value.GetRawText(),
        _ => null,
    };
}
