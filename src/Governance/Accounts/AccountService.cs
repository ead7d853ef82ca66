using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Governance.Accounts;

/// <summary>A local account to make.</summary>
public sealed record NewAccount(string UserName, string DisplayName, string Password, IReadOnlyCollection<string> Roles, Guid? PersonId = null);

/// <summary>Makes and changes local accounts. The change, the roles and the audit entry commit together; passwords are hashed before they get here twice.</summary>
public sealed class AccountService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, IPasswordHasher<Account> hasher)
{
    /// <summary>Whether anybody can sign in at all; until then only the set-up page answers.</summary>
    public async Task<bool> AnyAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts.AnyAsync(ct);
    }

    /// <summary>The first administrator. Refused as soon as any account exists.</summary>
    public async Task<Outcome<Guid>> CreateFirstAsync(string userName, string displayName, string password, string origin, CancellationToken ct)
    {
        var by = new Actor(ActorKind.Person, "set-up", displayName, Origin: origin, Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });
        return await CreateAsync(new NewAccount(userName, displayName, password, [Roles.Administrator]), by, first: true, ct);
    }

    /// <summary>Makes an account. Needs the Administrator role.</summary>
    public Task<Outcome<Guid>> CreateAsync(NewAccount account, Actor by, CancellationToken ct) => CreateAsync(account, by, first: false, ct);

    /// <summary>Sets the roles to exactly these. The last enabled administrator keeps that role.</summary>
    public Task<Outcome<Done>> SetRolesAsync(Guid id, IReadOnlyCollection<string> roles, Actor by, CancellationToken ct) =>
        ChangeAsync(id, by, async (db, account) =>
        {
            if (roles.FirstOrDefault(r => !Roles.All.Contains(r, StringComparer.Ordinal)) is { } unknown)
                return new Refusal("account.role", $"There is no role '{unknown}'.", "roles");
            if (!roles.Contains(Roles.Administrator, StringComparer.Ordinal) && await IsLastAdministratorAsync(db, id, ct))
                return LastAdministrator();
            // What a sign-in provider says stays: it is renewed at each sign-in.
            await db.AccountRoles.Where(r => r.AccountId == id && r.Provider == string.Empty).ExecuteDeleteAsync(ct);
            db.AccountRoles.AddRange(roles.Distinct(StringComparer.Ordinal).Select(r => new AccountRole { AccountId = id, Role = r }));
            return Done.Value;
        }, new { Roles = roles }, ct);

    /// <summary>Disables or enables sign-in. A running session ends at its next revalidation, within a minute.</summary>
    public Task<Outcome<Done>> SetDisabledAsync(Guid id, bool disabled, Actor by, CancellationToken ct) =>
        ChangeAsync(id, by, async (db, account) =>
        {
            if (disabled && await IsLastAdministratorAsync(db, id, ct))
                return LastAdministrator();
            account.DisabledAt = disabled ? clock.Now() : null;
            return Done.Value;
        }, new { Disabled = disabled }, ct);

    /// <summary>Says which human of the directory the account belongs to: what they own and review follows from it.</summary>
    public Task<Outcome<Done>> MatchPersonAsync(Guid id, Guid? personId, Actor by, CancellationToken ct) =>
        ChangeAsync(id, by, async (db, account) =>
        {
            if (personId is { } person)
            {
                if (!await db.People.AnyAsync(p => p.Id == person, ct))
                    return new Refusal("person.unknown", "That person is not in the directory. Import people first.", "person");
                if (await db.Accounts.AnyAsync(a => a.PersonId == person && a.Id != id, ct))
                    return new Refusal("account.person-taken", "Another account already belongs to that person.", "person");
            }

            account.PersonId = personId;
            return Done.Value;
        }, new { PersonId = personId }, ct);

    /// <summary>Sets a new password, by an administrator or by the account's own person.</summary>
    public Task<Outcome<Done>> SetPasswordAsync(Guid id, string password, Actor by, CancellationToken ct) =>
        ChangeAsync(id, by, (_, account) =>
        {
            if (PasswordRules.Check(password, account.UserName!) is { } refusal)
                return Task.FromResult<Outcome<Done>>(refusal);
            account.PasswordHash = hasher.HashPassword(account, password);
            account.AccessFailedCount = 0;
            account.LockoutEnd = null;
            return Task.FromResult<Outcome<Done>>(Done.Value);
        }, new { Password = "changed" }, ct);

    /// <summary>Writes a sign-in, a refused one or a sign-out into the log.</summary>
    public async Task RecordAsync(string action, Guid? accountId, Actor by, string? reason, CancellationToken ct, object? details = null)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(action, Subjects.Account, accountId?.ToString("D") ?? "unknown", reason, details), ct);
            return Done.Value;
        }, ct);
    }

    internal static string NewStamp() => Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20));

    private static Refusal LastAdministrator() => new("account.last-administrator", "This is the last account that can administer the console. Make another administrator first.");

    private static Task<bool> IsLastAdministratorAsync(GovernanceDb db, Guid id, CancellationToken ct) =>
        db.Accounts.Where(a => a.DisabledAt == null && db.AccountRoles.Any(r => r.AccountId == a.Id && r.Role == Roles.Administrator && r.Provider == string.Empty)).AllAsync(a => a.Id == id, ct);

    private async Task<Outcome<Guid>> CreateAsync(NewAccount account, Actor by, bool first, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        var userName = StorableText.Clean(account.UserName.Trim());
        if (userName.Length is < 3 or > 200)
            return new Refusal("account.name", "The sign-in name must have 3 to 200 characters; a mail address is best.", "userName");
        if (string.IsNullOrWhiteSpace(account.DisplayName) || account.DisplayName.Length > 200)
            return new Refusal("account.display-name", "Give the person's name, at most 200 characters.", "displayName");
        if (PasswordRules.Check(account.Password, userName) is { } weak)
            return weak;
        if (account.Roles.FirstOrDefault(r => !Roles.All.Contains(r, StringComparer.Ordinal)) is { } unknown)
            return new Refusal("account.role", $"There is no role '{unknown}'.", "roles");

        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var normalized = userName.ToUpperInvariant();
            // The chain's lock makes two set-ups at once come one after the other, on every database.
            if (first)
                await db.AuditHeads.Where(h => h.Id == AuditHead.TheId).ExecuteUpdateAsync(s => s.SetProperty(h => h.Id, h => h.Id), ct);
            if (first && await db.Accounts.AnyAsync(ct))
                return new Refusal("set-up.done", "The console is already set up. Sign in, or ask an administrator for an account.");
            if (await db.Accounts.AnyAsync(a => a.NormalizedUserName == normalized, ct))
                return new Refusal("account.exists", $"There is already an account '{userName}'.", "userName");
            if (account.PersonId is { } person && await db.Accounts.AnyAsync(a => a.PersonId == person, ct))
                return new Refusal("account.person-taken", "Another account already belongs to that person.", "person");
            var now = clock.Now();
            var entity = new Account
            {
                Id = Ids.New(now),
                UserName = userName,
                NormalizedUserName = normalized,
                Email = userName.Contains('@', StringComparison.Ordinal) ? userName.ToLowerInvariant() : null,
                NormalizedEmail = userName.Contains('@', StringComparison.Ordinal) ? normalized : null,
                DisplayName = StorableText.Clean(account.DisplayName.Trim()),
                PersonId = account.PersonId,
                CreatedAt = now,
                LockoutEnabled = true,
                SecurityStamp = NewStamp(),
            };
            entity.PasswordHash = hasher.HashPassword(entity, account.Password);
            db.Accounts.Add(entity);
            db.AccountRoles.AddRange(account.Roles.Distinct(StringComparer.Ordinal).Select(r => new AccountRole { AccountId = entity.Id, Role = r }));
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.AccountCreated, Subjects.Account, entity.Id, null, new { UserName = userName, account.Roles, account.PersonId }), ct);
            return entity.Id;
        }, ct);
    }

    private async Task<Outcome<Done>> ChangeAsync(Guid id, Actor by, Func<GovernanceDb, Account, Task<Outcome<Done>>> change, object details, CancellationToken ct)
    {
        var own = string.Equals(by.Id, id.ToString("D"), StringComparison.Ordinal) && details.GetType().GetProperty("Password") is not null;
        if (!own && Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            if (await db.Accounts.SingleOrDefaultAsync(a => a.Id == id, ct) is not { } account)
                return new Refusal("account.unknown", "There is no such account.");
            var done = await change(db, account);
            if (done.IsRefused)
                return done;
            // A new stamp ends every running session of the account at its next revalidation.
            account.SecurityStamp = NewStamp();
            account.ConcurrencyStamp = Ids.New(clock.Now()).ToString("D");
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.AccountChanged, Subjects.Account, id, null, details), ct);
            return Done.Value;
        }, ct);
    }
}
