using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Accounts;

/// <summary>An account as the settings page shows it.</summary>
public sealed record AccountRow(Guid Id, string UserName, string DisplayName, IReadOnlyList<string> Roles, Guid? PersonId, string? PersonName, DateTimeOffset? DisabledAt, DateTimeOffset? LockedUntil);

public sealed class AccountQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>All local accounts; they are few (administrators, auditors), owners come by single sign-on.</summary>
    public async Task<IReadOnlyList<AccountRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts.AsNoTracking().OrderBy(a => a.UserName).Take(1000).Select(a => new AccountRow(
            a.Id, a.UserName!, a.DisplayName,
            db.AccountRoles.Where(r => r.AccountId == a.Id).OrderBy(r => r.Role).Select(r => r.Role).ToList(),
            a.PersonId, db.People.Where(p => p.Id == a.PersonId).Select(p => p.Name).FirstOrDefault(), a.DisabledAt, a.LockoutEnd)).ToListAsync(ct);
    }
}
