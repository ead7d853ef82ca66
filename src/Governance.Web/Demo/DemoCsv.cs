using System.Globalization;

namespace Governance.Web.Demo;

/// <summary>Rows of a CSV file (RFC 4180).</summary>
internal static class DemoCsv
{
    public static string Row(params ReadOnlySpan<string?> cells)
    {
        var row = new string[cells.Length];
        for (var i = 0; i < cells.Length; i++)
            row[i] = cells[i] is not { } cell ? string.Empty : cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return string.Join(',', row) + "\n";
    }

    public static string? Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
