using System.Globalization;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// B10: what a connector is to disable for sweeps and reviews goes as one identity first, the least critical, then 5 %, 25 % and the rest. Between waves it is
/// watched: an error that stays, an undo, or a sign of use stops the batch until an administrator has looked. What people do by hand, or order, goes at once.
/// </summary>
internal static class Waves
{
    public const string Id = "B10";
    private static readonly int[] Shares = [0, 5, 25, 100];

    public static async Task OpenAsync(GovernanceDb db, BrakeSettings settings, DateTimeOffset now, CancellationToken ct)
    {
        var bound = db.ConnectorBindings.Where(b => b.Enabled).Select(b => b.SourceId);
        await Pending(db).Where(o => o.Cause == RevocationCause.Manual || !bound.Contains(o.SourceId) || settings.SoakMinutes == 0).ExecuteUpdateAsync(u => u.SetProperty(o => o.Wave, 0), ct);
        var batches = await Pending(db).GroupBy(o => o.SourceId).Select(g => new { SourceId = g.Key, Count = g.Count(), Brake = db.SourceBrakes.First(b => b.SourceId == g.Key) }).ToListAsync(ct);
        foreach (var batch in batches)
        {
            var brake = batch.Brake;
            if (await TroubleAsync(db, batch.SourceId, brake, now, ct) is { } trouble)
            {
                await BrakeJudge.HoldAsync(db, Pending(db).Where(o => o.SourceId == batch.SourceId), trouble, now, ct);
                continue;
            }

            if (brake.WaveAt is { } at && at.AddMinutes(settings.SoakMinutes) > now)
                continue;
            if (await db.RevocationSteps.AnyAsync(s => s.Verb == RevocationVerb.Disable && (s.State == StepState.Planned || s.State == StepState.Claimed || s.State == StepState.Intent || s.State == StepState.Retrying)
                    && db.RevocationOrders.Any(o => o.Id == s.OrderId && o.SourceId == batch.SourceId && o.Wave > 0 && o.State == OrderState.Due), ct))
                continue;
            var (wave, total) = brake.Wave == 0 ? (1, batch.Count) : (brake.Wave + 1, Math.Max(brake.WaveTotal, batch.Count));
            var size = Size(wave, total, batch.Count);
            var chosen = Pending(db).Where(o => o.SourceId == batch.SourceId)
                .OrderBy(o => db.Identities.Where(i => i.Id == o.IdentityId).Select(i => i.Risk).First()).ThenBy(o => o.Id).Select(o => o.Id).Take(size);
            await Pending(db).Where(o => chosen.Contains(o.Id)).ExecuteUpdateAsync(u => u.SetProperty(o => o.Wave, wave), ct);
            var next = size == batch.Count ? 0 : wave;
            await db.SourceBrakes.Where(b => b.SourceId == batch.SourceId).ExecuteUpdateAsync(
                u => u.SetProperty(b => b.Wave, next).SetProperty(b => b.WaveTotal, total).SetProperty(b => b.WaveAt, now), ct);
        }
    }

    /// <summary>How many go in a wave.</summary>
    public static int Size(int wave, int total, int left) => wave >= Shares.Length ? left : Math.Min(left, Math.Max(1, (int)Math.Ceiling(total * Shares[wave - 1] / 100d)));

    private static IQueryable<RevocationOrder> Pending(GovernanceDb db) => db.RevocationOrders.Where(o => o.State == OrderState.Due && o.Wave == null);

    private static async Task<Brake?> TroubleAsync(GovernanceDb db, Guid source, SourceBrake brake, DateTimeOffset now, CancellationToken ct)
    {
        if (brake.WaveAt is not { } began)
            return null;
        var from = brake.HealthFrom > began ? brake.HealthFrom.Value : began;
        var orders = db.RevocationOrders.Where(o => o.SourceId == source && o.Wave > 0);
        var stuck = await orders.CountAsync(o => o.State == OrderState.Stuck && db.RevocationSteps.Any(s => s.OrderId == o.Id && s.State == StepState.Stuck && s.DueAt >= from), ct);
        var undone = await orders.CountAsync(o => o.Generation > 0 && db.RevocationSteps.Any(s => s.OrderId == o.Id && s.Verb == RevocationVerb.Restore && s.DueAt >= from), ct);
        var used = await orders.CountAsync(o => o.SignalAt >= from, ct);
        return stuck + undone + used == 0 ? null : new Brake(Id, string.Create(CultureInfo.InvariantCulture,
            $"Since the last wave {stuck} of the batch got stuck, {undone} were undone and {used} showed use after they were disabled. An administrator who has looked at them approves the rest."));
    }
}
