using System.Security.Cryptography;
using System.Text;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>What stands behind a population's file.</summary>
internal sealed record PopulationSource(string Criterion, string Queries);

/// <summary>
/// Writes populations to files, row by row as the database gives them. Of a period that is over, each is measured once: the file is kept, its hash stands in the
/// database, and whoever asks again gets the same bytes.
/// </summary>
public sealed class Populations(IDbContextFactory<GovernanceDb> contexts, DataDirectory data, TimeProvider clock)
{
    /// <summary>A short name of a scope that is the same for the same scope.</summary>
    public static string ScopeKey(IdentityFilter scope) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope.ToJson())))[..32];

    /// <summary>Puts the population of a metric into the file.</summary>
    /// <exception cref="InvalidDataException">The kept file is not what was kept.</exception>
    internal async Task<PopulationSource> WriteAsync(Metric metric, MetricContext context, IdentityFilter scope, string path, bool keep, CancellationToken ct)
    {
        var key = ScopeKey(scope);
        var kept = data.File(Path.Combine("evidence", "frozen", $"{metric.Id}-{context.Period.From:yyyyMMddHHmmss}-{context.Period.To:yyyyMMddHHmmss}-{key}.csv"));
        var (from, to) = (context.Period.From, context.Period.To);
        if (context.Period.IsClosed)
        {
            await using var db = await contexts.CreateDbContextAsync(ct);
            if (await db.FrozenPopulations.AsNoTracking().SingleOrDefaultAsync(f => f.MetricId == metric.Id && f.From == from && f.To == to && f.ScopeKey == key, ct) is { } frozen)
            {
                await CheckAsync(frozen, kept, ct);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.Copy(kept, path, overwrite: true);
                return new PopulationSource(frozen.Criterion, frozen.Queries);
            }
        }

        var notes = QueryNotes.Begin();
        await using (var csv = CsvText.Create(path))
        {
            csv.Row(PopulationSummary.Header);
            await foreach (var row in metric.ReadAsync(context, ct))
                csv.Row(PopulationSummary.Cells(row));
        }

        QueryNotes.End();
        var source = new PopulationSource(metric.Criterion(context.Policy), string.Join("\n;\n", notes.Select(n => n.ReplaceLineEndings("\n"))));
        if (keep && context.Period.IsClosed)
            await KeepAsync(new FrozenPopulation { MetricId = metric.Id, From = from, To = to, ScopeKey = key, Sha256 = await DigestAsync(path, source, ct), Criterion = source.Criterion, Queries = source.Queries, At = clock.GetUtcNow() }, path, kept, ct);
        return source;
    }

    private static async Task CheckAsync(FrozenPopulation frozen, string kept, CancellationToken ct)
    {
        if (!File.Exists(kept) || await DigestAsync(kept, new PopulationSource(frozen.Criterion, frozen.Queries), ct) != frozen.Sha256)
            throw new InvalidDataException($"The population of {frozen.MetricId} that was frozen on {frozen.At:yyyy-MM-dd} is not what was kept: {kept} or its row in the database is missing or was changed. Restore them from a backup.");
    }

    // Of the file, and of the words that a package prints beside it.
    private static async Task<string> DigestAsync(string file, PopulationSource source, CancellationToken ct) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{await PackageWriter.HashAsync(file, ct)}\n{source.Criterion}\n{source.Queries}")));

    // The file first: a row whose file is missing would block the period; a file without a row is measured anew.
    private async Task KeepAsync(FrozenPopulation frozen, string path, string kept, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        var fresh = $"{kept}.{Path.GetRandomFileName()}";
        File.Copy(path, fresh);
        File.Move(fresh, kept, overwrite: true);
        await using var db = await contexts.CreateDbContextAsync(ct);
        db.FrozenPopulations.Add(frozen);
        await db.SaveChangesAsync(ct);
    }
}
