using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>B4 where it counts: in the transaction that writes the intent. Whatever let an order go before, no more than the limits of a day are sent (I-24).</summary>
internal static class CapIntents
{
    /// <summary>Takes one place. False: over a limit, and the whole batch of the source is held with the step.</summary>
    public static async Task<bool> TakeAsync(GovernanceDb db, Claim claim, DateTimeOffset now, CancellationToken ct)
    {
        if (claim.Verb == RevocationVerb.Restore || await db.CapUses.AnyAsync(u => u.StepId == claim.StepId, ct) || await db.RevocationOrders.AnyAsync(o => o.Id == claim.OrderId && o.ApprovedAt != null, ct))
            return true;
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        if (await OverAsync(db, settings, claim, now, ct) is { } brake)
        {
            await BrakeJudge.HoldAsync(db, db.RevocationOrders.Where(o => o.SourceId == claim.SourceId && o.State == OrderState.Due && o.ApprovedAt == null
                && !db.RevocationSteps.Any(s => s.OrderId == o.Id && s.Attempts > 0)), brake, now, ct);
            return false;
        }

        db.CapUses.Add(new CapUse { StepId = claim.StepId, SourceId = claim.SourceId, ToolId = claim.ToolId, OwnerId = claim.OwnerId, At = now });
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        return true;
    }

    private static async Task<Brake?> OverAsync(GovernanceDb db, BrakeSettings settings, Claim claim, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - Caps.Window;
        // A clock that went back must not free a place: what lies ahead counts as well.
        var uses = db.CapUses.Where(u => u.At > since);
        var counts = await uses.GroupBy(_ => 1).Select(g => new
        {
            All = g.Count(),
            Source = g.Count(u => u.SourceId == claim.SourceId),
            Tool = g.Count(u => u.ToolId == claim.ToolId && u.ToolId != null),
            Owner = g.Count(u => u.OwnerId == claim.OwnerId && u.OwnerId != null),
        }).SingleOrDefaultAsync(ct);
        if (counts is null)
            return null;
        var population = await db.SourceBrakes.Where(b => b.SourceId == claim.SourceId).Select(b => b.Population).SingleOrDefaultAsync(ct);
        var all = await db.SourceBrakes.SumAsync(b => b.Population, ct);
        var name = await db.Sources.Where(s => s.Id == claim.SourceId).Select(s => s.Name).SingleAsync(ct);
        return Caps.Day(settings, new CapLoad(name, 1, counts.Source, population, 1, counts.All, all), 1, 1)
            ?? (counts.Tool + 1 > settings.ToolMaxOrders ? Caps.Of("one AI tool", counts.Tool + 1, settings.ToolMaxOrders) : null)
            ?? (counts.Owner + 1 > settings.OwnerMaxOrders ? Caps.Of("one owner", counts.Owner + 1, settings.OwnerMaxOrders) : null);
    }
}
