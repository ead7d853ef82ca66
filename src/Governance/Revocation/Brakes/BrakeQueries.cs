using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>One brake and what it did.</summary>
public sealed record BrakeRow(BrakeEntry Brake, long Fired, int Holding, DateTimeOffset? LastAt, string? LastMessage);

/// <summary>A source's own brakes. <paramref name="Sick"/> says what B2 holds on it now; null when it is well.</summary>
public sealed record SourceBrakeRow(
    Guid SourceId, string Source, bool Stopped, string? StoppedBy, DateTimeOffset? StoppedAt, string? StopReason, string? ReleaseAskedBy, DateTimeOffset? OpenUntil, string? Fault, int Wave, int Pending, string? Sick, bool Lost);

/// <summary>What the brakes hold and did, for the page.</summary>
public sealed class BrakeQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>All brakes in order, each with its counter and what it holds now.</summary>
    public async Task<IReadOnlyList<BrakeRow>> BookAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var counts = await db.BrakeCounts.AsNoTracking().ToDictionaryAsync(c => c.Id, StringComparer.Ordinal, ct);
        var held = (await db.RevocationOrders.Where(o => o.HeldBy != null && o.EndedAt == null).GroupBy(o => o.HeldBy!).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct))
            .GroupBy(h => h.Key[..Math.Max(0, h.Key.IndexOf(':', StringComparison.Ordinal))], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(h => h.Count), StringComparer.Ordinal);
        var holding = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            [StopSwitch.Id] = await db.RevocationSteps.CountAsync(s => (s.State == StepState.Planned || s.State == StepState.Retrying)
                && (db.BrakeSettings.Any(b => b.Stopped) || db.RevocationOrders.Any(o => o.Id == s.OrderId && db.SourceBrakes.Any(b => b.SourceId == o.SourceId && b.Stopped))), ct),
            [ExemptionBrake.Id] = await db.Exemptions.CountAsync(e => e.EndedAt == null && e.Until > now, ct),
            [Notice.Id] = await db.RevocationOrders.CountAsync(o => o.State == OrderState.Noticed, ct),
            [Waves.Id] = await db.RevocationOrders.CountAsync(o => o.State == OrderState.Due && o.Wave == null, ct),
            [QuarantineFirst.Id] = await db.RevocationOrders.CountAsync(o => o.State == OrderState.Quarantined && o.QuarantineUntil > now, ct),
            ["B13"] = await db.RevocationSteps.CountAsync(s => (s.State == StepState.Planned || s.State == StepState.Retrying) && db.RevocationOrders.Any(o => o.Id == s.OrderId && db.SourceBrakes.Any(b => b.SourceId == o.SourceId && b.OpenUntil > now)), ct),
        };
        return [.. BrakeBook.All.Select(b => new BrakeRow(b, counts.GetValueOrDefault(b.Id)?.Fired ?? 0, held.GetValueOrDefault(b.Id) + holding.GetValueOrDefault(b.Id), counts.GetValueOrDefault(b.Id)?.LastAt, counts.GetValueOrDefault(b.Id)?.LastMessage))];
    }

    /// <summary>Each source's own brakes, by name.</summary>
    public async Task<IReadOnlyList<SourceBrakeRow>> SourcesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        var sources = await (from s in db.Sources.AsNoTracking()
                             join b in db.SourceBrakes on s.Id equals b.SourceId into found
                             from b in found.DefaultIfEmpty()
                             orderby s.Name
                             select new { s.Id, s.Name, s.LastFullImportAt, Brake = b, Pending = db.RevocationOrders.Count(o => o.SourceId == s.Id && o.State == OrderState.Due) }).Take(500).ToListAsync(ct);
        var shrunk = await ShrinkGuard.JudgeAsync(db, settings, sources.ConvertAll(s => s.Id), now, ct);
        return sources.ConvertAll(s => new SourceBrakeRow(
            s.Id, s.Name, s.Brake?.Stopped ?? false, s.Brake?.StoppedBy, s.Brake?.StoppedAt, s.Brake?.StopReason, s.Brake?.ReleaseAskedBy, s.Brake?.OpenUntil > now ? s.Brake.OpenUntil : null, s.Brake?.Fault, s.Brake?.Wave ?? 0, s.Pending,
            (StaleSource.Judge(settings, s.Name, s.LastFullImportAt, now) ?? shrunk.GetValueOrDefault(s.Id))?.Message, shrunk.ContainsKey(s.Id)));
    }

    /// <summary>What B2 holds for the directory; null when it is well.</summary>
    public async Task<string?> DirectoryAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        return (await DirectoryGuard.JudgeAsync(db, settings, clock.Now(), ct))?.Message;
    }
}
