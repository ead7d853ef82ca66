using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

public sealed class EvidenceQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>The packages made here, newest first.</summary>
    public async Task<IReadOnlyList<EvidencePackage>> ListAsync(int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.EvidencePackages.AsNoTracking().OrderByDescending(p => p.MadeAt).ThenByDescending(p => p.Id).Take(take).ToListAsync(ct);
    }
}
