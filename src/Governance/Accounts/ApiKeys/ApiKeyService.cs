using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Accounts;

/// <summary>A key to be made.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Roles">Of the account's roles those that it may use.</param>
/// <param name="ReadOnly">Whether it may read only.</param>
/// <param name="Days">After so many days it ends.</param>
public sealed record NewApiKey(string Name, IReadOnlyCollection<string> Roles, bool ReadOnly, int Days);

/// <summary>A key that was made, with its secret: the only time that it is shown.</summary>
public sealed record MadeApiKey(Guid Id, string Secret, DateTimeOffset ExpiresAt);

/// <summary>A key in a list.</summary>
public sealed record ApiKeyRow(Guid Id, string AccountName, string Name, string Prefix, string Roles, bool ReadOnly, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt);

/// <summary>Who calls with a key.</summary>
public sealed record ApiCaller(Guid KeyId, Actor Actor, bool ReadOnly);

/// <summary>Keys for the HTTP API: made by a signed-in person for themselves, never by another key; ended by them or an administrator.</summary>
public sealed class ApiKeyService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>How secrets begin.</summary>
    public const string Prefix = "gov_";

    public const int LongestDays = 365;

    public const int MostKeys = 20;

    private static readonly TimeSpan UseGrain = TimeSpan.FromMinutes(5);

    /// <summary>Makes a key for the account of who asks.</summary>
    public async Task<Outcome<MadeApiKey>> CreateAsync(NewApiKey key, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (by.Kind != ActorKind.Person || !Guid.TryParse(by.Id, out var account))
            return new Refusal("api-key.not-a-person", "A key is made by a person who is signed in.");
        if (key.Name.Trim().Length is < 3 or > 100)
            return new Refusal("api-key.name", "Say in 3 to 100 characters what the key is for.", "Name");
        if (key.Days is < 1 or > LongestDays)
            return new Refusal("api-key.days", "A key is good for 1 to 365 days.", "Days");
        if (key.Roles.FirstOrDefault(r => !by.Holds(r)) is { } role)
            return new Refusal("api-key.role", $"You don't hold the role {role}, so no key of yours can.", "Roles");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<MadeApiKey>(async () =>
        {
            if (await db.ApiKeys.CountAsync(k => k.AccountId == account && k.RevokedAt == null && k.ExpiresAt > now, ct) >= MostKeys)
                return new Refusal("api-key.too-many", $"You have {MostKeys} keys. Revoke one that nobody uses, then make another.");
            var secret = SecretToken.Make(Prefix);
            var row = new ApiKey
            {
                Id = Ids.New(now),
                AccountId = account,
                Name = StorableText.Clean(key.Name.Trim()),
                Prefix = secret[..(Prefix.Length + 6)],
                Hash = SecretToken.Hash(secret),
                Roles = string.Join(',', key.Roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
                ReadOnly = key.ReadOnly,
                CreatedAt = now,
                ExpiresAt = now.AddDays(key.Days),
            };
            db.ApiKeys.Add(row);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ApiKeyMade, Subjects.ApiKey, row.Id, null, new { row.Name, row.Prefix, row.Roles, row.ReadOnly, row.ExpiresAt }), ct);
            return new MadeApiKey(row.Id, secret, row.ExpiresAt);
        }, ct);
    }

    /// <summary>Ends a key at once. By its owner, or an administrator. Idempotent.</summary>
    public async Task<Outcome<Done>> RevokeAsync(Guid id, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var key = await db.ApiKeys.SingleOrDefaultAsync(k => k.Id == id, ct);
            var own = key is not null && string.Equals(by.Id, key.AccountId.ToString("D"), StringComparison.Ordinal);
            if (key is null || (!own && !by.Holds(Roles.Administrator)))
                return new Refusal("api-key.gone", "There is no such key of yours.");
            if (key.RevokedAt is not null)
                return Done.Value;
            key.RevokedAt = now;
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ApiKeyRevoked, Subjects.ApiKey, id, null, new { key.Name, key.Prefix }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>The keys of an account, or for administrators of everybody: those in force first.</summary>
    public async Task<IReadOnlyList<ApiKeyRow>> ListAsync(bool everybody, Actor by, CancellationToken ct)
    {
        var all = everybody && by.Holds(Roles.Administrator);
        var account = Guid.TryParse(by.Id, out var id) ? id : Guid.Empty;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from k in db.ApiKeys.AsNoTracking()
            where all || k.AccountId == account
            join a in db.Accounts on k.AccountId equals a.Id
            orderby k.RevokedAt != null, k.CreatedAt descending, k.Id
            select new ApiKeyRow(k.Id, a.DisplayName, k.Name, k.Prefix, k.Roles, k.ReadOnly, k.CreatedAt, k.ExpiresAt, k.RevokedAt, k.LastUsedAt)).Take(500).ToListAsync(ct);
    }

    /// <summary>
    /// Who the secret belongs to, as things are now: null when it is unknown, ended, or its account may not sign in. A role that was taken from the
    /// account is gone from its keys with it.
    /// </summary>
    public async Task<ApiCaller?> FindCallerAsync(string secret, string? origin, CancellationToken ct)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal) || secret.Length is < 40 or > 100)
            return null;
        var (now, hash) = (clock.Now(), SecretToken.Hash(secret));
        await using var db = await contexts.CreateDbContextAsync(ct);
        var found = await (
            from k in db.ApiKeys.AsNoTracking()
            where k.Hash == hash && k.RevokedAt == null && k.ExpiresAt > now
            join a in db.Accounts on k.AccountId equals a.Id
            where a.DisabledAt == null && !db.People.Any(p => p.Id == a.PersonId && p.Status == PersonStatus.Left)
            select new { k.Id, k.Name, k.Roles, k.ReadOnly, k.LastUsedAt, AccountId = a.Id, a.DisplayName, a.PersonId }).SingleOrDefaultAsync(ct);
        if (found is null)
            return null;
        var allowed = found.Roles.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var roles = await db.AccountRoles.Where(r => r.AccountId == found.AccountId && allowed.Contains(r.Role)).Select(r => r.Role).ToListAsync(ct);
        if (found.LastUsedAt is null || found.LastUsedAt < now - UseGrain)
            await db.ApiKeys.Where(k => k.Id == found.Id).ExecuteUpdateAsync(s => s.SetProperty(k => k.LastUsedAt, now), ct);
        var actor = new Actor(ActorKind.ApiClient, found.AccountId.ToString("D"), $"{found.DisplayName} ({found.Name})", found.PersonId, origin, roles.ToHashSet(StringComparer.Ordinal));
        return new ApiCaller(found.Id, actor, found.ReadOnly);
    }
}
