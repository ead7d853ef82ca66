using System.Text;

namespace Governance.Inventory;

/// <summary>One row: the line that it begins on, its cells, or why it can't be read.</summary>
internal readonly record struct CsvRow(int Line, IReadOnlyList<string> Cells, string? Problem);

/// <summary>
/// CSV after RFC 4180, row by row, in bounded memory: a row longer than <see cref="ImportFile.MaximumRecord"/> is skipped to its end of line
/// and reported. Separator comma, semicolon or tab, as the header shows.
/// </summary>
internal sealed class CsvRows(TextReader reader)
{
    private readonly char[] buffer = new char[32 * 1024];
    private readonly StringBuilder cell = new();
    private int position;
    private int length;
    private int line = 1;
    private char separator = ',';

    /// <summary>The separator that the first line uses.</summary>
    public static char SeparatorOf(string head)
    {
        if (SaidOf(head) is { } said)
            return said;
        var end = head.AsSpan().IndexOfAny('\r', '\n');
        var first = end < 0 ? head : head[..end];
        return first.Contains(',', StringComparison.Ordinal) ? ',' : first.Contains(';', StringComparison.Ordinal) ? ';' : first.Contains('\t', StringComparison.Ordinal) ? '\t' : ',';
    }

    /// <summary>Excel writes <c>sep=;</c> as a line of its own before the header.</summary>
    private static char? SaidOf(string head) => head is ['s' or 'S', 'e' or 'E', 'p' or 'P', '=', var said and (',' or ';' or '\t'), '\r' or '\n', ..] ? said : null;

    public IEnumerable<CsvRow> Read(char separatedBy)
    {
        separator = separatedBy;
        while (Next() is { } row)
        {
            if (row is { Line: 1, Cells: [var said, ""] } && said.Equals("sep=", StringComparison.OrdinalIgnoreCase))
                continue;
            if (row.Problem is not null || row.Cells.Count > 1 || row.Cells[0].Length > 0)
                yield return row;
        }
    }

    private CsvRow? Next()
    {
        if (Peek() < 0)
            return null;
        var (start, size, quoted, wasQuoted) = (line, 0, false, false);
        var cells = new List<string>();
        cell.Clear();
        while (true)
        {
            var c = Take();
            if (c < 0)
            {
                if (quoted)
                    return new CsvRow(start, [], $"a quote is opened here and never closed: everything up to the end of the file (line {line}) was read as one record");
                break;
            }

            if (++size > ImportFile.MaximumRecord)
            {
                SkipLine();
                return new CsvRow(start, [], $"the line is longer than {ImportFile.MaximumRecord / 1024 / 1024} MiB");
            }

            if (c == '\n' || (c == '\r' && Peek() != '\n'))
                line++;
            if (quoted)
            {
                if (c != '"')
                    cell.Append((char)c);
                else if (Peek() == '"')
                    cell.Append((char)Take());
                else
                    quoted = false;
            }
            else if (c == '"' && cell.Length == 0 && !wasQuoted)
            {
                quoted = wasQuoted = true;
            }
            else if (c == separator)
            {
                EndCell();
            }
            else if (c is '\n' or '\r')
            {
                if (c == '\r' && Peek() == '\n')
                {
                    Take();
                    line++;
                }

                break;
            }
            else
            {
                cell.Append((char)c);
            }
        }

        EndCell();
        return new CsvRow(start, cells, null);

        void EndCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
            wasQuoted = false;
        }
    }

    private void SkipLine()
    {
        cell.Clear();
        cell.Capacity = 256;
        var c = Take();
        while (c >= 0 && c != '\n' && (c != '\r' || Peek() == '\n'))
            c = Take();
        line++;
    }

    private int Peek() => position < length || Fill() ? buffer[position] : -1;

    private int Take() => position < length || Fill() ? buffer[position++] : -1;

    private bool Fill()
    {
        (position, length) = (0, reader.Read(buffer, 0, buffer.Length));
        return length > 0;
    }
}
