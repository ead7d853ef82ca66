using System.Security.Cryptography;
using System.Text;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Accounts;

/// <summary>What a sign-in needs after the password.</summary>
public enum SignInNeed
{
    Nothing,
    Code,

    /// <summary>A role of the account requires a second step, and it has none yet.</summary>
    Enrolment,
}

/// <summary>How an account stands.</summary>
/// <param name="Since">Since when it is on; null when it is off.</param>
/// <param name="CodesLeft">Recovery codes that were not used.</param>
/// <param name="Required">Whether a role of the account requires it.</param>
/// <param name="Possible">Whether the account has a password here; with a provider the second step is the provider's.</param>
public sealed record SecondStepState(DateTimeOffset? Since, int CodesLeft, bool Required, bool Possible);

/// <summary>A key to put into an app, until its first code confirms it.</summary>
public sealed record Enrolment(string Key, string Uri);

/// <summary>
/// The second step of local accounts: enrolled by its person, confirmed by a code, asked for at each sign-in. A code is taken once; five wrong ones lock the
/// account for a while, and a right password in between does not undo that.
/// </summary>
public sealed class SecondStepService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, SealedText texts)
{
    public const int CodeCount = 10;
    private const int MostFailures = 5;
    private static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(15);
    private static readonly Refusal Wrong = new("second-step.wrong", "The code is wrong, was used already, or is too old. Wait for the next one of the app and type that.", "code");
    private static readonly Refusal Locked = new("second-step.locked", "Five codes were wrong. The account is locked for 15 minutes.", "code");
    private static readonly Refusal Off = new("second-step.off", "No second step is set up. Begin anew.");

    public async Task<SecondStepState?> StateAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.Accounts.Where(a => a.Id == accountId).Select(a => new { Password = a.PasswordHash != null }).SingleOrDefaultAsync(ct) is not { } account)
            return null;
        var since = await db.SecondSteps.Where(s => s.AccountId == accountId).Select(s => s.ConfirmedAt).SingleOrDefaultAsync(ct);
        var left = since is null ? 0 : await db.RecoveryCodes.CountAsync(c => c.AccountId == accountId && c.UsedAt == null, ct);
        return new SecondStepState(since, left, await IsRequiredAsync(db, accountId, ct), account.Password);
    }

    /// <summary>What comes after a right password.</summary>
    public async Task<SignInNeed> NeedAsync(Guid accountId, CancellationToken ct) =>
        await StateAsync(accountId, ct) is not { Possible: true } state ? SignInNeed.Nothing : state.Since is not null ? SignInNeed.Code : state.Required ? SignInNeed.Enrolment : SignInNeed.Nothing;

    /// <summary>The key of one's own app. The same until it is confirmed, so that a page loaded again shows what was scanned.</summary>
    public async Task<Outcome<Enrolment>> BeginAsync(Guid accountId, CancellationToken ct)
    {
        var open = await FindAsync(accountId, ct);
        // Sealed and opened before any transaction: the key ring lies in the same database, and may have to write.
        var key = open is null ? null : (await OpenAsync(open, ct)).Value;
        var fresh = key ?? Totp.NewKey();
        var kept = texts.Keep(Convert.ToHexString(fresh), "The key", "key", Purpose(accountId)).OrThrow();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Enrolment>(async () =>
        {
            if (await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == accountId && a.DisabledAt == null, ct) is not { PasswordHash: not null } account)
                return new Refusal("second-step.provider", "This account signs in with a provider; its second step is set up there.");
            var row = await db.SecondSteps.SingleOrDefaultAsync(s => s.AccountId == accountId, ct);
            if (row?.ConfirmedAt is not null)
                return new Refusal("second-step.on", "A second step is set up already. Switch it off first, or ask an administrator to reset it.");
            if (row?.Key != open?.Key)
                return new Refusal("second-step.twice", "It is being set up in another window. Load the page again.");
            if (row is null)
                db.SecondSteps.Add(new SecondStep { AccountId = accountId, Key = kept, CreatedAt = clock.Now() });
            else if (key is null)
                row.Key = kept;
            await db.SaveChangesAsync(ct);
            var text = Totp.Base32(fresh);
            return new Enrolment(text, Totp.Uri(account.UserName!, text));
        }, ct);
    }

    /// <summary>Switches it on with a first code. Other sessions end. Returns the recovery codes, which nothing can show again.</summary>
    public async Task<Outcome<IReadOnlyList<string>>> ConfirmAsync(Guid accountId, string code, string? origin, CancellationToken ct)
    {
        if (await FindAsync(accountId, ct) is not { } found)
            return Off;
        var key = await OpenAsync(found, ct);
        if (key.IsRefused)
            return key.Refusal;
        if (Totp.Match(key.Value, Plain(code), clock.Now()) is not { } step)
            return Wrong;
        return await ChangeAsync<IReadOnlyList<string>>(accountId, origin, AuditActions.SecondStepOn, async (db, row) =>
        {
            if (row is null || row.ConfirmedAt is not null || row.Key != found.Key)
                return new Refusal("second-step.on", "A second step is set up already, or it was begun anew in another window.");
            (row.ConfirmedAt, row.LastStep, row.Failures) = (clock.Now(), step, 0);
            return Outcome<IReadOnlyList<string>>.From(await NewCodesAsync(db, accountId, ct));
        }, ct);
    }

    /// <summary>New recovery codes in place of the old ones, for a code of the app.</summary>
    public async Task<Outcome<IReadOnlyList<string>>> RenewCodesAsync(Guid accountId, string code, string? origin, CancellationToken ct)
    {
        var verified = await VerifyAsync(accountId, code, recovery: false, ct);
        return verified.IsRefused ? verified.Refusal : await ChangeAsync<IReadOnlyList<string>>(accountId, origin, AuditActions.SecondStepCodes, async (db, row) =>
            row?.ConfirmedAt is null ? Off : Outcome<IReadOnlyList<string>>.From(await NewCodesAsync(db, accountId, ct)), ct, renewStamp: false);
    }

    /// <summary>Switches one's own off, for a code. Refused where a role requires it.</summary>
    public async Task<Outcome<Done>> SwitchOffAsync(Guid accountId, string code, string? origin, CancellationToken ct)
    {
        if (await StateAsync(accountId, ct) is { Required: true })
            return new Refusal("second-step.required", "A role of yours requires it. With a new phone, ask an administrator to reset it.");
        var verified = await VerifyAsync(accountId, code, recovery: true, ct);
        return verified.IsRefused ? verified.Refusal : await ChangeAsync<Done>(accountId, origin, AuditActions.SecondStepOff, async (db, row) =>
        {
            await ForgetAsync(db, accountId, ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Takes somebody's second step away, for a lost phone. Their sessions end; where a role requires it, they enrol anew at the next sign-in.</summary>
    public async Task<Outcome<Done>> ResetAsync(Guid accountId, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 400)
            return new Refusal("second-step.reason", "Say why, and how you know that it is the person who asks. At most 400 characters.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            if (!await db.SecondSteps.AnyAsync(s => s.AccountId == accountId, ct))
                return new Refusal("second-step.off", "The account has no second step.");
            await ForgetAsync(db, accountId, ct);
            await RenewStampAsync(db, accountId, ct);
            await audit.AppendAsync(db, by, clock.Now(), [new AuditDraft(AuditActions.SecondStepReset, Subjects.Account, accountId, StorableText.Clean(reason.Trim()))], ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>A code of the app, or a recovery code: each is taken once. Counts failures and locks.</summary>
    /// <param name="accountId">Whose.</param>
    /// <param name="code">As typed; spaces and dashes don't matter.</param>
    /// <param name="recovery">Whether a recovery code is taken too.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>True when it was a recovery code.</returns>
    public async Task<Outcome<bool>> VerifyAsync(Guid accountId, string code, bool recovery, CancellationToken ct)
    {
        if (await FindAsync(accountId, ct) is not { ConfirmedAt: not null } found)
            return Off;
        var key = await OpenAsync(found, ct);
        if (key.IsRefused)
            return key.Refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        Refusal? refused = null;
        var used = await db.InTransactionAsync(async () =>
        {
            var now = clock.Now();
            if (await db.Accounts.AnyAsync(a => a.Id == accountId && (a.DisabledAt != null || a.LockoutEnd > now), ct))
            {
                refused = Locked;
                return false;
            }

            var plain = Plain(code);
            // Of two that show one code at once, the statement lets one through.
            if (Totp.Match(key.Value, plain, now) is { } step
                && await db.SecondSteps.Where(s => s.AccountId == accountId && s.Key == found.Key && s.LastStep < step).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastStep, step).SetProperty(x => x.Failures, 0), ct) == 1)
                return false;
            var hash = Hash(accountId, plain);
            if (recovery && await db.RecoveryCodes.Where(c => c.AccountId == accountId && c.Hash == hash && c.UsedAt == null).ExecuteUpdateAsync(s => s.SetProperty(c => c.UsedAt, (DateTimeOffset?)now), ct) == 1)
            {
                await db.SecondSteps.Where(s => s.AccountId == accountId).ExecuteUpdateAsync(s => s.SetProperty(x => x.Failures, 0), ct);
                return true;
            }

            refused = await FailAsync(db, accountId, now, ct);
            return false;
        }, ct);
        return refused is not null ? refused : used;
    }

    private static async Task<Refusal> FailAsync(GovernanceDb db, Guid accountId, DateTimeOffset now, CancellationToken ct)
    {
        await db.SecondSteps.Where(s => s.AccountId == accountId).ExecuteUpdateAsync(s => s.SetProperty(x => x.Failures, x => x.Failures + 1), ct);
        if (await db.SecondSteps.Where(s => s.AccountId == accountId && s.Failures >= MostFailures).ExecuteUpdateAsync(s => s.SetProperty(x => x.Failures, 0), ct) == 0)
            return Wrong;
        var until = (DateTimeOffset?)(now + LockedFor);
        await db.Accounts.Where(a => a.Id == accountId).ExecuteUpdateAsync(s => s.SetProperty(a => a.LockoutEnd, until), ct);
        return Locked;
    }

    internal static Task<bool> IsRequiredAsync(GovernanceDb db, Guid accountId, CancellationToken ct) =>
        db.AccountRoles.AnyAsync(r => r.AccountId == accountId && db.SecondStepRules.Any(x => x.Role == r.Role), ct);

    private async Task<Outcome<T>> ChangeAsync<T>(Guid accountId, string? origin, string action, Func<GovernanceDb, SecondStep?, Task<Outcome<T>>> change, CancellationToken ct, bool renewStamp = true)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<T>(async () =>
        {
            if (await db.Accounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == accountId && a.DisabledAt == null, ct) is not { } account)
                return Off;
            var done = await change(db, await db.SecondSteps.SingleOrDefaultAsync(s => s.AccountId == accountId, ct));
            if (done.IsRefused)
                return done;
            if (renewStamp)
                await RenewStampAsync(db, accountId, ct);
            var by = new Actor(ActorKind.Person, accountId.ToString("D"), account.DisplayName, account.PersonId, origin);
            await audit.AppendAsync(db, by, clock.Now(), [new AuditDraft(action, Subjects.Account, accountId)], ct);
            return done;
        }, ct);
    }

    private async Task<SecondStep?> FindAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.SecondSteps.AsNoTracking().SingleOrDefaultAsync(s => s.AccountId == accountId, ct);
    }

    private static async Task ForgetAsync(GovernanceDb db, Guid accountId, CancellationToken ct)
    {
        await db.RecoveryCodes.Where(c => c.AccountId == accountId).ExecuteDeleteAsync(ct);
        await db.SecondSteps.Where(s => s.AccountId == accountId).ExecuteDeleteAsync(ct);
    }

    private static Task<int> RenewStampAsync(GovernanceDb db, Guid accountId, CancellationToken ct)
    {
        var stamp = AccountService.NewStamp();
        return db.Accounts.Where(a => a.Id == accountId).ExecuteUpdateAsync(s => s.SetProperty(a => a.SecurityStamp, stamp).SetProperty(a => a.ConcurrencyStamp, stamp), ct);
    }

    private static async Task<IReadOnlyList<string>> NewCodesAsync(GovernanceDb db, Guid accountId, CancellationToken ct)
    {
        await db.RecoveryCodes.Where(c => c.AccountId == accountId).ExecuteDeleteAsync(ct);
        var codes = Enumerable.Range(0, CodeCount).Select(_ => string.Join('-', Totp.Base32(RandomNumberGenerator.GetBytes(10)).Chunk(4).Select(c => new string(c)))).ToList();
        db.RecoveryCodes.AddRange(codes.Select(c => new RecoveryCode { Id = Guid.CreateVersion7(), AccountId = accountId, Hash = Hash(accountId, Plain(c)) }));
        return codes;
    }

    private async Task<Outcome<byte[]>> OpenAsync(SecondStep row, CancellationToken ct)
    {
        var open = await texts.OpenAsync(row.Key, "The key of the second step", "key", ct, Purpose(row.AccountId));
        return open.IsRefused ? open.Refusal : Convert.FromHexString(open.Value);
    }

    private static string[] Purpose(Guid accountId) => ["second-step", accountId.ToString("N")];

    private static string Hash(Guid accountId, string plain) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{accountId:N}:{plain}")));

    private static string Plain(string code) => new([.. code.Where(char.IsAsciiLetterOrDigit).Take(64).Select(char.ToUpperInvariant)]);
}
