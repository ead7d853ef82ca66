using Governance.Common;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Governance.Signals;

/// <summary>What a receiver answered to a push.</summary>
/// <param name="Taken">It has the token: 202, or any other 2xx.</param>
/// <param name="Retryable">Whether to try again.</param>
/// <param name="Words">For the page; no secrets.</param>
/// <param name="RetryAfter">What it asked for.</param>
public sealed record PushAnswer(bool Taken, bool Retryable, string? Words, TimeSpan? RetryAfter = null);

/// <summary>Sends one token (RFC 8935).</summary>
public interface ISignalSender
{
    /// <summary>Why that address is not called; null when it may be.</summary>
    string? Check(string? url, bool allowPrivate);

    Task<PushAnswer> PushAsync(string url, bool allowPrivate, string? authorization, string token, CancellationToken ct);
}

/// <summary>Pushes what waits, under leases, oldest first. Call it any number of times from any node.</summary>
public sealed class SignalDelivery(IDbContextFactory<GovernanceDb> contexts, SignalKeys keys, ISignalSender sender, TimeProvider clock)
{
    private const int Batch = 50;
    private const int MostRounds = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>Returns how many were tried.</summary>
    public async Task<int> PumpAsync(CancellationToken ct)
    {
        var tried = 0;
        for (var round = 0; round < MostRounds; round++)
        {
            var claimed = await ClaimAsync(ct);
            foreach (var one in claimed)
                await SendAsync(one, ct);
            tried += claimed.Count;
            if (claimed.Count < Batch)
                break;
        }

        return tried;
    }

    private sealed record Claimed(SignalEvent Event, Guid Lease, string Url, string? Authorization, bool AllowPrivate);

    private async Task<IReadOnlyList<Claimed>> ClaimAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var (lease, until) = (Ids.New(now), now + Lease);
        var due = from e in db.SignalEvents
                  join s in db.SignalStreams on e.StreamId equals s.Id
                  join r in db.SignalReceivers on s.ReceiverId equals r.Id
                  where e.State == SignalState.Waiting && e.NextAt <= now && (e.LeaseUntil == null || e.LeaseUntil < now) && s.PushUrl != null && s.Status == StreamStatus.Enabled && r.Enabled
                  orderby e.NextAt, e.Id
                  select e.Id;
        var ids = await due.Take(Batch).ToListAsync(ct);
        if (ids.Count == 0)
            return [];
        await db.SignalEvents.Where(e => ids.Contains(e.Id) && e.State == SignalState.Waiting && (e.LeaseUntil == null || e.LeaseUntil < now))
            .ExecuteUpdateAsync(u => u.SetProperty(e => e.Lease, lease).SetProperty(e => e.LeaseUntil, until), ct);
        return await (from e in db.SignalEvents.AsNoTracking()
                      join s in db.SignalStreams on e.StreamId equals s.Id
                      join r in db.SignalReceivers on s.ReceiverId equals r.Id
                      where e.Lease == lease
                      orderby e.CreatedAt, e.Id
                      select new Claimed(e, lease, s.PushUrl!, s.SealedAuthorization, r.AllowPrivate)).ToListAsync(ct);
    }

    private async Task SendAsync(Claimed claimed, CancellationToken ct)
    {
        var authorization = claimed.Authorization is null ? null : Opened(claimed);
        FaultPoint.Pass("signal.push");
        var answer = await sender.PushAsync(claimed.Url, claimed.AllowPrivate, authorization, claimed.Event.Token, ct);
        FaultPoint.Pass("signal.pushed");
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var attempts = claimed.Event.Attempts + 1;
        var again = !answer.Taken && answer.Retryable && attempts < Backoff.MostAttempts;
        var state = answer.Taken ? SignalState.Delivered : again ? SignalState.Waiting : SignalState.Dead;
        var next = again ? now + Backoff.After(attempts, answer.RetryAfter, Backoff.Random()) : claimed.Event.NextAt;
        DateTimeOffset? ended = again ? null : now;
        var words = answer.Taken ? null : answer.Words;
        await db.SignalEvents.Where(e => e.Id == claimed.Event.Id && e.Lease == claimed.Lease).ExecuteUpdateAsync(
            u => u.SetProperty(e => e.State, state).SetProperty(e => e.Attempts, attempts).SetProperty(e => e.NextAt, next).SetProperty(e => e.EndedAt, ended).SetProperty(e => e.LastError, words)
                .SetProperty(e => e.Lease, (Guid?)null).SetProperty(e => e.LeaseUntil, (DateTimeOffset?)null), ct);
    }

    private string? Opened(Claimed claimed)
    {
        try
        {
            return keys.Protector("push", claimed.Event.StreamId.ToString("N")).Unprotect(claimed.Authorization!);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
