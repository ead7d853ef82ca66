using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>An account that may read a package.</summary>
public sealed record EvidenceReader(Guid Id, string Account, DateTimeOffset GrantedAt, string GrantedBy, DateTimeOffset Until);

public sealed class EvidenceQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>The packages made here, newest first.</summary>
    public async Task<IReadOnlyList<EvidencePackage>> ListAsync(int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.EvidencePackages.AsNoTracking().OrderByDescending(p => p.MadeAt).ThenByDescending(p => p.Id).Take(take).ToListAsync(ct);
    }

    /// <summary>One package, for whoever may read it; null otherwise, as for one that isn't there.</summary>
    public async Task<EvidencePackage?> FindAsync(Guid id, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await EvidenceRules.ReadableAsync(db, id, by, clock.GetUtcNow(), ct);
    }

    /// <summary>What an account without a role may read: issued packages that were shared with it.</summary>
    public async Task<IReadOnlyList<EvidencePackage>> SharedAsync(Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return Guid.TryParse(by.Id, out var account) ? await EvidenceRules.Shared(db, account, clock.GetUtcNow()).OrderByDescending(p => p.MadeAt).ThenByDescending(p => p.Id).Take(100).ToListAsync(ct) : [];
    }

    /// <summary>Who may read a package beside the roles.</summary>
    public async Task<IReadOnlyList<EvidenceReader>> ReadersAsync(Guid packageId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        return await (from a in db.EvidenceAccesses.AsNoTracking().Where(a => a.PackageId == packageId && a.EndedAt == null && a.Until > now)
                      join account in db.Accounts on a.AccountId equals account.Id
                      orderby account.DisplayName, a.Id
                      select new EvidenceReader(a.Id, account.DisplayName, a.GrantedAt, a.GrantedBy, a.Until)).ToListAsync(ct);
    }

    /// <summary>Accounts that a package can be shared with: those that no role lets read it anyway.</summary>
    public async Task<IReadOnlyList<(Guid Id, string Name)>> AccountsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await db.Accounts.AsNoTracking().Where(a => a.DisabledAt == null && !db.AccountRoles.Any(r => r.AccountId == a.Id && (r.Role == Roles.Auditor || r.Role == Roles.Administrator)))
            .OrderBy(a => a.DisplayName).ThenBy(a => a.Id).Take(500).Select(a => new { a.Id, a.DisplayName }).ToListAsync(ct);
        return rows.ConvertAll(r => (r.Id, r.DisplayName));
    }

    /// <summary>Sources that a scope can be narrowed to.</summary>
    public async Task<IReadOnlyList<(Guid Id, string Name)>> SourcesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await db.Sources.AsNoTracking().OrderBy(s => s.Name).Select(s => new { s.Id, s.Name }).ToListAsync(ct);
        return rows.ConvertAll(r => (r.Id, r.Name));
    }

    /// <summary>Schedules in force.</summary>
    public async Task<IReadOnlyList<EvidenceSchedule>> SchedulesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.EvidenceSchedules.AsNoTracking().Where(s => s.EndedAt == null).OrderBy(s => s.NextFrom).ThenBy(s => s.Id).ToListAsync(ct);
    }
}
