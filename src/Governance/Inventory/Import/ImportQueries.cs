using System.Globalization;
using System.Text;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>A run with the name of its source.</summary>
public sealed record ImportRunRow(ImportRun Run, string? SourceName);

/// <summary>What the pages on imports show.</summary>
public sealed class ImportQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>Newest first. The cursor is the last id shown: ids sort by time.</summary>
    public async Task<Page<ImportRunRow>> ListRunsAsync(Guid? sourceId, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var runs = db.ImportRuns.AsNoTracking().Where(r => sourceId == null || r.SourceId == sourceId);
        var total = await runs.Take(Page<ImportRunRow>.CountCap).CountAsync(ct);
        if (Guid.TryParse(cursor, CultureInfo.InvariantCulture, out var last) && await db.ImportRuns.Where(r => r.Id == last).Select(r => (DateTimeOffset?)r.StartedAt).SingleOrDefaultAsync(ct) is { } at)
            runs = runs.Where(r => r.StartedAt < at || (r.StartedAt == at && r.Id.CompareTo(last) < 0));
        var rows = await WithSource(db, runs.OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id).Take(take + 1)).ToListAsync(ct);
        return new Page<ImportRunRow>(rows.Take(take).ToList(), rows.Count > take ? rows[take - 1].Run.Id.ToString() : null, total);
    }

    public async Task<ImportRunRow?> FindRunAsync(Guid runId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await WithSource(db, db.ImportRuns.AsNoTracking().Where(r => r.Id == runId)).SingleOrDefaultAsync(ct);
    }

    public async Task<IReadOnlyList<ImportReject>> ListRejectsAsync(Guid runId, int after, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.ImportRejects.AsNoTracking().Where(r => r.RunId == runId && r.Ordinal > after).OrderBy(r => r.Ordinal).Take(take).ToListAsync(ct);
    }

    /// <summary>The rejects as CSV in UTF-8; cells that a spreadsheet would run are neutralised.</summary>
    public async Task WriteRejectsAsync(Guid runId, Stream to, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var writer = new StreamWriter(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync("place,key,reason".AsMemory(), ct);
        await foreach (var r in db.ImportRejects.AsNoTracking().Where(r => r.RunId == runId).OrderBy(r => r.Ordinal).AsAsyncEnumerable().WithCancellation(ct))
            await writer.WriteLineAsync($"{CsvCell.Of(r.Place)},{CsvCell.Of(r.Key)},{CsvCell.Of(r.Reason)}".AsMemory(), ct);
    }

    private static IQueryable<ImportRunRow> WithSource(GovernanceDb db, IQueryable<ImportRun> runs) =>
        runs.Select(r => new ImportRunRow(r, db.Sources.Where(s => s.Id == r.SourceId).Select(s => s.Name).FirstOrDefault()));
}

/// <summary>A cell of a CSV that goes out: quoted where needed, and never a formula (OWASP CSV injection).</summary>
internal static class CsvCell
{
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return string.Empty;
        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : '"' + safe.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
    }
}
