using Governance.Common;

namespace Governance.Inventory;

/// <summary>Which column of a file is which of our fields, as text: <c>Account ID=external_id,Name=name</c>. A comma or equals sign of a column's name is written with a backslash before it.</summary>
public sealed class ColumnMap
{
    /// <summary>How a format that is a map begins.</summary>
    public const string Prefix = "map:";

    private readonly List<KeyValuePair<string, string>> pairs;

    private ColumnMap(List<KeyValuePair<string, string>> pairs) => this.pairs = pairs;

    /// <summary>Of a file that waits for its map.</summary>
    internal static ColumnMap Nothing { get; } = new([]);

    /// <summary>Column and field, in the order of the text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs => pairs;

    /// <summary>The same in one form, whatever the order was.</summary>
    public string Text => string.Join(',', pairs.OrderBy(p => p.Value, StringComparer.Ordinal).Select(p => $"{Escape(p.Key)}={p.Value}"));

    /// <summary>The map, or why it isn't one: the message names what to write.</summary>
    public static Outcome<ColumnMap> Of(IEnumerable<KeyValuePair<string, string>> columns)
    {
        var pairs = columns.Select(c => KeyValuePair.Create(c.Key.Trim().ToLowerInvariant(), c.Value.Trim().ToLowerInvariant())).ToList();
        if (pairs.Find(p => !IdentityCsvReader.Columns.Contains(p.Value, StringComparer.Ordinal)) is { Key: not null } unknown)
            return new Refusal("import.map-field", $"'{unknown.Value}' is no field. Fields are: {string.Join(", ", IdentityCsvReader.Columns)}.", "map");
        if (pairs.Find(p => p.Key.Length == 0) is { Key: not null })
            return new Refusal("import.map-column", "A column of the map has no name.", "map");
        if (pairs.GroupBy(p => p.Value, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return new Refusal("import.map-twice", $"Two columns are mapped to {twice.Key}. Leave one of them out.", "map");
        foreach (var needed in (string[])["external_id", "name"])
        {
            if (pairs.TrueForAll(p => p.Value != needed))
                return new Refusal("import.map-incomplete", $"No column is mapped to {needed}. It is needed: {(needed == "name" ? "what people know the identity by" : "the source's own id, that never changes")}.", "map");
        }

        return new ColumnMap(pairs);
    }

    public static Outcome<ColumnMap> Parse(string text)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in Split(text, ',').Where(p => p.Trim().Length > 0))
        {
            var sides = Split(part, '=');
            if (sides.Count != 2)
                return new Refusal("import.map-form", $"'{CsvValues.Short(part)}' is not column=field. Write Account ID=external_id,Account name=name.", "map");
            pairs.Add(KeyValuePair.Create(Unescape(sides[0]), sides[1]));
        }

        return Of(pairs);
    }

    private static List<string> Split(string text, char at)
    {
        var (parts, start) = (new List<string>(), 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == at)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static string Escape(string name) => name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal);

    private static string Unescape(string name)
    {
        var plain = new System.Text.StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '\\' && i + 1 < name.Length)
                i++;
            plain.Append(name[i]);
        }

        return plain.ToString();
    }
}
