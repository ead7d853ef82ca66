using Governance.Inventory;

namespace Governance.Connectors.Outbound;

/// <summary>Rows of the generic table of identities (docs/formats/generic-csv.md), for systems that have no export of their own.</summary>
internal static class GenericCsv
{
    /// <summary>Beyond the documented columns: what is kept as an attribute.</summary>
    private static readonly string[] More = ["distinguished_name", "member_of", "settings"];

    public static string Header { get; } = string.Join(',', IdentityCsvReader.Columns.Concat(More));

    /// <summary>One row; columns that are not given stay empty, which means not reported.</summary>
    public static string Row(IReadOnlyDictionary<string, string?> values) =>
        string.Join(',', IdentityCsvReader.Columns.Concat(More).Select(c => Cell(values.GetValueOrDefault(c))));

    /// <summary>Text that must not end an entry of a list in a cell: <c>;</c> and <c>|</c> part entries, and a name may hold them.</summary>
    public static string Entry(string text) => text.Replace(';', ',').Replace('|', '/').Replace('\r', ' ').Replace('\n', ' ');

    private static string Cell(string? text) =>
        string.IsNullOrEmpty(text) ? string.Empty
        : text.AsSpan().IndexOfAny(",\"\r\n") < 0 && text[0] != ' ' && text[^1] != ' ' ? text.Replace("\0", "\uFFFD", StringComparison.Ordinal)
        : '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal).Replace("\0", "\uFFFD", StringComparison.Ordinal) + '"';
}
