using System.Collections.Concurrent;
using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Governance.Inventory;

/// <summary>What to import.</summary>
/// <param name="FileName">As the user named it; shown, never used as a path.</param>
/// <param name="SourceName">The source that it is an inventory of; made when it is new. Not needed for people.</param>
/// <param name="Format">A reader's name, or <see cref="InventoryReaders.Auto"/>.</param>
/// <param name="Full">Whether the file holds the whole source: only then can something be missing.</param>
/// <param name="MayWait">Whether a table with columns of its own may wait until a person maps them; else it is refused.</param>
public sealed record ImportRequest(string FileName, string SourceName, string Format, bool Full, bool MayWait = true);

/// <summary>
/// Imports files. Killed at any point before the merge's commit, nothing of a run is kept and <see cref="ResumeAsync"/> begins it anew from
/// the stored file; after it, everything is.
/// </summary>
public sealed class ImportService(
    IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, DataDirectory data, InventoryReaders readers, ImportMappings mappings, SecretFilter secrets, ToolCatalogue catalogue,
    PeopleGuard guard, ILogger<ImportService> log)
{
    private static readonly string Worker = $"{Environment.MachineName}:{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
    private readonly UploadStore uploads = new(data);
    private readonly ConcurrentDictionary<Guid, byte> running = new();

    /// <summary>Stores the file and its run. Refuses at once what is empty or of no known format.</summary>
    public async Task<Outcome<Guid>> QueueAsync(ImportRequest request, Stream content, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        var now = clock.Now();
        var runId = Ids.New(now);
        var (name, sha256, size) = await uploads.SaveAsync(runId, content, ct);
        var queued = false;
        try
        {
            var sourceName = request.SourceName.Trim();
            var (chosen, asked, waits) = await ChooseAsync(request, name, StorableText.Clean(sourceName), ct);
            if (chosen.IsRefused)
                return chosen.Refusal;
            var plan = chosen.Value;
            if (plan.Subject == ImportSubject.Identities && sourceName.Length is 0 or > 200)
                return new Refusal("import.source-missing", "Name the source that the file is an inventory of, in at most 200 characters: 'Entra contoso.com', 'AWS production'.", "source");
            await using var db = await contexts.CreateDbContextAsync(ct);
            await db.InTransactionAsync(async () =>
            {
                var sourceId = plan.Subject == ImportSubject.Identities ? await SourceAsync(db, StorableText.Clean(sourceName), plan.System, by, now, ct) : (Guid?)null;
                db.ImportRuns.Add(new ImportRun
                {
                    Id = runId,
                    SourceId = sourceId,
                    Subject = plan.Subject,
                    FileName = StorableText.Clean(Last(request.FileName, 200)),
                    StoredAs = name,
                    FileSha256 = sha256,
                    FileSize = size,
                    Format = plan.Format.Length <= 200 ? plan.Format : plan.Format[..199] + "…",
                    AskedFormat = asked,
                    Full = request.Full,
                    State = waits ? ImportRunState.WaitsForMap : ImportRunState.Queued,
                    StartedAt = now,
                    StartedBy = by.Name,
                });
                await db.SaveChangesAsync(ct);
                return Done.Value;
            }, ct);
            queued = true;
            return runId;
        }
        finally
        {
            if (!queued)
                uploads.Delete(name);
        }
    }

    /// <summary>Reads the stored file and merges it. A fault of the file is the run's message, not an exception.</summary>
    public async Task<ImportRun> RunAsync(Guid runId, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (!running.TryAdd(runId, 0))
            return await RunOfAsync(db, runId, ct);
        try
        {
            var taken = await Unfinished(db).Where(r => r.Id == runId).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, ImportRunState.Reading).SetProperty(r => r.Worker, Worker)
                .SetProperty(r => r.Read, 0).SetProperty(r => r.Rejected, 0).SetProperty(r => r.BytesRead, 0), ct);
            var run = await RunOfAsync(db, runId, ct);
            if (taken == 0)
                return run;
            await WorkAsync(db, run, by, ct);
            var ended = await RunOfAsync(db, runId, ct);
            // What is held waits for its person, with its file.
            if (ended.State == ImportRunState.Held)
                (await guard.ReplaceAsync(runId, ct)).ForEach(uploads.Delete);
            else
                uploads.Delete(run.StoredAs);
            return ended;
        }
        finally
        {
            running.TryRemove(runId, out _);
        }
    }

    /// <summary>At start-up: takes up what an ended process of this machine left, from the beginning. Returns the runs.</summary>
    public async Task<IReadOnlyList<ImportRun>> ResumeAsync(CancellationToken ct)
    {
        List<ImportRun> left;
        await using (var db = await contexts.CreateDbContextAsync(ct))
        {
            left = await Unfinished(db).AsNoTracking().OrderBy(r => r.StartedAt).ToListAsync(ct);
        }

        var done = new List<ImportRun>();
        foreach (var run in left.Where(r => r.StoredAs is not null && File.Exists(uploads.PathOf(r.StoredAs))))
            done.Add(await RunAsync(run.Id, Actor.Job("import"), ct));
        return done;
    }

    /// <summary>At start-up, before anything can be uploaded: removes stored files that no unfinished run waits for.</summary>
    public async Task CleanUploadsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        uploads.KeepOnly((await db.ImportRuns.Where(r => r.StoredAs != null && r.EndedAt == null).Select(r => r.StoredAs).ToListAsync(ct)).OfType<string>().ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Asks the run to stop; it does between two batches, and nothing of it is kept. Too late once it merges.</summary>
    public async Task<Outcome<Done>> CancelAsync(Guid runId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.ImportRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId && (r.State == ImportRunState.WaitsForMap || r.State == ImportRunState.Held), ct) is { } waiting)
        {
            await EndAsync(db, waiting, ImportRunState.Cancelled, "Stopped as asked. Nothing of the file was kept.", by);
            uploads.Delete(waiting.StoredAs);
            return Done.Value;
        }

        var asked = await db.ImportRuns.Where(r => r.Id == runId && (r.State == ImportRunState.Queued || r.State == ImportRunState.Reading)).ExecuteUpdateAsync(s => s.SetProperty(r => r.CancelAsked, true), ct);
        return asked == 1 ? Done.Value : new Refusal("import.ended", "The import has ended, or is at its last step: it can't be stopped any more.");
    }

    /// <summary>The readers of the file; for a table with columns of its own the map that is remembered, or none yet, for which it may wait.</summary>
    private async Task<(Outcome<ImportPlan> Plan, string Asked, bool Waits)> ChooseAsync(ImportRequest request, string name, string sourceName, CancellationToken ct)
    {
        var chosen = Plan(request.Format, name, request.Full);
        var unclear = chosen.IsRefused ? chosen.Refusal.Code == "import.not-recognised" : ImportMappings.IsGuess(chosen.Value);
        if (!unclear || sourceName.Length == 0 || !string.Equals(request.Format, InventoryReaders.Auto, StringComparison.OrdinalIgnoreCase))
            return (chosen, request.Format, false);
        var file = ImportFile.Open(uploads.PathOf(name), request.Full, secrets, catalogue);
        if (await mappings.RememberedAsync(sourceName, file, ct) is { } map)
            return (Plan(map, name, request.Full), map, false);
        return request.MayWait && MappedColumns.Of(file).Count > 0
            ? (new ImportPlan([(new MappedReader(ColumnMap.Nothing), file)], []), request.Format, true) : (chosen, request.Format, false);
    }

    private static IQueryable<ImportRun> Unfinished(GovernanceDb db) =>
        db.ImportRuns.Where(r => r.State == ImportRunState.Queued || r.State == ImportRunState.Reading || r.State == ImportRunState.Merging);

    private static Task<ImportRun> RunOfAsync(GovernanceDb db, Guid runId, CancellationToken ct) => db.ImportRuns.AsNoTracking().SingleAsync(r => r.Id == runId, ct);

    private async Task WorkAsync(GovernanceDb db, ImportRun run, Actor by, CancellationToken ct)
    {
        try
        {
            if (run.StoredAs is null || !File.Exists(uploads.PathOf(run.StoredAs)))
                throw new UnreadableFileException("The stored file is gone. Upload it again.");
            while (!await ReadAndMergeAsync(db, run, by, ct))
                log.LogInformation("Import run {Run} begins anew: another import of its source ended meanwhile", run.Id);
            FaultPoint.Pass("import.merged");
        }
        catch (UnreadableFileException e)
        {
            await EndAsync(db, run, ImportRunState.Failed, e.Message, by);
        }
        catch (ImportCancelledException)
        {
            await EndAsync(db, run, ImportRunState.Cancelled, "Stopped as asked. Nothing of the file was kept.", by);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "Import run {Run} failed", run.Id);
            await EndAsync(db, run, ImportRunState.Failed, $"The import failed by a fault of the console ({e.GetType().Name}); its log has more under {run.Id:D}. Nothing of the file was kept.", by);
        }
    }

    /// <summary>Returns false when another import of the source ended since this one began to read: what was staged was compared with what is no more.</summary>
    private async Task<bool> ReadAndMergeAsync(GovernanceDb db, ImportRun run, Actor by, CancellationToken ct)
    {
        await db.ImportRejects.Where(s => s.RunId == run.Id).ExecuteDeleteAsync(ct);
        await db.ImportRuns.Where(r => r.Id == run.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, ImportRunState.Reading), ct);
        var lastRun = await LastRunAsync(db, run, ct);
        var plan = Plan(run.AskedFormat, run.StoredAs!, run.Full);
        if (plan.IsRefused)
            throw new UnreadableFileException(plan.Refusal.Message);
        await using var tables = await StagingTables.OpenAsync(db, run.Id, ct);
        var stager = new Stager(db, run.Id, run.SourceId, secrets, uploads.ScratchOf(run.Id), clock);
        await stager.RunAsync(plan.Value, ct);
        FaultPoint.Pass("import.staged");
        if (run.Full && stager.Read == stager.Rejected)
            throw new UnreadableFileException("The file holds no record that could be taken. As a full import it would call everything of the source missing, so it was not applied.");
        await tables.AnalyseAsync(ct);
        var merged = await MergeAsync(db, run, stager, lastRun, by, ct);
        if (merged.Refusal?.Code != PeopleGuard.HeldCode)
            return !merged.IsRefused;
        await guard.HoldAsync(run, merged.Refusal.Message, by, ct);
        return true;
    }

    private static Task<Guid?> LastRunAsync(GovernanceDb db, ImportRun run, CancellationToken ct) =>
        db.Sources.Where(s => s.Id == run.SourceId).Select(s => s.LastRunId).SingleOrDefaultAsync(ct);

    private async Task<Outcome<Done>> MergeAsync(GovernanceDb db, ImportRun run, Stager stager, Guid? lastRun, Actor by, CancellationToken ct)
    {
        var full = run.Full && (run.Subject == ImportSubject.People || stager.DescribesIdentities);
        var unplaced = full && (stager.Rejected > Stager.MaximumRejects || await db.ImportRejects.AnyAsync(r => r.RunId == run.Id && r.Key == null, ct));
        full &= !unplaced;
        await db.ImportRuns.Where(r => r.Id == run.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, ImportRunState.Merging), ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            FaultPoint.Pass("import.merging");
            var now = clock.Now();
            if (run.SourceId is { } locked)
                await db.Sources.Where(s => s.Id == locked).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastImportedAt, now), ct);
            if (await LastRunAsync(db, run, ct) != lastRun)
                return new Refusal("import.overtaken", "Another import of the source ended meanwhile.");
            if (run.Subject == ImportSubject.People && run.ConfirmedBy is null && await guard.LookAsync(db, run.Id, full, ct) is { } held)
                return held;
            await db.Sources.Where(s => s.Id == run.SourceId).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastRunId, run.Id), ct);
            var counts = run.SourceId is { } sourceId
                ? await new IdentityMerge(db, run.Id, sourceId, full, now).RunAsync(stager.Unchanged, ct)
                : await new PeopleMerge(db, run.Id, full, now).RunAsync(ct);
            await ProvisionalIds.ReplaceAsync(db, run.Id, ct);
            if (full && run.SourceId is not null)
                await db.Sources.Where(s => s.Id == run.SourceId).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastFullRunId, run.Id).SetProperty(x => x.LastFullImportAt, now), ct);
            if (counts.Created + counts.Changed + counts.Unchanged + stager.Rejected != stager.Read)
                throw new InvalidOperationException($"The counts of run {run.Id} do not add up: {counts}, rejected {stager.Rejected}, read {stager.Read}.");
            var message = MessageOf(unplaced, stager.NotInventoried);
            var notInventoried = stager.NotInventoried.Values.Sum();
            await db.ImportRuns.Where(r => r.Id == run.Id).ExecuteUpdateAsync(s => s
                .SetProperty(r => r.State, ImportRunState.Completed).SetProperty(r => r.EndedAt, now).SetProperty(r => r.StoredAs, (string?)null).SetProperty(r => r.Message, message)
                .SetProperty(r => r.Created, counts.Created).SetProperty(r => r.Changed, counts.Changed).SetProperty(r => r.Unchanged, counts.Unchanged)
                .SetProperty(r => r.Missing, counts.Missing).SetProperty(r => r.Returned, counts.Returned).SetProperty(r => r.BytesRead, run.FileSize)
                .SetProperty(r => r.Attached, stager.Attached).SetProperty(r => r.NotInventoried, notInventoried), ct);
            var details = new
            {
                run.FileName,
                run.FileSha256,
                run.Format,
                run.Full,
                SourceId = run.SourceId?.ToString("D"),
                stager.Read,
                counts.Created,
                counts.Changed,
                counts.Unchanged,
                stager.Rejected,
                counts.Missing,
                counts.Returned,
                stager.Attached,
                NotInventoried = notInventoried,
            };
            var action = run.Subject == ImportSubject.People ? AuditActions.PeopleImported : AuditActions.ImportCompleted;
            await audit.AppendAsync(db, by, now, new AuditDraft(action, Subjects.ImportRun, run.Id, null, details), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Ends a run of which nothing is kept. Not cancellable: what began to end, ends.</summary>
    private async Task EndAsync(GovernanceDb db, ImportRun run, ImportRunState state, string message, Actor by)
    {
        db.ChangeTracker.Clear();
        var text = StorableText.Clean(secrets.Clean(message.Length > 1900 ? message[..1900] : message));
        await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            await db.ImportRuns.Where(r => r.Id == run.Id).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.State, state).SetProperty(r => r.Message, text).SetProperty(r => r.EndedAt, now).SetProperty(r => r.StoredAs, (string?)null), CancellationToken.None);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ImportFailed, Subjects.ImportRun, run.Id, text, new { run.FileName, run.FileSha256, State = state }), CancellationToken.None);
            return Done.Value;
        }, CancellationToken.None);
    }

    private async Task<Guid> SourceAsync(GovernanceDb db, string name, SourceSystem system, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.Sources.Where(s => s.Name == name).Select(s => (Guid?)s.Id).SingleOrDefaultAsync(ct) is { } known)
            return known;
        var source = new Source { Id = Ids.New(now), Name = name, System = system, CreatedAt = now };
        db.Sources.Add(source);
        await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.SourceAdded, Subjects.Source, source.Id, null, new { name, system }), ct);
        return source.Id;
    }

    private Outcome<ImportPlan> Plan(string format, string name, bool full)
    {
        try
        {
            return readers.Plan(format, ImportFile.Open(uploads.PathOf(name), full, secrets, catalogue));
        }
        catch (UnreadableFileException e)
        {
            return new Refusal("import.unreadable", e.Message, "file");
        }
    }

    private static string? MessageOf(bool unplaced, SortedDictionary<string, int> notInventoried)
    {
        var parts = new List<string>();
        if (unplaced)
            parts.Add("Some rejected records have no readable id, so nothing was called missing: correct them and import the file again.");
        if (notInventoried.Count > 0)
        {
            var kinds = notInventoried.OrderByDescending(k => k.Value).Take(8).Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Key} {k.Value:N0}"));
            parts.Add($"Of kinds that are not inventoried: {string.Join(", ", kinds)}{(notInventoried.Count > 8 ? " and others" : string.Empty)}.");
        }

        return parts.Count == 0 ? null : string.Join(' ', parts);
    }

    private static string Last(string path, int most)
    {
        var name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.Length > most ? name[^most..] : name;
    }
}
