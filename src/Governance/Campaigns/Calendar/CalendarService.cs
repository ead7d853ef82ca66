using Governance.Accounts;
using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>A person's calendar of campaigns by a secret address: what they have to answer, and for those who manage or audit campaigns all of them and what comes.</summary>
public sealed class CalendarService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, CalendarQueries calendar, TimeProvider clock)
{
    /// <summary>How secrets of calendar addresses begin.</summary>
    public const string Prefix = "cal_";

    /// <summary>Makes a new address, shown this once; one that was made before is dead.</summary>
    public async Task<Outcome<string>> RenewAsync(Actor by, CancellationToken ct)
    {
        if (by.Kind != ActorKind.Person || !Guid.TryParse(by.Id, out var account))
            return new Refusal("calendar.not-a-person", "A calendar address is made by a person who is signed in.");
        var now = clock.Now();
        var secret = SecretToken.Make(Prefix);
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<string>(async () =>
        {
            var token = await db.CalendarTokens.SingleOrDefaultAsync(t => t.AccountId == account, ct);
            if (token is null)
                db.CalendarTokens.Add(new CalendarToken { AccountId = account, Hash = SecretToken.Hash(secret), CreatedAt = now });
            else
                (token.Hash, token.CreatedAt, token.LastReadAt) = (SecretToken.Hash(secret), now, null);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CalendarRenewed, Subjects.Account, account), ct);
            return secret;
        }, ct);
    }

    /// <summary>Ends the address. Idempotent.</summary>
    public async Task<Outcome<Done>> EndAsync(Actor by, CancellationToken ct)
    {
        if (!Guid.TryParse(by.Id, out var account))
            return Done.Value;
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            if (await db.CalendarTokens.Where(t => t.AccountId == account).ExecuteDeleteAsync(ct) > 0)
                await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CalendarEnded, Subjects.Account, account), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>When the address was made and last read; null when there is none.</summary>
    public async Task<CalendarToken?> FindAsync(Actor by, CancellationToken ct)
    {
        if (!Guid.TryParse(by.Id, out var account))
            return null;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.CalendarTokens.AsNoTracking().SingleOrDefaultAsync(t => t.AccountId == account, ct);
    }

    /// <summary>The calendar behind a secret, as an iCalendar file (RFC 5545); null when the secret is unknown or its account may not sign in.</summary>
    public async Task<string?> ReadAsync(string secret, string baseAddress, CancellationToken ct)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal) || secret.Length is < 40 or > 100)
            return null;
        var (now, hash) = (clock.Now(), SecretToken.Hash(secret));
        await using var db = await contexts.CreateDbContextAsync(ct);
        var found = await (
            from t in db.CalendarTokens.AsNoTracking()
            where t.Hash == hash
            join a in db.Accounts on t.AccountId equals a.Id
            where a.DisabledAt == null && !db.People.Any(p => p.Id == a.PersonId && p.Status == PersonStatus.Left)
            select new { a.Id, a.PersonId, t.LastReadAt }).SingleOrDefaultAsync(ct);
        if (found is null)
            return null;
        var roles = await db.AccountRoles.Where(r => r.AccountId == found.Id).Select(r => r.Role).ToListAsync(ct);
        if (found.LastReadAt is null || found.LastReadAt < now.AddHours(-1))
            await db.CalendarTokens.Where(t => t.AccountId == found.Id).ExecuteUpdateAsync(s => s.SetProperty(t => t.LastReadAt, now), ct);
        var entries = found.PersonId is { } person ? await calendar.MineAsync(person, ct) : [];
        if (roles.Exists(r => r is Roles.CampaignManager or Roles.Administrator or Roles.Auditor))
            entries = [.. entries, .. await calendar.BetweenAsync(now.AddDays(-90), now.AddDays(366), ct)];
        return CalendarFile.Write(entries, baseAddress, now);
    }
}
