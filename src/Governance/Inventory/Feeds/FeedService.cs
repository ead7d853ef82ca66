using System.Text.Json;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>A feed as an administrator words it.</summary>
/// <param name="Settings">By name, no secrets.</param>
/// <param name="Secrets">What was typed: the secret itself or a reference; empty keeps what is there.</param>
public sealed record FeedChange(IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, string> Secrets, FeedSchedule Schedule, bool Enabled);

/// <summary>Connects live sources, tests them, starts and stops them. Fetching is <see cref="FeedRunner"/>'s work.</summary>
public sealed class FeedService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, FeedSecrets secrets, SecretFilter filter, IEnumerable<IInventoryFeed> feeds)
{
    private static readonly TimeSpan TestDeadline = TimeSpan.FromMinutes(2);
    private static readonly Refusal Gone = new("feed.not-found", "This live source is not there any more. Load the page again.");

    public IReadOnlyList<IInventoryFeed> Kinds { get; } = [.. feeds.OrderBy(f => f.Title, StringComparer.Ordinal)];

    public IInventoryFeed? Find(string kind) => Kinds.FirstOrDefault(f => f.Kind == kind);

    /// <summary>Connects the source of that name, which is made when it is new. A source has at most one live feed.</summary>
    public async Task<Outcome<Guid>> ConnectAsync(string sourceName, string kind, FeedChange change, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (Find(kind) is not { } feed)
            return new Refusal("feed.kind", $"There is no live source of the kind '{kind}'. Choose one of {string.Join(", ", Kinds.Select(k => k.Kind))}.", "kind");
        var name = StorableText.Clean(sourceName.Trim());
        if (name.Length is 0 or > 200)
            return new Refusal("feed.source", "Name the source, in at most 200 characters: 'Entra contoso.com', 'Cluster production'.", "source");
        var now = clock.Now();
        var id = Ids.New(now);
        if (Check(feed, change) is { } wrong)
            return wrong;
        var kept = secrets.Keep(id, feed, change.Secrets, null);
        if (kept.IsRefused)
            return kept.Refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var source = await db.Sources.SingleOrDefaultAsync(s => s.Name == name, ct);
            if (source is not null && await db.Feeds.AnyAsync(f => f.SourceId == source.Id, ct))
                return new Refusal("feed.exists", $"{name} is connected already. Change its connection, or give this one another name.", "source");
            if (source is null)
            {
                db.Sources.Add(source = new Source { Id = Ids.New(now), Name = name, System = feed.System, CreatedAt = now });
                await db.SaveChangesAsync(ct);
                await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.SourceAdded, Subjects.Source, source.Id, null, new { source.Name, System = feed.System.ToString() }), ct);
            }

            db.Feeds.Add(new Feed
            {
                Id = id,
                SourceId = source.Id,
                Kind = feed.Kind,
                Settings = Json(change.Settings),
                Secrets = kept.Value,
                Enabled = change.Enabled,
                EveryHours = change.Schedule.EveryHours,
                DailyAtMinute = change.Schedule.DailyAtMinute,
                NextRunAt = change.Schedule.After(now),
                CreatedAt = now,
                Version = Ids.New(now),
            });
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.FeedConnected, Subjects.Source, source.Id, null, Details(feed, name, change)), ct);
            return id;
        }, ct);
    }

    /// <summary>Changes settings, secrets, schedule, or switches it off. Other settings may see other things, so the next fetch asks for everything.</summary>
    public async Task<Outcome<Done>> ChangeAsync(Guid feedId, FeedChange change, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.Feeds.SingleOrDefaultAsync(f => f.Id == feedId, ct) is not { } row || Find(row.Kind) is not { } feed)
                return Gone;
            if (Check(feed, change) is { } wrong)
                return wrong;
            var kept = secrets.Keep(feedId, feed, change.Secrets, row.Secrets);
            if (kept.IsRefused)
                return kept.Refusal;
            var schedule = ScheduleOf(row);
            var settings = Json(change.Settings);
            row.Cursor = row.Settings == settings ? row.Cursor : null;
            (row.Settings, row.Secrets, row.Enabled, row.Version) = (settings, kept.Value, change.Enabled, Ids.New(now));
            (row.EveryHours, row.DailyAtMinute) = (change.Schedule.EveryHours, change.Schedule.DailyAtMinute);
            row.NextRunAt = schedule == change.Schedule && row.NextRunAt is not null ? row.NextRunAt : change.Schedule.After(now);
            var name = await db.Sources.Where(s => s.Id == row.SourceId).Select(s => s.Name).SingleAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.FeedChanged, Subjects.Source, row.SourceId, null, Details(feed, name, change)), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Ends the connection and forgets its secrets. The source, its identities and the past runs stay.</summary>
    public async Task<Outcome<Done>> DisconnectAsync(Guid feedId, string? reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            if (await db.Feeds.AsNoTracking().SingleOrDefaultAsync(f => f.Id == feedId, ct) is not { } row)
                return Gone;
            await db.Feeds.Where(f => f.Id == feedId).ExecuteDeleteAsync(ct);
            await db.FeedRuns.Where(r => r.SourceId == row.SourceId && r.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(r => r.CancelAsked, true), ct);
            await db.FeedRuns.Where(r => r.SourceId == row.SourceId && r.State == FeedRunState.Waiting)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, FeedRunState.Cancelled).SetProperty(r => r.EndedAt, clock.Now()).SetProperty(r => r.Message, "The source was disconnected before it began."), ct);
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.FeedDisconnected, Subjects.Source, row.SourceId, reason, new { row.Kind }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Tries settings without keeping them; secrets left empty are those that are kept already. Reads only.</summary>
    /// <param name="feedId">The feed that is being changed; null for one that is new.</param>
    public async Task<Outcome<string>> TestAsync(Guid? feedId, string kind, FeedChange change, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (Find(kind) is not { } feed)
            return new Refusal("feed.kind", $"There is no live source of the kind '{kind}'.", "kind");
        if (Check(feed, change) is { } wrong)
            return wrong;
        string? kept = null;
        if (feedId is { } id)
        {
            await using var db = await contexts.CreateDbContextAsync(ct);
            kept = await db.Feeds.Where(f => f.Id == id && f.Kind == kind).Select(f => f.Secrets).SingleOrDefaultAsync(ct);
        }

        var open = await secrets.OpenAsync(feedId ?? Guid.Empty, kept, change.Secrets, ct);
        if (open.IsRefused)
            return open.Refusal;
        var missing = feed.Settings.FirstOrDefault(s => s is { Required: true, Form: FeedSettingForm.Secret or FeedSettingForm.SecretLines } && !open.Value.ContainsKey(s.Name));
        if (missing is not null)
            return new Refusal("feed.secret", $"{missing.Title} is missing.", missing.Name);
        var settings = new FeedSettings(feed, change.Settings, open.Value);
        if (feed.Check(settings) is { } refused)
            return Clean(refused, settings);
        // Real time: a source that hangs is a thing of the network, whatever the clock of the console says.
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct);
        both.CancelAfter(TestDeadline);
        try
        {
            var outcome = await feed.TestAsync(settings, both.Token);
            return outcome.IsRefused ? Clean(outcome.Refusal, settings) : CleanText(outcome.Value, settings);
        }
        catch (FeedException fault)
        {
            return new Refusal("feed.failed", CleanText(fault.Message, settings));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new Refusal("feed.failed", "The source gave no answer within two minutes. Look at its address, and whether this machine may reach it.");
        }
    }

    /// <summary>Makes it due now. A node takes it up in a moment; the id is the run's.</summary>
    public async Task<Outcome<Guid>> RunNowAsync(Guid feedId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var now = clock.Now();
            if (await db.Feeds.AsNoTracking().SingleOrDefaultAsync(f => f.Id == feedId, ct) is not { } row)
                return Gone;
            if (!row.Enabled)
                return new Refusal("feed.off", "This live source is switched off. Switch it on first.");
            if (row.LeaseUntil > now || await db.FeedRuns.AnyAsync(r => r.SourceId == row.SourceId && r.State == FeedRunState.Waiting, ct))
                return new Refusal("feed.running", "It is running, or about to. Wait until it has ended, or stop it.");
            var run = new FeedRun { Id = Ids.New(now), SourceId = row.SourceId, State = FeedRunState.Waiting, StartedAt = now, StartedBy = by.Name };
            db.FeedRuns.Add(run);
            await db.SaveChangesAsync(ct);
            await db.Feeds.Where(f => f.Id == feedId).ExecuteUpdateAsync(s => s.SetProperty(f => f.NextRunAt, now), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.FeedRunAsked, Subjects.Source, row.SourceId, null, new { run = run.Id.ToString("D") }), ct);
            return run.Id;
        }, ct);
    }

    /// <summary>Asks a run to stop: nothing of it is kept. Too late once it is with the importer, whose run can be stopped there.</summary>
    public async Task<Outcome<Done>> CancelAsync(Guid runId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var waiting = await db.FeedRuns.Where(r => r.Id == runId && r.State == FeedRunState.Waiting)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, FeedRunState.Cancelled).SetProperty(r => r.EndedAt, now).SetProperty(r => r.Message, FeedRunner.Stopped), ct);
        var asked = waiting + await db.FeedRuns.Where(r => r.Id == runId && r.State == FeedRunState.Fetching).ExecuteUpdateAsync(s => s.SetProperty(r => r.CancelAsked, true), ct);
        return asked > 0 ? Done.Value : new Refusal("feed.ended", "The run has ended or is with the importer: it can't be stopped here any more.");
    }

    internal static FeedSchedule ScheduleOf(Feed feed) => new(feed.EveryHours, feed.DailyAtMinute);

    /// <summary>A message of a feed without what is secret: what it was given, and whatever else looks like a secret.</summary>
    internal string CleanText(string text, FeedSettings settings)
    {
        foreach (var secret in settings.SecretValues.Where(s => s.Length > 3))
            text = text.Replace(secret, "[secret]", StringComparison.Ordinal);
        return StorableText.Clean(filter.Clean(text.Length > 3000 ? text[..3000] + " …" : text));
    }

    internal async Task<Outcome<FeedSettings>> OpenAsync(Feed row, IInventoryFeed feed, CancellationToken ct)
    {
        var open = await secrets.OpenAsync(row.Id, row.Secrets, new Dictionary<string, string>(StringComparer.Ordinal), ct);
        return open.IsRefused ? open.Refusal : new FeedSettings(feed, JsonSerializer.Deserialize<Dictionary<string, string>>(row.Settings) ?? [], open.Value);
    }

    private static string Json(IReadOnlyDictionary<string, string> settings) =>
        JsonSerializer.Serialize(settings.Where(s => !string.IsNullOrWhiteSpace(s.Value)).OrderBy(s => s.Key, StringComparer.Ordinal).ToDictionary(s => s.Key, s => s.Value.Trim(), StringComparer.Ordinal));

    private static object Details(IInventoryFeed feed, string source, FeedChange change) => new
    {
        source,
        feed.Kind,
        settings = change.Settings.Where(s => !string.IsNullOrWhiteSpace(s.Value)).ToDictionary(s => s.Key, s => s.Value.Trim(), StringComparer.Ordinal),
        secretsGiven = change.Secrets.Where(s => !string.IsNullOrWhiteSpace(s.Value)).Select(s => s.Key).Order(StringComparer.Ordinal).ToList(),
        schedule = change.Schedule.ToString(),
        change.Enabled,
    };

    private static Refusal? Check(IInventoryFeed feed, FeedChange change)
    {
        foreach (var name in change.Settings.Keys)
        {
            if (feed.Settings.FirstOrDefault(s => s.Name == name) is not { Form: not (FeedSettingForm.Secret or FeedSettingForm.SecretLines) })
                return new Refusal("feed.setting", $"{feed.Title} has no setting '{name}' that is kept in plain.", name);
        }

        if (change.Secrets.Keys.FirstOrDefault(n => feed.Settings.All(s => s.Name != n || s.Form is not (FeedSettingForm.Secret or FeedSettingForm.SecretLines))) is { } unknown)
            return new Refusal("feed.setting", $"{feed.Title} has no secret '{unknown}'.", unknown);
        var missing = feed.Settings.FirstOrDefault(s =>
            s is { Required: true, Default: null, Form: not (FeedSettingForm.Secret or FeedSettingForm.SecretLines) } && string.IsNullOrWhiteSpace(change.Settings.GetValueOrDefault(s.Name)));
        if (missing is not null)
            return new Refusal("feed.setting", $"{missing.Title} is missing.", missing.Name);
        if (change.Settings.FirstOrDefault(s => s.Value.Length > 20_000).Key is { } tooLong)
            return new Refusal("feed.setting", $"'{tooLong}' is longer than 20,000 characters.", tooLong);
        return change.Schedule.Check() ?? feed.Check(new FeedSettings(feed, change.Settings, new Dictionary<string, string>(StringComparer.Ordinal)));
    }

    private Refusal Clean(Refusal refusal, FeedSettings settings) => refusal with { Message = CleanText(refusal.Message, settings) };
}
