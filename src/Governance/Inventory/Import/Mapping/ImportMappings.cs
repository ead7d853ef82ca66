using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>A file that waits until a person says which column is what.</summary>
/// <param name="Proposed">Column to field, by their names.</param>
public sealed record MappingDraft(ImportRun Run, string SourceName, IReadOnlyList<MappedColumn> Columns, IReadOnlyDictionary<string, string> Proposed);

/// <summary>A record as it would land, or why it would be rejected.</summary>
public sealed record MappedPreview(string Place, IdentityRecord? Identity, string? Reason);

/// <summary>Maps of columns: proposed, previewed, confirmed and remembered per source and set of columns.</summary>
public sealed class ImportMappings(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, DataDirectory data, SecretFilter secrets, ToolCatalogue catalogue)
{
    private const int Previewed = 10;
    private static readonly HashSet<string> Graph = new(StringComparer.Ordinal)
    {
        "value", "appId", "servicePrincipals", "applications", "oauth2PermissionGrants", "appRoleAssignments", "servicePrincipalType", "appRoleId", "scope", "@odata.context", "objectId",
    };

    private readonly UploadStore uploads = new(data);

    /// <summary>Whether the file was recognised only because nothing else takes JSON.</summary>
    internal static bool IsGuess(ImportPlan plan) =>
        plan.Parts.All(p => p.Reader is GraphReader && p.File.Documents.All(d => !d.Head.NamesAt(string.Empty).Overlaps(Graph)));

    /// <summary>The remembered map for the source and these columns, as a format; null when there is none.</summary>
    internal async Task<string?> RememberedAsync(string sourceName, ImportFile file, CancellationToken ct)
    {
        var columns = MappedColumns.Of(file).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        if (columns.Count == 0)
            return null;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var known = await db.ImportMappings.AsNoTracking().Where(m => m.SourceName == sourceName).OrderByDescending(m => m.ConfirmedAt).Take(50).ToListAsync(ct);
        var key = MappedColumns.KeyOf(columns);
        // Objects leave fields out that are empty: there the mapped ones have to be there.
        var found = known.Find(m => m.ColumnsKey == key)
            ?? (file.Documents.All(d => d.Head.IsJson) ? known.Find(m => ColumnMap.Parse(m.Map) is { IsRefused: false } map && map.Value.Pairs.All(p => columns.Contains(p.Key))) : null);
        return found is null ? null : ColumnMap.Prefix + found.Map;
    }

    public async Task<MappingDraft?> FindAsync(Guid runId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await WaitingAsync(db, runId, ct) is not { } run || run.StoredAs is not { } stored)
            return null;
        var source = await db.Sources.Where(s => s.Id == run.SourceId).Select(s => s.Name).SingleAsync(ct);
        var columns = MappedColumns.Of(Open(stored, run.Full));
        return new MappingDraft(run, source, columns, MapProposal.Of(columns.Select(c => c.Name).ToList()));
    }

    /// <summary>The first records as they would land under the map; nothing is kept.</summary>
    public async Task<Outcome<IReadOnlyList<MappedPreview>>> PreviewAsync(Guid runId, IEnumerable<KeyValuePair<string, string>> columns, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        var map = ColumnMap.Of(columns);
        if (map.IsRefused)
            return map.Refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await WaitingAsync(db, runId, ct) is not { StoredAs: { } stored } run)
            return NotWaiting();
        try
        {
            return Outcome<IReadOnlyList<MappedPreview>>.From(new MappedReader(map.Value).Read(Open(stored, run.Full)).Take(Previewed).Select(Preview).ToList());
        }
        catch (UnreadableFileException e)
        {
            return new Refusal("import.unreadable", e.Message, "file");
        }
    }

    /// <summary>Remembers the map and lets the import begin with it.</summary>
    public async Task<Outcome<Done>> ConfirmAsync(Guid runId, IEnumerable<KeyValuePair<string, string>> columns, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        var map = ColumnMap.Of(columns);
        if (map.IsRefused)
            return map.Refusal;
        if (map.Value.Text.Length > 3900)
            return new Refusal("import.map-long", "The names of the mapped columns are longer than 3,900 characters together. Rename some in the file.", "map");
        if (await FindAsync(runId, ct) is not { } draft)
            return NotWaiting();
        var key = MappedColumns.KeyOf(draft.Columns.Select(c => c.Name));
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            var begun = await db.ImportRuns.Where(r => r.Id == runId && r.State == ImportRunState.WaitsForMap)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, ImportRunState.Queued).SetProperty(r => r.AskedFormat, ColumnMap.Prefix + map.Value.Text), ct);
            if (begun == 0)
                return NotWaiting();
            var changed = await db.ImportMappings.Where(m => m.SourceName == draft.SourceName && m.ColumnsKey == key)
                .ExecuteUpdateAsync(s => s.SetProperty(m => m.Map, map.Value.Text).SetProperty(m => m.ConfirmedAt, now).SetProperty(m => m.ConfirmedBy, by.Name), ct);
            if (changed == 0)
            {
                db.ImportMappings.Add(new ImportMapping { Id = Ids.New(now), SourceName = draft.SourceName, ColumnsKey = key, Map = map.Value.Text, ConfirmedAt = now, ConfirmedBy = by.Name });
                await db.SaveChangesAsync(ct);
            }

            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ImportMapped, Subjects.ImportRun, runId, null, new { draft.SourceName, Map = secrets.Clean(map.Value.Text) }), ct);
            return Done.Value;
        }, ct);
    }

    private ImportFile Open(string stored, bool full) => ImportFile.Open(uploads.PathOf(stored), full, secrets, catalogue);

    private MappedPreview Preview(ReadItem item) =>
        item.Identity is not { } raw ? new MappedPreview(item.Place, null, secrets.CleanOrNull(item.Reason))
        : RecordRules.Problem(raw) is { } problem ? new MappedPreview(item.Place, null, secrets.Clean(problem))
        : new MappedPreview(item.Place, RecordRules.Clean(raw, secrets), null);

    private static Task<ImportRun?> WaitingAsync(GovernanceDb db, Guid runId, CancellationToken ct) =>
        db.ImportRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId && r.State == ImportRunState.WaitsForMap, ct);

    private static Refusal NotWaiting() => new("import.not-waiting", "The import does not wait for a map of its columns any more: it was begun or stopped. Upload the file again to map it anew.");
}
