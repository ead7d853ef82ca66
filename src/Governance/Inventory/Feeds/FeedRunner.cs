using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Governance.Inventory;

/// <summary>
/// Fetches what is due and hands it to the importer. Killed at any point before the importer has the file, nothing of a fetch is kept and the next
/// one begins anew; after it, the importer's own promise holds. The cursor moves only when what it stands for is in the inventory.
/// </summary>
public sealed class FeedRunner(
    IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, DataDirectory data, FeedService feeds, ImportService imports, ILogger<FeedRunner> log)
{
    internal const string Stopped = "Stopped as asked. Nothing of it was kept.";
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(1);
    private static readonly Actor By = Actor.Job("live-sources");

    /// <summary>Runs what is due, one after another, until nothing is; other nodes may do the same at the same time. Returns how many ran.</summary>
    public async Task<int> RunDueAsync(CancellationToken ct)
    {
        var ran = 0;
        while (await ClaimAsync(ct) is { } claim)
        {
            await RunAsync(claim, ct);
            ran++;
        }

        return ran;
    }

    private sealed record Claim(Feed Feed, string SourceName, Guid RunId);

    /// <summary>Takes the next due feed by one statement: who updates the row has it.</summary>
    private async Task<Claim?> ClaimAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var token = Ids.New(now);
            var next = Due(db, now).OrderBy(f => f.NextRunAt).ThenBy(f => f.Id).Select(f => f.Id).Take(1);
            if (await Due(db, now).Where(f => next.Contains(f.Id)).ExecuteUpdateAsync(s => s.SetProperty(f => f.LeasedBy, token).SetProperty(f => f.LeaseUntil, now + Lease), ct) == 0)
                return null;
            var feed = await db.Feeds.AsNoTracking().SingleAsync(f => f.LeasedBy == token, ct);
            await db.FeedRuns.Where(r => r.SourceId == feed.SourceId && (r.State == FeedRunState.Fetching || r.State == FeedRunState.Importing)).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.State, FeedRunState.Failed).SetProperty(r => r.EndedAt, now).SetProperty(r => r.Message, "The console's process ended while it ran. It began anew."), ct);
            var waiting = await db.FeedRuns.Where(r => r.SourceId == feed.SourceId && r.State == FeedRunState.Waiting).OrderBy(r => r.Id).Select(r => (Guid?)r.Id).FirstOrDefaultAsync(ct);
            if (waiting is { } asked)
            {
                await db.FeedRuns.Where(r => r.Id == asked).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, FeedRunState.Fetching), ct);
            }
            else
            {
                db.FeedRuns.Add(new FeedRun { Id = token, SourceId = feed.SourceId, State = FeedRunState.Fetching, StartedAt = now, StartedBy = "schedule" });
                await db.SaveChangesAsync(ct);
            }

            var name = await db.Sources.Where(s => s.Id == feed.SourceId).Select(s => s.Name).SingleAsync(ct);
            return new Claim(feed, name, waiting ?? token);
        }, ct);
    }

    private static IQueryable<Feed> Due(GovernanceDb db, DateTimeOffset now) =>
        db.Feeds.Where(f => f.Enabled && f.NextRunAt <= now && (f.LeaseUntil == null || f.LeaseUntil < now));

    private async Task RunAsync(Claim claim, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var beating = BeatAsync(claim, stop);
        var end = new End(FeedRunState.Failed, null, Retryable: true);
        try
        {
            end = await FetchAsync(claim, stop.Token);
        }
        catch (FeedException fault)
        {
            end = new End(FeedRunState.Failed, fault.Message, fault.Retryable);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            end = new End(FeedRunState.Failed, "The console was stopped while it ran. It begins anew when the console runs again.", Retryable: true, Again: true);
        }
        catch (OperationCanceledException)
        {
            end = new End(FeedRunState.Cancelled, Stopped, Retryable: false);
        }
        catch (Exception fault)
        {
            log.LogError(fault, "Run {Run} of a live source failed", claim.RunId);
            end = new End(FeedRunState.Failed, $"It failed by a fault of the console ({fault.GetType().Name}); its log has more under {claim.RunId:D}. Nothing of it was kept.", Retryable: true);
        }
        finally
        {
            await stop.CancelAsync();
            await beating;
            await EndAsync(claim, end);
        }
    }

    private sealed record End(FeedRunState State, string? Message, bool Retryable, string? Cursor = null, bool Again = false);

    private async Task<End> FetchAsync(Claim claim, CancellationToken ct)
    {
        if (feeds.Find(claim.Feed.Kind) is not { } feed)
            return new End(FeedRunState.Failed, $"This console has no live source of the kind '{claim.Feed.Kind}'.", Retryable: false);
        var opened = await feeds.OpenAsync(claim.Feed, feed, ct);
        if (opened.IsRefused)
            return new End(FeedRunState.Failed, opened.Refusal.Message, Retryable: false);
        var settings = opened.Value;
        if (feed.Check(settings) is { } refusal)
            return new End(FeedRunState.Failed, feeds.CleanText(refusal.Message, settings), Retryable: false);
        await using var writer = FeedWriter.Create(data, claim.RunId, clock.Now());
        var progress = new FeedProgress((doing, token) => WriteAsync(claim, s => s
            .SetProperty(r => r.Doing, feeds.CleanText(doing, settings)).SetProperty(r => r.Documents, writer.Documents).SetProperty(r => r.Records, writer.Records).SetProperty(r => r.Bytes, writer.Bytes), token), clock);
        FeedFetch fetch;
        try
        {
            fetch = await feed.FetchAsync(settings, writer, claim.Feed.Cursor, progress, ct);
        }
        catch (FeedException fault)
        {
            throw new FeedException(feeds.CleanText(fault.Message, settings), fault.Retryable, fault);
        }

        FaultPoint.Pass("feed.fetched");
        var notes = fetch.Notes.Count == 0 ? null : feeds.CleanText(string.Join(" ", fetch.Notes), settings);
        await WriteAsync(claim, s => s.SetProperty(r => r.Doing, (string?)null).SetProperty(r => r.Documents, writer.Documents).SetProperty(r => r.Records, writer.Records)
            .SetProperty(r => r.Bytes, writer.Bytes).SetProperty(r => r.Complete, fetch.Complete), ct);
        if (writer.Documents == 0)
        {
            // An empty source is more often a wrong address than a source that lost everything: it calls nothing missing.
            var empty = fetch.Complete ? "The source names nothing. Nothing was called missing for that: look at its settings." : "Nothing has changed since the last run.";
            return new End(FeedRunState.Completed, notes is null ? empty : $"{empty} {notes}", Retryable: false, fetch.Cursor);
        }

        ct.ThrowIfCancellationRequested();
        return await HandOverAsync(claim, feed, fetch, writer, notes, ct);
    }

    private async Task<End> HandOverAsync(Claim claim, IInventoryFeed feed, FeedFetch fetch, FeedWriter writer, string? notes, CancellationToken ct)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{feed.Kind} {clock.Now():yyyy-MM-dd HH.mm}.zip");
        var queued = await imports.QueueAsync(new ImportRequest(name, claim.SourceName, feed.Format, fetch.Complete), writer.Finish(), By, ct);
        if (queued.IsRefused)
            return new End(FeedRunState.Failed, $"The importer did not take what was fetched: {queued.Refusal.Message}", Retryable: false);
        FaultPoint.Pass("feed.queued");
        // From here on it is the importer's run, and stopping is asked of it.
        await using (var db = await contexts.CreateDbContextAsync(CancellationToken.None))
        {
            await db.FeedRuns.Where(r => r.Id == claim.RunId).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.State, FeedRunState.Importing).SetProperty(r => r.ImportRunId, queued.Value), CancellationToken.None);
        }

        var import = await imports.RunAsync(queued.Value, By, ct);
        FaultPoint.Pass("feed.imported");
        return import.State switch
        {
            ImportRunState.Completed => new End(FeedRunState.Completed, notes, Retryable: false, fetch.Cursor),
            ImportRunState.Held => new End(FeedRunState.Held, import.Message, Retryable: false),
            ImportRunState.Cancelled => new End(FeedRunState.Cancelled, import.Message, Retryable: false),
            _ => new End(FeedRunState.Failed, $"It was fetched, but not taken: {import.Message}", Retryable: true),
        };
    }

    /// <summary>Holds the lease while it runs, and stops the run when a person asks or the lease is lost.</summary>
    private async Task BeatAsync(Claim claim, CancellationTokenSource stop)
    {
        using var timer = new PeriodicTimer(Heartbeat, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                await using var db = await contexts.CreateDbContextAsync(stop.Token);
                var mine = await Mine(db, claim).ExecuteUpdateAsync(s => s.SetProperty(f => f.LeaseUntil, clock.Now() + Lease), stop.Token);
                if (mine == 0)
                    await stop.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
        catch (Exception fault)
        {
            // Without a lease another node may begin: this one stops.
            log.LogWarning(fault, "The lease of run {Run} could not be held", claim.RunId);
            await stop.CancelAsync();
        }
    }

    /// <summary>Writes to the run's row, and stops when a person asked for it or another node has taken over.</summary>
    private async Task WriteAsync(Claim claim, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<FeedRun>> set, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var going = await db.FeedRuns.Where(r => r.Id == claim.RunId && r.EndedAt == null && !r.CancelAsked).ExecuteUpdateAsync(set, ct);
        if (going == 0)
            throw new OperationCanceledException("The run was asked to stop.");
    }

    /// <summary>Not cancellable: what began to end, ends. A run that lost its lease leaves the feed to its new holder.</summary>
    private async Task EndAsync(Claim claim, End end)
    {
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            var failures = end.State == FeedRunState.Failed && !end.Again ? claim.Feed.Failures + 1 : end.State == FeedRunState.Failed ? claim.Feed.Failures : 0;
            var current = await db.Feeds.AsNoTracking().SingleOrDefaultAsync(f => f.Id == claim.Feed.Id, CancellationToken.None);
            var schedule = FeedService.ScheduleOf(current ?? claim.Feed);
            var next = end.Again ? now : end.State == FeedRunState.Failed ? schedule.AfterFailure(now, failures, end.Retryable) : schedule.After(now);
            var done = end.State == FeedRunState.Completed;
            await Mine(db, claim).ExecuteUpdateAsync(s => s
                .SetProperty(f => f.LeasedBy, (Guid?)null).SetProperty(f => f.LeaseUntil, (DateTimeOffset?)null).SetProperty(f => f.NextRunAt, next).SetProperty(f => f.Failures, failures), CancellationToken.None);
            // Settings that were changed meanwhile have asked for everything: their wish stands.
            if (done && end.Cursor is not null)
                await db.Feeds.Where(f => f.Id == claim.Feed.Id && f.Version == claim.Feed.Version).ExecuteUpdateAsync(s => s.SetProperty(f => f.Cursor, end.Cursor), CancellationToken.None);
            await db.FeedRuns.Where(r => r.Id == claim.RunId && r.EndedAt == null).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.State, end.State).SetProperty(r => r.EndedAt, now).SetProperty(r => r.Message, end.Message).SetProperty(r => r.Doing, (string?)null), CancellationToken.None);
            if (end.State == FeedRunState.Failed)
                await audit.AppendAsync(db, By, now, new AuditDraft(AuditActions.FeedFailed, Subjects.Source, claim.Feed.SourceId, null, new { run = claim.RunId.ToString("D"), message = end.Message }), CancellationToken.None);
            return Done.Value;
        }, CancellationToken.None);
    }

    private static IQueryable<Feed> Mine(GovernanceDb db, Claim claim) => db.Feeds.Where(f => f.Id == claim.Feed.Id && f.LeasedBy == claim.Feed.LeasedBy);
}
