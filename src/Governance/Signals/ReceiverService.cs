using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Governance.Signals;

/// <summary>A receiver with its streams, for the page.</summary>
public sealed record ReceiverView(Guid Id, string Name, string Audience, bool Enabled, bool AllowPrivate, DateTimeOffset? LastSeenAt, IReadOnlyList<StreamView> Streams);

/// <summary>A stream with how its deliveries stand.</summary>
public sealed record StreamView(Guid Id, StreamStatus Status, string? PushUrl, IReadOnlyList<string> Events, int Waiting, int Dead, DateTimeOffset? LastDeliveredAt, string? LastError);

/// <summary>A token that was not taken.</summary>
public sealed record DeadSignal(Guid Id, string Receiver, string Type, string About, int Attempts, DateTimeOffset CreatedAt, string? LastError);

/// <summary>What administrators do with receivers, and how a receiver signs in.</summary>
public sealed class ReceiverService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, SignalKeys keys, TimeProvider clock)
{
    private const int SecretBytes = 32;
    private const string SecretPrefix = "gsr_";
    private const string AccessPrefix = "gsa_";
    private static readonly TimeSpan AccessLife = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);

    /// <summary>How long an access token lasts, in seconds.</summary>
    public static int AccessSeconds => (int)AccessLife.TotalSeconds;

    public async Task<IReadOnlyList<ReceiverView>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var receivers = await db.SignalReceivers.AsNoTracking().OrderBy(r => r.Name).ToListAsync(ct);
        var streams = await db.SignalStreams.AsNoTracking().OrderBy(s => s.CreatedAt).Select(s => new
        {
            Stream = s,
            Waiting = db.SignalEvents.Count(e => e.StreamId == s.Id && e.State == SignalState.Waiting),
            Dead = db.SignalEvents.Count(e => e.StreamId == s.Id && e.State == SignalState.Dead),
            Last = db.SignalEvents.Where(e => e.StreamId == s.Id && e.State == SignalState.Delivered).Max(e => e.EndedAt),
            Error = db.SignalEvents.Where(e => e.StreamId == s.Id && e.LastError != null && e.State != SignalState.Delivered).OrderByDescending(e => e.NextAt).Select(e => e.LastError).FirstOrDefault(),
        }).ToListAsync(ct);
        return [.. receivers.Select(r => new ReceiverView(r.Id, r.Name, r.Audience, r.Enabled, r.AllowPrivate, r.LastSeenAt, [.. streams.Where(s => s.Stream.ReceiverId == r.Id)
            .Select(s => new StreamView(s.Stream.Id, s.Stream.Status, s.Stream.PushUrl, s.Stream.Events.Split(' ', StringSplitOptions.RemoveEmptyEntries), s.Waiting, s.Dead, s.Last, s.Error))]))];
    }

    public async Task<IReadOnlyList<DeadSignal>> DeadAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (from e in db.SignalEvents.AsNoTracking()
                      join s in db.SignalStreams on e.StreamId equals s.Id
                      join r in db.SignalReceivers on s.ReceiverId equals r.Id
                      where e.State == SignalState.Dead
                      orderby e.CreatedAt descending
                      select new DeadSignal(e.Id, r.Name, e.Type, e.About, e.Attempts, e.CreatedAt, e.LastError)).Take(100).ToListAsync(ct);
    }

    /// <summary>Names the address that receivers reach this console by.</summary>
    public async Task<Outcome<Done>> SetIssuerAsync(string address, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        if (!Uri.TryCreate(address?.Trim(), UriKind.Absolute, out var url) || url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0 || (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback))
            return new Refusal("signals.issuer", "The address begins with https:// and has neither query nor fragment: https://governance.example.com.", "issuer");
        var issuer = url.AbsoluteUri.TrimEnd('/');
        await keys.GetAsync(ct);
        return await WriteAsync(async (db, now) =>
        {
            await db.SignalTransmitters.ExecuteUpdateAsync(u => u.SetProperty(t => t.Issuer, issuer), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.SignalsChanged, Subjects.SignalReceiver, "transmitter", null, new { issuer }), ct);
            return Outcome<Done>.From(Done.Value);
        }, ct);
    }

    /// <summary>Adds a receiver. The secret is in the answer, and nowhere afterwards.</summary>
    public async Task<Outcome<string>> AddAsync(string name, string audience, bool allowPrivate, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        if (string.IsNullOrWhiteSpace(name) || name.Length > 200)
            return new Refusal("signals.name", "A name of at most 200 characters is needed.", "name");
        if (string.IsNullOrWhiteSpace(audience) || audience.Length > 400)
            return new Refusal("signals.audience", "The audience is what the receiver expects in its tokens, such as https://receiver.example.com.", "audience");
        var secret = NewSecret();
        return await WriteAsync<string>(async (db, now) =>
        {
            if (await db.SignalReceivers.AnyAsync(r => r.Name == name.Trim(), ct))
                return new Refusal("signals.name-taken", "There is a receiver of this name already.", "name");
            var receiver = new SignalReceiver { Id = Ids.New(now), Name = name.Trim(), Audience = audience.Trim(), SecretHash = Hash(secret), AllowPrivate = allowPrivate, Enabled = true, CreatedAt = now, CreatedBy = by.Name };
            db.SignalReceivers.Add(receiver);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.SignalsChanged, Subjects.SignalReceiver, receiver.Id, null, new { change = "added", receiver.Name, receiver.Audience, receiver.AllowPrivate }), ct);
            return secret;
        }, ct);
    }

    /// <summary>A new secret; the old one and every access token end at once.</summary>
    public async Task<Outcome<string>> RenewAsync(Guid id, Actor by, CancellationToken ct)
    {
        var secret = NewSecret();
        var hash = Hash(secret);
        var changed = await ChangeAsync(id, "secret renewed", rows => rows.ExecuteUpdateAsync(u => u.SetProperty(r => r.SecretHash, hash), ct), by, ct);
        return changed.IsRefused ? changed.Refusal : secret;
    }

    /// <summary>Off: it can't sign in, and nothing is sent to it or kept for it.</summary>
    public Task<Outcome<Done>> EnableAsync(Guid id, bool enabled, Actor by, CancellationToken ct) =>
        ChangeAsync(id, enabled ? "switched on" : "switched off", rows => rows.ExecuteUpdateAsync(u => u.SetProperty(r => r.Enabled, enabled), ct), by, ct);

    /// <summary>Removes it with its streams and what waits for it.</summary>
    public Task<Outcome<Done>> RemoveAsync(Guid id, Actor by, CancellationToken ct) => ChangeAsync(id, "removed", async (db, rows) =>
    {
        var streams = db.SignalStreams.Where(s => s.ReceiverId == id).Select(s => s.Id);
        await db.SignalEvents.Where(e => streams.Contains(e.StreamId)).ExecuteDeleteAsync(ct);
        await db.SignalMutes.Where(m => streams.Contains(m.StreamId)).ExecuteDeleteAsync(ct);
        await db.SignalStreams.Where(s => s.ReceiverId == id).ExecuteDeleteAsync(ct);
        return await rows.ExecuteDeleteAsync(ct);
    }, by, ct);

    /// <summary>Tries what was given up again.</summary>
    public async Task<Outcome<int>> RetryAsync(IReadOnlyCollection<Guid> ids, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        return await WriteAsync<int>(async (db, now) =>
        {
            var again = await db.SignalEvents.Where(e => ids.Contains(e.Id) && e.State == SignalState.Dead).ExecuteUpdateAsync(
                u => u.SetProperty(e => e.State, SignalState.Waiting).SetProperty(e => e.Attempts, 0).SetProperty(e => e.NextAt, now).SetProperty(e => e.EndedAt, (DateTimeOffset?)null), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.SignalsChanged, Subjects.SignalReceiver, "transmitter", null, new { change = "tried again", events = again }), ct);
            return again;
        }, ct);
    }

    /// <summary>An access token of half an hour for a client that shows id and secret (RFC 6749, 4.4); null when they are wrong.</summary>
    public async Task<string?> GrantAsync(string? clientId, string? secret, CancellationToken ct) =>
        secret is not null && await FindAsync(secret, ct) is { } receiver && clientId == receiver.Id.ToString("D")
            ? AccessPrefix + Access().Protect($"{receiver.Id:D} {receiver.SecretHash[..16]} {clock.Now().Add(AccessLife).ToUnixTimeSeconds()}") : null;

    /// <summary>The receiver behind a bearer token: its secret itself, or an access token; null when it is none, has ended, or the receiver is switched off.</summary>
    public async Task<SignalReceiver?> FindAsync(string token, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        SignalReceiver? found = null;
        if (token.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            var hash = Hash(token);
            found = await db.SignalReceivers.AsNoTracking().SingleOrDefaultAsync(r => r.SecretHash == hash && r.Enabled, ct);
        }
        else if (token.StartsWith(AccessPrefix, StringComparison.Ordinal) && Opened(token[AccessPrefix.Length..]) is { } access)
        {
            found = await db.SignalReceivers.AsNoTracking().SingleOrDefaultAsync(r => r.Id == access.Receiver && r.Enabled && r.SecretHash.StartsWith(access.Secret), ct);
        }

        var now = clock.Now();
        if (found is not null && (found.LastSeenAt is null || now - found.LastSeenAt > SeenEvery))
            await db.SignalReceivers.Where(r => r.Id == found.Id).ExecuteUpdateAsync(u => u.SetProperty(r => r.LastSeenAt, now), ct);
        return found;
    }

    private (Guid Receiver, string Secret)? Opened(string text)
    {
        try
        {
            return Access().Unprotect(text).Split(' ') is [var id, var secret, var end] && long.Parse(end, System.Globalization.CultureInfo.InvariantCulture) > clock.Now().ToUnixTimeSeconds() ? (Guid.Parse(id), secret) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector Access() => keys.Protector("access");

    private static string NewSecret() => SecretPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    // 256 random bits need no slow hash: there is nothing to guess.
    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private Task<Outcome<Done>> ChangeAsync(Guid id, string change, Func<IQueryable<SignalReceiver>, Task<int>> write, Actor by, CancellationToken ct) => ChangeAsync(id, change, (_, rows) => write(rows), by, ct);

    private async Task<Outcome<Done>> ChangeAsync(Guid id, string change, Func<GovernanceDb, IQueryable<SignalReceiver>, Task<int>> write, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        return await WriteAsync<Done>(async (db, now) =>
        {
            var name = await db.SignalReceivers.Where(r => r.Id == id).Select(r => r.Name).SingleOrDefaultAsync(ct);
            if (name is null || await write(db, db.SignalReceivers.Where(r => r.Id == id)) == 0)
                return new Refusal("signals.not-found", "This receiver is not there any more.");
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.SignalsChanged, Subjects.SignalReceiver, id, null, new { change, name }), ct);
            return Done.Value;
        }, ct);
    }

    private async Task<Outcome<T>> WriteAsync<T>(Func<GovernanceDb, DateTimeOffset, Task<Outcome<T>>> write, CancellationToken ct)
        where T : notnull
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(() => write(db, clock.Now()), ct);
    }
}
