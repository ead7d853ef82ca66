using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Governance.Evidence;

/// <summary>
/// CSV after RFC 4180 in UTF-8 without a mark, lines end in CR LF, times as ISO 8601 in UTC. A cell that a spreadsheet would run as a formula (it begins with
/// <c>= + - @</c>, tab or CR) gets a leading apostrophe; so does one that begins with an apostrophe, so that reading takes exactly one off.
/// </summary>
internal sealed class CsvText(Stream stream) : IAsyncDisposable
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");
    private static readonly SearchValues<char> Marked = SearchValues.Create("=+-@\t\r'");
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly StreamWriter writer = new(stream, Utf8, 64 * 1024);

    public static CsvText Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new CsvText(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024));
    }

    public static async Task WriteAsync(string path, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string?>> rows, CancellationToken ct)
    {
        await using var csv = Create(path);
        csv.Row([.. header]);
        foreach (var row in rows)
        {
            ct.ThrowIfCancellationRequested();
            csv.Row([.. row]);
        }
    }

    public static string? Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public void Row(params ReadOnlySpan<string?> cells)
    {
        for (var n = 0; n < cells.Length; n++)
        {
            if (n > 0)
                writer.Write(',');
            if (cells[n] is not { Length: > 0 } cell)
                continue;
            if (cell.Contains('\r', StringComparison.Ordinal))
                cell = cell.ReplaceLineEndings("\n");
            var mark = Marked.Contains(cell[0]);
            if (cell.AsSpan().ContainsAny(Quoted))
            {
                writer.Write('"');
                if (mark)
                    writer.Write('\'');
                writer.Write(cell.Replace("\"", "\"\"", StringComparison.Ordinal));
                writer.Write('"');
            }
            else
            {
                if (mark)
                    writer.Write('\'');
                writer.Write(cell);
            }
        }

        writer.Write("\r\n");
    }

    public ValueTask DisposeAsync() => writer.DisposeAsync();

    /// <summary>The rows as they were before writing, the header first.</summary>
    /// <exception cref="FormatException">A quote is not closed, or stands where none may.</exception>
    public static async IAsyncEnumerable<List<string>> ReadAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = new StreamReader(path, Utf8, detectEncodingFromByteOrderMarks: false);
        var row = new List<string>();
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            while (!Parse(line, row))
            {
                // A line break within quotes belongs to the cell.
                line += "\n" + (await reader.ReadLineAsync(ct) ?? throw new FormatException("a quote is not closed"));
            }

            yield return row;
            row = new List<string>(row.Count);
        }
    }

    private static bool Parse(string line, List<string> row)
    {
        row.Clear();
        var at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                var text = new StringBuilder();
                at++;
                while (true)
                {
                    var quote = line.IndexOf('"', at);
                    if (quote < 0)
                        return false;
                    text.Append(line, at, quote - at);
                    at = quote + 1;
                    if (at >= line.Length || line[at] != '"')
                        break;
                    text.Append('"');
                    at++;
                }

                row.Add(Unmarked(text.ToString()));
                if (at < line.Length && line[at] != ',')
                    throw new FormatException("something follows a closing quote");
            }
            else
            {
                var end = line.IndexOf(',', at);
                row.Add(Unmarked(end < 0 ? line[at..] : line[at..end]));
                at = end < 0 ? line.Length : end;
            }

            if (at >= line.Length)
                return true;
            at++;
            if (at == line.Length)
            {
                row.Add(string.Empty);
                return true;
            }
        }
    }

    private static string Unmarked(string cell) => cell.Length > 0 && cell[0] == '\'' ? cell[1..] : cell;
}
