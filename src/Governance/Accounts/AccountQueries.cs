using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Accounts;

/// <summary>An account as the settings page shows it.</summary>
public sealed record AccountRow(Guid Id, string UserName, string DisplayName, IReadOnlyList<string> Roles, Guid? PersonId, string? PersonName, DateTimeOffset? DisabledAt, DateTimeOffset? LockedUntil)
{
    /// <summary>Roles that a sign-in provider says, beside those given here.</summary>
    public IReadOnlyList<string> ProviderRoles { get; init; } = [];

    /// <summary>Whether the account signs in through a provider and has no password here.</summary>
    public bool External { get; init; }

    /// <summary>Whether an authenticator app is asked for.</summary>
    public bool SecondStep { get; init; }
}

/// <summary>What somebody sees of their own account.</summary>
/// <param name="Connected">Names of the providers that it signs in with.</param>
public sealed record MyAccount(string UserName, string DisplayName, bool HasPassword, string? PersonName, IReadOnlyList<string> Roles, IReadOnlyList<string> Connected);

public sealed class AccountQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>The first thousand accounts by name.</summary>
    public async Task<IReadOnlyList<AccountRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts.AsNoTracking().OrderBy(a => a.UserName).Take(1000).Select(a => new AccountRow(
            a.Id, a.UserName!, a.DisplayName,
            db.AccountRoles.Where(r => r.AccountId == a.Id && r.Provider == string.Empty).OrderBy(r => r.Role).Select(r => r.Role).ToList(),
            a.PersonId, db.People.Where(p => p.Id == a.PersonId).Select(p => p.Name).FirstOrDefault(), a.DisabledAt, a.LockoutEnd)
        {
            ProviderRoles = db.AccountRoles.Where(r => r.AccountId == a.Id && r.Provider != string.Empty).OrderBy(r => r.Role).Select(r => r.Role).ToList(),
            External = a.PasswordHash == null,
            SecondStep = db.SecondSteps.Any(s => s.AccountId == a.Id && s.ConfirmedAt != null),
        }).ToListAsync(ct);
    }

    /// <summary>One's own account; null when it is gone.</summary>
    public async Task<MyAccount?> FindMineAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var account = await db.Accounts.AsNoTracking().Where(a => a.Id == id)
            .Select(a => new { a.UserName, a.DisplayName, HasPassword = a.PasswordHash != null, Person = db.People.Where(p => p.Id == a.PersonId).Select(p => p.Name).FirstOrDefault() }).SingleOrDefaultAsync(ct);
        if (account is null)
            return null;
        var roles = await db.AccountRoles.Where(r => r.AccountId == id).Select(r => r.Role).Distinct().OrderBy(r => r).ToListAsync(ct);
        var connected = await db.AccountLogins.Where(l => l.UserId == id).Select(l => l.ProviderDisplayName!).ToListAsync(ct);
        return new MyAccount(account.UserName!, account.DisplayName, account.HasPassword, account.Person, roles, connected);
    }
}
