using Governance.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Governance.Persistence;

/// <summary>Brings the database to this version's schema. EF holds the database's own migration lock, so two nodes don't collide.</summary>
public sealed class DatabaseMigrator(IDbContextFactory<GovernanceDb> contexts, ILogger<DatabaseMigrator> log)
{
    public async Task MigrateAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = await db.Database.GetAppliedMigrationsAsync(ct);
        if (applied.FirstOrDefault(m => !known.Contains(m)) is { } newer)
        {
            throw new InvalidOperationException(
                $"The database was migrated by a newer version of the console (it has '{newer}'). Start that version, or restore a backup made before the upgrade.");
        }

        await db.Database.MigrateAsync(ct);
        await SearchIndex.EnsureAsync(db, log, ct);
        await AuditGuard.EnsureAsync(db, ct);
    }
}
