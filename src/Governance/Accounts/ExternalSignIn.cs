using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Governance.Accounts;

/// <summary>
/// Takes in whom a provider has signed in: finds or makes the account, matches it to a person, renews the roles that the provider says. The first match
/// is remembered by issuer and subject; everything that is not clear is refused, and written down.
/// </summary>
public sealed class ExternalSignIn(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>The account to begin a session for.</summary>
    public async Task<Outcome<Guid>> SignInAsync(ExternalSubject subject, string? origin, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var outcome = await db.InTransactionAsync<Guid>(async () =>
        {
            if (!IsUsable(subject))
                return SubjectRefusals.Unusable();
            // Two first sign-ins of one human at once come one after the other.
            await LockAsync(db, ct);
            var known = await db.AccountLogins.Where(l => l.LoginProvider == subject.Issuer && l.ProviderKey == subject.Subject).Select(l => (Guid?)l.UserId).SingleOrDefaultAsync(ct);
            var found = known is { } id ? await RememberedAsync(db, id, subject, ct) : await FirstAsync(db, subject, ct);
            if (found.IsRefused)
                return found.Refusal;
            var account = found.Value;
            var renewed = await RenewRolesAsync(db, account.Id, subject, ct);
            if (renewed && known is not null)
                account.SecurityStamp = AccountService.NewStamp();
            var now = clock.Now();
            var by = new Actor(ActorKind.Person, account.Id.ToString("D"), account.DisplayName, account.PersonId, origin);
            var details = new { subject.Provider, subject.Issuer, subject.Subject, subject.Roles };
            List<AuditDraft> drafts = [new(AuditActions.SignedIn, Subjects.Account, account.Id, null, details)];
            if (known is null)
                drafts.Insert(0, new AuditDraft(AuditActions.AccountCreated, Subjects.Account, account.Id, null, new { account.UserName, account.PersonId, subject.Provider }));
            await audit.AppendAsync(db, by, now, drafts, ct);
            return account.Id;
        }, ct);
        if (outcome.IsRefused)
            await RefusedAsync(subject, outcome.Refusal, origin, ct);
        return outcome;
    }

    /// <summary>Connects the subject to the account of whoever is signed in already, so that both ways lead to it.</summary>
    public async Task<Outcome<Guid>> ConnectAsync(Guid accountId, ExternalSubject subject, string? origin, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var outcome = await db.InTransactionAsync<Guid>(async () =>
        {
            if (!IsUsable(subject))
                return SubjectRefusals.Unusable();
            await LockAsync(db, ct);
            var known = await db.AccountLogins.Where(l => l.LoginProvider == subject.Issuer && l.ProviderKey == subject.Subject).Select(l => (Guid?)l.UserId).SingleOrDefaultAsync(ct);
            if (known is { } other && other != accountId)
                return SubjectRefusals.ConnectedElsewhere();
            if (await db.Accounts.SingleOrDefaultAsync(a => a.Id == accountId && a.DisabledAt == null, ct) is not { } account)
                return SubjectRefusals.Disabled();
            var person = await MatchAsync(db, subject, ct);
            if (person.IsRefused)
                return person.Refusal;
            if (person.Value is { } match && account.PersonId is { } own && match != own)
                return SubjectRefusals.Conflict("The account that you are signed in to belongs to another person of the directory.");
            if (known is null)
                Remember(db, account.Id, subject);
            await RenewRolesAsync(db, account.Id, subject, ct);
            account.SecurityStamp = AccountService.NewStamp();
            var by = new Actor(ActorKind.Person, account.Id.ToString("D"), account.DisplayName, account.PersonId, origin);
            await audit.AppendAsync(db, by, clock.Now(), [new AuditDraft(AuditActions.AccountConnected, Subjects.Account, account.Id, null, new { subject.Provider, subject.Issuer, subject.Subject, subject.Roles })], ct);
            return account.Id;
        }, ct);
        if (outcome.IsRefused)
            await RefusedAsync(subject, outcome.Refusal, origin, ct);
        return outcome;
    }

    /// <summary>Ends every session of the account with this subject: the provider said so (OpenID Connect Back-Channel Logout 1.0).</summary>
    public async Task<bool> EndSessionsAsync(string provider, string issuer, string subject, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            var account = await db.Accounts.SingleOrDefaultAsync(a => db.AccountLogins.Any(l => l.UserId == a.Id && l.LoginProvider == issuer && l.ProviderKey == subject), ct);
            if (account is null)
                return false;
            account.SecurityStamp = AccountService.NewStamp();
            await audit.AppendAsync(db, Actor.Job("sign-in-provider"), clock.Now(), [new AuditDraft(AuditActions.SignedOut, Subjects.Account, account.Id, "said by the sign-in provider", new { Provider = provider })], ct);
            return true;
        }, ct);
    }

    private static bool IsUsable(ExternalSubject s) => s.Issuer.Length is > 0 and <= ExternalSubject.LongestIssuer && s.Subject.Length is > 0 and <= ExternalSubject.LongestSubject;

    private static Task<int> LockAsync(GovernanceDb db, CancellationToken ct) =>
        db.AuditHeads.Where(h => h.Id == AuditHead.TheId).ExecuteUpdateAsync(s => s.SetProperty(h => h.Id, h => h.Id), ct);

    private static async Task<Outcome<Account>> RememberedAsync(GovernanceDb db, Guid id, ExternalSubject subject, CancellationToken ct)
    {
        var account = await db.Accounts.SingleAsync(a => a.Id == id, ct);
        if (account.DisabledAt is not null)
            return SubjectRefusals.Disabled();
        if (account.PersonId is { } own)
        {
            // The mail may have changed since; the subject has not. Only another directory id says that it is another human.
            if (subject.DirectoryId is { Length: > 0 } directory && await db.People.AnyAsync(p => p.ExternalId == directory && p.Id != own, ct))
                return SubjectRefusals.Conflict("This sign-in was remembered for another person of the directory.");
            return await db.People.AnyAsync(p => p.Id == own && p.Status == PersonStatus.Left, ct) ? SubjectRefusals.Left() : account;
        }

        var match = await MatchAsync(db, subject, ct);
        if (match.IsRefused)
            return match.Refusal;
        if (match.Value is { } person)
        {
            if (await db.Accounts.AnyAsync(a => a.PersonId == person, ct))
                return SubjectRefusals.Taken();
            account.PersonId = person;
        }
        else if (subject.Roles.Count == 0 && !await db.AccountRoles.AnyAsync(r => r.AccountId == id && r.Provider != subject.Provider, ct))
        {
            return SubjectRefusals.Nobody();
        }

        return account;
    }

    private async Task<Outcome<Account>> FirstAsync(GovernanceDb db, ExternalSubject subject, CancellationToken ct)
    {
        var match = await MatchAsync(db, subject, ct);
        if (match.IsRefused)
            return match.Refusal;
        if (match.Value is null && subject.Roles.Count == 0)
            return SubjectRefusals.Nobody();
        // Whoever runs a second provider must not get into an account by naming its owner: only its owner connects the two.
        if (match.Value is { } person && await db.Accounts.AnyAsync(a => a.PersonId == person, ct))
            return SubjectRefusals.Taken();
        var now = clock.Now();
        var id = Ids.New(now);
        var name = subject is { MailVerified: true, Mail.Length: > 2 and <= 200 } ? StorableText.Clean(subject.Mail) : $"{subject.Provider}-{id:N}";
        var normalized = name.ToUpperInvariant();
        if (await db.Accounts.AnyAsync(a => a.NormalizedUserName == normalized, ct))
            name = $"{subject.Provider}-{id:N}";
        var display = StorableText.Clean(subject.Name.Length > 200 ? subject.Name[..200] : subject.Name).Trim();
        var account = new Account
        {
            Id = id,
            UserName = name,
            NormalizedUserName = name.ToUpperInvariant(),
            DisplayName = display.Length == 0 ? name : display,
            PersonId = match.Value,
            CreatedAt = now,
            LockoutEnabled = true,
            SecurityStamp = AccountService.NewStamp(),
        };
        db.Accounts.Add(account);
        Remember(db, id, subject);
        await db.SaveChangesAsync(ct);
        return account;
    }

    private static void Remember(GovernanceDb db, Guid accountId, ExternalSubject subject) =>
        db.AccountLogins.Add(new IdentityUserLogin<Guid> { LoginProvider = subject.Issuer, ProviderKey = subject.Subject, ProviderDisplayName = subject.Provider, UserId = accountId });

    private static async Task<Outcome<Guid?>> MatchAsync(GovernanceDb db, ExternalSubject subject, CancellationToken ct)
    {
        var byId = subject.DirectoryId is { Length: > 0 } directory
            ? await db.People.Where(p => p.ExternalId == directory).Select(p => new PersonMatch(p.Id, p.Status == PersonStatus.Left)).SingleOrDefaultAsync(ct)
            : null;
        IReadOnlyCollection<PersonMatch> byMail = subject is { MailVerified: true, Mail.Length: > 0 }
            ? await db.People.Where(p => p.Mail == subject.Mail).Take(3).Select(p => new PersonMatch(p.Id, p.Status == PersonStatus.Left)).ToListAsync(ct)
            : [];
        return SubjectMatch.Decide(byId, byMail);
    }

    private static async Task<bool> RenewRolesAsync(GovernanceDb db, Guid accountId, ExternalSubject subject, CancellationToken ct)
    {
        var before = await db.AccountRoles.Where(r => r.AccountId == accountId && r.Provider == subject.Provider).Select(r => r.Role).ToListAsync(ct);
        var now = subject.Roles.Where(r => Roles.All.Contains(r, StringComparer.Ordinal)).ToHashSet(StringComparer.Ordinal);
        if (now.SetEquals(before))
            return false;
        await db.AccountRoles.Where(r => r.AccountId == accountId && r.Provider == subject.Provider).ExecuteDeleteAsync(ct);
        db.AccountRoles.AddRange(now.Select(r => new AccountRole { AccountId = accountId, Role = r, Provider = subject.Provider }));
        await db.SaveChangesAsync(ct);
        return true;
    }

    private async Task RefusedAsync(ExternalSubject subject, Refusal refusal, string? origin, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            // What the provider no longer says is taken away even so, and running sessions end.
            var known = await db.Accounts.SingleOrDefaultAsync(a => db.AccountLogins.Any(l => l.UserId == a.Id && l.LoginProvider == subject.Issuer && l.ProviderKey == subject.Subject), ct);
            if (known is not null && await RenewRolesAsync(db, known.Id, subject, ct))
                known.SecurityStamp = AccountService.NewStamp();
            var by = new Actor(ActorKind.Person, "anonymous", "not signed in", Origin: origin);
            var details = new { subject.Provider, Issuer = Short(subject.Issuer), Subject = Short(subject.Subject) };
            await audit.AppendAsync(db, by, clock.Now(), [new AuditDraft(AuditActions.SignInRefused, Subjects.Account, "unknown", refusal.Code, details)], ct);
            return Done.Value;
        }, ct);
    }

    private static string Short(string text) => StorableText.Clean(text.Length > 255 ? text[..255] : text);
}
