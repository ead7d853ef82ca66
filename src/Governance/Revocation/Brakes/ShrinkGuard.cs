using System.Globalization;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>B2: a source that lost many of its identities at once, or shows them under other keys, is taken for a broken export and not for the truth.</summary>
public static class ShrinkGuard
{
    /// <summary>What was lost longer ago is believed.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>So few are never a shrink: one of five is a fifth, and no sign of anything.</summary>
    private const int Fewest = 3;
    private const int RekeyedPercent = 2;

    /// <summary>What holds each of the sources; one that nothing holds is not there. Two statements for all.</summary>
    public static async Task<IReadOnlyDictionary<Guid, Brake>> JudgeAsync(GovernanceDb db, BrakeSettings settings, IReadOnlyCollection<Guid> sources, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - Memory;
        var lost = db.Identities.Where(i => i.MissingSince > since && i.State != LifecycleState.Decommissioned && i.State != LifecycleState.Quarantined
            && !db.GuardAcceptances.Any(a => a.SourceId == i.SourceId && a.At >= i.MissingSince));
        var counts = await lost.Where(i => sources.Contains(i.SourceId)).GroupBy(i => i.SourceId).Select(g => new
        {
            SourceId = g.Key,
            Lost = g.Count(),
            Left = db.Identities.Count(i => i.SourceId == g.Key && i.MissingSince == null && i.State != LifecycleState.Decommissioned),
            Name = db.Sources.Where(s => s.Id == g.Key).Select(s => s.Name).First(),
        }).Where(c => c.Lost >= Fewest).ToListAsync(ct);
        var brakes = new Dictionary<Guid, Brake>();
        foreach (var c in counts)
        {
            if (Judge(settings, c.Name, c.Lost, c.Left) is { } brake)
            {
                brakes[c.SourceId] = brake;
                continue;
            }

            var rekeyed = await lost.Where(i => i.SourceId == c.SourceId)
                .CountAsync(i => db.Identities.Any(n => n.SourceId == i.SourceId && n.DisplayName == i.DisplayName && n.Kind == i.Kind && n.MissingSince == null && n.FirstSeenAt >= i.MissingSince), ct);
            if (rekeyed >= Fewest && rekeyed * 100L > (long)RekeyedPercent * (c.Lost + c.Left))
                brakes[c.SourceId] = new Brake(StaleSource.Id, string.Create(CultureInfo.InvariantCulture, $"{rekeyed} identities of {c.Name} came back under another key: the export may have changed its ids. An administrator who has looked at it accepts it under Brakes."));
        }

        return brakes;
    }

    /// <param name="settings">The brakes in force.</param>
    /// <param name="source">Its name.</param>
    /// <param name="lost">Identities that full imports no longer name, not yet accepted as gone.</param>
    /// <param name="left">Those that they still name.</param>
    public static Brake? Judge(BrakeSettings settings, string source, int lost, int left) => lost >= Fewest && lost * 100L > (long)settings.ShrinkPercent * (lost + left)
        ? new Brake(StaleSource.Id, string.Create(CultureInfo.InvariantCulture, $"{source} lost {lost} of its {lost + left} identities, more than {settings.ShrinkPercent} %: that looks like a broken export. A full import that has them again lifts this; if they are truly gone, an administrator accepts that under Brakes."))
        : null;
}
