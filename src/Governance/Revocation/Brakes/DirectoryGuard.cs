using System.Globalization;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>B2: a directory from which many owners vanished in one run, or that has nobody left, makes nothing unowned.</summary>
public static class DirectoryGuard
{
    private const int Fewest = 3;

    /// <summary>What holds all automatic orders; null when nothing does.</summary>
    public static async Task<Brake?> JudgeAsync(GovernanceDb db, BrakeSettings settings, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - ShrinkGuard.Memory;
        var gone = db.People.Where(p => (p.Status == PersonStatus.Left || p.MissingSince != null)
            && db.ImportRuns.Any(r => r.Id == p.LastChangedRunId && r.StartedAt > since && !db.GuardAcceptances.Any(a => a.SourceId == null && a.At >= r.StartedAt)));
        var worst = await gone.Where(p => db.Identities.Any(i => i.OwnerId == p.Id)).GroupBy(p => p.LastChangedRunId).Select(g => g.Count()).OrderByDescending(n => n).FirstOrDefaultAsync(ct);
        var owners = worst == 0 ? 0 : await db.Identities.Where(i => i.OwnerId != null && (i.OwnerState == OwnerState.Accepted || i.OwnerState == OwnerState.Orphaned)).Select(i => i.OwnerId).Distinct().CountAsync(ct);
        var present = await db.People.AnyAsync(p => p.Status == PersonStatus.Active && p.MissingSince == null, ct);
        return Judge(settings, worst, owners, empty: !present && await gone.AnyAsync(ct));
    }

    /// <param name="settings">The brakes in force.</param>
    /// <param name="vanished">The most owners that one run took away.</param>
    /// <param name="owners">Owners altogether.</param>
    /// <param name="empty">Nobody is left in the directory.</param>
    public static Brake? Judge(BrakeSettings settings, int vanished, int owners, bool empty)
    {
        const string Lift = "An import of people that has them again lifts this; if they truly left, an administrator accepts that under Brakes.";
        if (empty)
            return new Brake(StaleSource.Id, $"The directory has nobody left. {Lift}");
        return vanished >= Fewest && vanished * 100L > (long)settings.DirectoryPercent * owners
            ? new Brake(StaleSource.Id, string.Create(CultureInfo.InvariantCulture, $"{vanished} of {owners} owners vanished from the directory in one import, more than {settings.DirectoryPercent} %. {Lift}"))
            : null;
    }
}
