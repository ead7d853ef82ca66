using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Governance.Common;

/// <summary>CSV after RFC 4180 in UTF-8, times as ISO 8601 in UTC. A cell that a spreadsheet would run as a formula gets a leading apostrophe.</summary>
internal static class CsvWriting
{
    public static CsvConfiguration Configuration { get; } = new(CultureInfo.InvariantCulture)
    {
        InjectionOptions = InjectionOptions.Escape,
        InjectionEscapeCharacter = '\'',
        NewLine = "\r\n",
    };

    public static async Task WriteAsync(string path, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string?>> rows, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new StreamWriter(path);
        await using var csv = new CsvWriter(file, Configuration);
        await RowAsync(csv, header);
        foreach (var row in rows)
        {
            ct.ThrowIfCancellationRequested();
            await RowAsync(csv, row);
        }
    }

    public static string? Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static async Task RowAsync(CsvWriter csv, IReadOnlyList<string?> cells)
    {
        foreach (var cell in cells)
            csv.WriteField(cell);
        await csv.NextRecordAsync();
    }
}
