using System.Buffers;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Governance.Audit.Forwarding;

/// <summary>
/// Sends the log to the SIEM, entry after entry, in order and at least once. It reads what was committed, so nothing that it meets holds up the log; what it knows to have arrived
/// is kept in the database, and after a break or a restart it begins there. Of two nodes the one that holds the row sends.
/// </summary>
public sealed class LogForwarder(IDbContextFactory<GovernanceDb> contexts, ISyslogDialer dialer, TimeProvider clock, ILogger<LogForwarder> log) : IAsyncDisposable
{
    private const int Batch = 500;
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private readonly Guid me = Ids.New(clock.Now());
    private readonly string host = Environment.MachineName;
    private SyslogConnection? open;
    private bool held;

    /// <summary>Sends what is waiting, at most so much that it is soon back. Returns how many entries were sent; 0 when there is nothing to do now.</summary>
    public async Task<int> PumpAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.LogReceivers.AsNoTracking().SingleOrDefaultAsync(ct) is not { Enabled: true } receiver)
        {
            await DropAsync();
            return 0;
        }

        if (receiver.NextAt > clock.GetUtcNow() || !await HoldAsync(db, receiver, ct))
            return 0;
        try
        {
            return await SendAsync(db, receiver, ct);
        }
        catch (ReceiverUnreachableException problem)
        {
            await DropAsync();
            await FailAsync(db, receiver, problem, ct);
            return 0;
        }
    }

    /// <summary>Ends the connection in good order, and keeps what is known to have arrived by it.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        // Where nothing is sent, or it has stopped already, the database is left alone: a host that ends may have closed it.
        if (!held)
            return;
        held = false;
        await using var db = await contexts.CreateDbContextAsync(ct);
        await FarewellAsync(db, ct);
        await Mine(db).ExecuteUpdateAsync(s => s.SetProperty(r => r.Holder, (Guid?)null).SetProperty(r => r.HeldUntil, (DateTimeOffset?)null), ct);
    }

    public ValueTask DisposeAsync() => DropAsync();

    private async Task<int> SendAsync(GovernanceDb db, LogReceiver receiver, CancellationToken ct)
    {
        if (open is not null && open.Version != receiver.Version)
            await FarewellAsync(db, ct);
        if (open is { Ended: true })
        {
            if (open.Unsure)
                throw new ReceiverUnreachableException("The receiver closed the connection just after messages were sent. They are sent again.");
            await DropAsync();
        }

        await ConfirmAsync(db, open?.Confirm(clock.GetUtcNow()), ct);
        var after = open?.Written ?? await db.LogReceivers.Select(r => r.Confirmed).SingleAsync(ct);
        var entries = await db.AuditEntries.AsNoTracking().Where(e => e.Sequence > after).OrderBy(e => e.Sequence).Take(Batch).ToListAsync(ct);
        if (entries.Count == 0)
            return 0;
        open ??= new SyslogConnection(await dialer.OpenAsync(LogForwarding.AddressOf(receiver), ct), receiver.Version, after);
        var messages = new ArrayBufferWriter<byte>();
        foreach (var entry in entries)
            messages.Write(SyslogLine.Of(entry, host));
        await open.WriteAsync(messages.WrittenMemory, entries[^1].Sequence, clock, ct);
        return entries.Count;
    }

    private async Task FarewellAsync(GovernanceDb db, CancellationToken ct)
    {
        if (open is { Ended: false } connection && await connection.CloseAsync())
            await ConfirmAsync(db, connection.Written, ct);
        await DropAsync();
    }

    private async ValueTask DropAsync()
    {
        if (open is not { } connection)
            return;
        open = null;
        await connection.DisposeAsync();
    }

    /// <summary>Takes the row for a while, or says that another process has it.</summary>
    private async Task<bool> HoldAsync(GovernanceDb db, LogReceiver receiver, CancellationToken ct)
    {
        var now = clock.Now();
        if (receiver.Holder == me && receiver.HeldUntil > now + (Hold / 2))
            return true;
        var until = now + Hold;
        held = true;
        var taken = await db.LogReceivers.Where(r => r.Holder == null || r.Holder == me || r.HeldUntil == null || r.HeldUntil < now)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Holder, (Guid?)me).SetProperty(r => r.HeldUntil, (DateTimeOffset?)until), ct);
        if (taken == 0)
            await DropAsync();
        return taken > 0;
    }

    private async Task ConfirmAsync(GovernanceDb db, long? last, CancellationToken ct)
    {
        if (last is not { } sequence)
            return;
        var now = clock.Now();
        await Mine(db).Where(r => r.Confirmed < sequence).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.Confirmed, sequence).SetProperty(r => r.ConfirmedAt, (DateTimeOffset?)now).SetProperty(r => r.Failures, 0).SetProperty(r => r.Problem, (string?)null).SetProperty(r => r.NextAt, (DateTimeOffset?)null), ct);
    }

    private async Task FailAsync(GovernanceDb db, LogReceiver receiver, ReceiverUnreachableException problem, CancellationToken ct)
    {
        var failures = Math.Min(receiver.Failures + 1, 1000);
        var now = clock.Now();
        var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(failures, 10)), LongestWait.TotalSeconds));
        log.LogWarning(problem, "The audit log could not be sent to {Host}:{Port}, failure {Failures}; next try in {Seconds} s", receiver.Host, receiver.Port, failures, wait.TotalSeconds);
        await Mine(db).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.Failures, failures).SetProperty(r => r.Problem, problem.Message).SetProperty(r => r.FailedAt, (DateTimeOffset?)now).SetProperty(r => r.NextAt, (DateTimeOffset?)(now + wait)), ct);
    }

    private IQueryable<LogReceiver> Mine(GovernanceDb db) => db.LogReceivers.Where(r => r.Holder == me);
}
