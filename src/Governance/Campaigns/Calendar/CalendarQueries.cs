using System.Globalization;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Past and coming campaigns by day.</summary>
public sealed class CalendarQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    private const int MostRuns = 1000;
    private const int MostDefinitions = 500;

    /// <summary>Runs that touch the span, and launches that schedules will make in it.</summary>
    public async Task<IReadOnlyList<CalendarEntry>> BetweenAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(ct);
        var runs = await db.Campaigns.AsNoTracking().Where(c => c.LaunchedAt < to && (c.ClosedAt ?? c.DueAt) >= from).OrderByDescending(c => c.LaunchedAt).Take(MostRuns)
            .Select(c => new { c.Id, c.Name, c.State, c.LaunchedAt, c.DueAt, c.ClosedAt, c.Population }).ToListAsync(ct);
        var definitions = await db.CampaignDefinitions.AsNoTracking().Where(d => d.ArchivedAt == null && d.NextLaunchAt != null).OrderBy(d => d.NextLaunchAt).Take(MostDefinitions).ToListAsync(ct);
        var coming = definitions.SelectMany(d => Coming(d, from, to).Select(at => new CalendarEntry(
            CalendarEntryKind.Coming,
            string.Create(CultureInfo.InvariantCulture, $"coming-{d.Id:N}-{at.UtcDateTime:yyyyMMdd}"),
            d.Name,
            string.Create(CultureInfo.InvariantCulture, $"{d.DurationDays} days to answer"),
            at,
            at.AddDays(d.DurationDays),
            null,
            $"/campaigns/definitions/{d.Id:D}")));
        return
        [
            .. runs.Select(r => new CalendarEntry(
                CalendarEntryKind.Run,
                $"run-{r.Id:N}",
                r.Name,
                string.Create(CultureInfo.InvariantCulture, $"{r.Population:N0} items"),
                r.LaunchedAt,
                r.ClosedAt ?? (r.State == CampaignState.Running && r.DueAt < now ? now : r.DueAt),
                r.State,
                $"/campaigns/{r.Id:D}")),
            .. coming,
        ];
    }

    /// <summary>What the person still has to answer, on the day that it is due.</summary>
    public async Task<IReadOnlyList<CalendarEntry>> MineAsync(Guid personId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var owed = await (
            from t in ReviewQueries.Waiting(db, personId)
            join s in db.Stages on new { t.CampaignId, Number = t.StageNumber } equals new { s.CampaignId, s.Number }
            join c in db.Campaigns on t.CampaignId equals c.Id
            group t by new { c.Id, c.Name, s.Number, s.DueAt } into g
            select new { g.Key.Id, g.Key.Name, g.Key.Number, g.Key.DueAt, Left = g.Count() }).Take(200).ToListAsync(ct);
        return [.. owed.Select(o => new CalendarEntry(
            CalendarEntryKind.Duty,
            string.Create(CultureInfo.InvariantCulture, $"duty-{o.Id:N}-{o.Number}"),
            string.Create(CultureInfo.InvariantCulture, $"{o.Name}: {o.Left} to answer"),
            null,
            o.DueAt,
            o.DueAt,
            CampaignState.Running,
            $"/reviews/{o.Id:D}"))];
    }

    // What is due and not yet launched counts from its due time.
    private static IEnumerable<DateTimeOffset> Coming(CampaignDefinition definition, DateTimeOffset from, DateTimeOffset to)
    {
        var next = definition.NextLaunchAt!.Value;
        return definition.Schedule.DatesBetween(next > from ? next : from, to);
    }
}
