using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// Applies a newer shipped catalogue to identities that no import changes: some thousands in one transaction, so that nobody waits long for the database,
/// and from where it stood when a process ended. What people decided stays, as in each pass.
/// </summary>
public sealed class CatalogueUpgrade(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, ToolCatalogue catalogue) : IUpkeep
{
    private static readonly Actor By = Actor.Job("catalogue");
    private bool done;

    /// <summary>Identities in one transaction.</summary>
    public int Portion { get; init; } = 8000;

    public async Task<int> CatchUpAsync(CancellationToken ct)
    {
        if (done)
            return 0;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.AppliedCatalogues.AnyAsync(a => a.Version == catalogue.Version && a.AppliedAt != null, ct))
        {
            done = true;
            return 0;
        }

        await BeginAsync(ct);
        return await db.InTransactionAsync(() => PortionAsync(db, ct), ct);
    }

    /// <summary>Makes the row; where no identity was ever judged there is nothing to do. Of two nodes at once one makes it and the other finds it.</summary>
    private async Task BeginAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.AppliedCatalogues.AnyAsync(a => a.Version == catalogue.Version, ct))
            return;
        var now = clock.Now();
        var judged = await db.FollowerCursors.AnyAsync(c => c.Follower == MeaningFollower.CursorName, ct);
        db.AppliedCatalogues.Add(new AppliedCatalogue { Version = catalogue.Version, StartedAt = now, AppliedAt = judged ? null : now });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            if (!await db.AppliedCatalogues.AnyAsync(a => a.Version == catalogue.Version, ct))
                throw;
        }
    }

    private async Task<int> PortionAsync(GovernanceDb db, CancellationToken ct)
    {
        // The row is locked first: another node waits here, and then goes on after this portion.
        var mine = db.AppliedCatalogues.Where(a => a.Version == catalogue.Version && a.AppliedAt == null);
        if (await mine.ExecuteUpdateAsync(s => s.SetProperty(a => a.UpTo, a => a.UpTo), ct) == 0)
            return 0;
        var now = clock.Now();
        var from = await mine.Select(a => a.UpTo).SingleAsync(ct);
        // The last of them: PostgreSQL has no MAX of uuid before version 18.
        var ids = await db.Identities.Where(i => i.Id.CompareTo(from) > 0).OrderBy(i => i.Id).Take(Portion).Select(i => i.Id).ToListAsync(ct);
        if (ids.Count == 0)
        {
            await EndAsync(db, now, ct);
            return 0;
        }

        var upTo = ids[^1];
        var counts = await new CataloguePass(db, catalogue, now).RunAsync(i => i.Id.CompareTo(from) > 0 && i.Id.CompareTo(upTo) <= 0, ct);
        await mine.ExecuteUpdateAsync(s => s.SetProperty(a => a.UpTo, upTo).SetProperty(a => a.Looked, a => a.Looked + counts.Looked)
            .SetProperty(a => a.Marked, a => a.Marked + counts.Marked).SetProperty(a => a.Suggested, a => a.Suggested + counts.Suggested), ct);
        return counts.Looked;
    }

    /// <summary>What the new marks have to do with others, then the entry that the findings follow.</summary>
    private async Task EndAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        await new PowerPass(db).RunAsync(ct);
        await new LinkFinder(db, now).RunAsync(ct);
        var total = await db.AppliedCatalogues.AsNoTracking().SingleAsync(a => a.Version == catalogue.Version, ct);
        await db.AppliedCatalogues.Where(a => a.Version == catalogue.Version).ExecuteUpdateAsync(s => s.SetProperty(a => a.AppliedAt, now), ct);
        await audit.AppendAsync(db, By, now, new AuditDraft(AuditActions.CatalogueChanged, Subjects.Catalogue, catalogue.Version, null, new { shipped = catalogue.Version, total.Looked, total.Marked, total.Suggested }), ct);
    }
}
