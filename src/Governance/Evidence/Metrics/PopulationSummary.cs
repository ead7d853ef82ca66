using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Governance.Evidence;

/// <summary>What is counted of a population's file: by the package when it is made, and by whoever checks it, with the same code.</summary>
internal sealed record PopulationSummary(
    int Count, int Met, int CannotTell, double? Median, double? Percentile90, double? Maximum, IReadOnlyList<PopulationRow> FirstExceptions, IReadOnlyList<PopulationRow> Sample)
{
    public static readonly string[] Header = ["id", "name", "where", "verdict", "detail", "who", "when", "why", "value"];

    /// <summary>So many exceptions are printed; all of them are in the file.</summary>
    public const int Printed = 25;

    /// <summary>Reads the population's file once; writes its exceptions to another where one is given.</summary>
    /// <param name="path">The population's CSV.</param>
    /// <param name="seed">Of the draw, the metric's id included.</param>
    /// <param name="sampleSize">How many are drawn.</param>
    /// <param name="exceptions">Takes each record that is not met; null to write none.</param>
    /// <param name="ct">Stops it.</param>
    public static async Task<PopulationSummary> ReadAsync(string path, string seed, int sampleSize, CsvText? exceptions, CancellationToken ct)
    {
        var (count, met, untold) = (0, 0, 0);
        var (failed, silent, values) = (new List<PopulationRow>(), new List<PopulationRow>(), new List<double>());
        // The draw: order by SHA-256 of seed and id, the first n. Kept is the largest of those on top, to be pushed out.
        var drawn = new PriorityQueue<PopulationRow, string>(Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a)));
        exceptions?.Row(Header);
        await foreach (var row in RowsAsync(path, ct))
        {
            count++;
            if (row.Verdict == Verdicts.Met)
            {
                met++;
            }
            else
            {
                untold += row.Verdict == Verdicts.CannotTell ? 1 : 0;
                var list = row.Verdict == Verdicts.CannotTell ? silent : failed;
                if (list.Count < Printed)
                    list.Add(row);
                exceptions?.Row(Cells(row));
            }

            if (row.Value is { } value)
                values.Add(value);
            var rank = Rank(seed, row.Id);
            if (drawn.Count < sampleSize)
                drawn.Enqueue(row, rank);
            else if (sampleSize > 0)
                drawn.EnqueueDequeue(row, rank);
        }

        values.Sort();
        var sample = drawn.UnorderedItems.OrderBy(x => x.Priority, StringComparer.Ordinal).Select(x => x.Element).ToList();
        return new PopulationSummary(count, met, untold, At(values, 0.5), At(values, 0.9), values.Count == 0 ? null : values[^1], [.. failed.Concat(silent).Take(Printed)], sample);
    }

    /// <summary>Streams the rows of a file back.</summary>
    public static async IAsyncEnumerable<PopulationRow> RowsAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        var head = true;
        await foreach (var cells in CsvText.ReadAsync(path, ct))
        {
            if (cells.Count != Header.Length || (head && !cells.SequenceEqual(Header, StringComparer.Ordinal)))
                throw new FormatException("a row does not have the columns of a population");
            if (!head)
                yield return Row(cells);
            head = false;
        }
    }

    public static string?[] Cells(PopulationRow r) =>
        [r.Id, r.Name, r.Where, r.Verdict.ToString(), r.Detail, r.Who, CsvText.Time(r.When), r.Why, r.Value is { } v ? Math.Round(v, 4).ToString(CultureInfo.InvariantCulture) : null];

    /// <summary>Lower-case hex of SHA-256 over <c>seed|id</c>: the order of the draw.</summary>
    public static string Rank(string seed, string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}|{id}")));

    /// <summary>Nearest rank: the value below which the share of all lies.</summary>
    private static double? At(List<double> values, double share) => values.Count == 0 ? null : values[Math.Max(0, (int)Math.Ceiling(share * values.Count) - 1)];

    private static PopulationRow Row(List<string> c) => new(c[0], c[1], c[2], Enum.TryParse<Verdicts>(c[3], out var verdict) ? verdict : throw new FormatException($"\"{c[3]}\" is no verdict"), c[4], Text(c[5]),
        c[6].Length == 0 ? null : DateTimeOffset.ParseExact(c[6], "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), Text(c[7]), c[8].Length == 0 ? null : double.Parse(c[8], CultureInfo.InvariantCulture));

    private static string? Text(string cell) => cell.Length == 0 ? null : cell;
}
