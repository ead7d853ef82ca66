using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>Rates entitlements that are not rated yet: once each, since an entitlement is one row for all who hold it.</summary>
internal sealed class PowerPass(GovernanceDb db)
{
    private const int PageSize = 2000;

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var page = await db.Entitlements.AsNoTracking().Where(e => e.Power == null).Take(PageSize)
                .Join(db.Sources, e => e.SourceId, s => s.Id, (e, s) => new { e.Id, e.Name, e.Resource, e.Description, s.System }).ToListAsync(ct);
            foreach (var group in page.GroupBy(e => EscalationPowers.Of(e.System, e.Name, e.Resource, e.Description)))
            {
                var ids = group.Select(e => e.Id).ToList();
                await db.Entitlements.Where(e => ids.Contains(e.Id)).ExecuteUpdateAsync(s => s.SetProperty(e => e.Power, group.Key.Power).SetProperty(e => e.PowerOver, group.Key.Over), ct);
            }

            if (page.Count < PageSize)
                return;
        }
    }
}
