using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit.Forwarding;

/// <summary>What an administrator says of the SIEM.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Enabled">Whether the log is sent.</param>
/// <param name="FromTheBeginning">Whether what the log holds already is sent too; looked at only when the receiver is named for the first time.</param>
public sealed record ReceiverChange(SyslogAddress Address, bool Enabled, bool FromTheBeginning);

/// <summary>How the forwarding stands.</summary>
/// <param name="Receiver">The settings and what happened last.</param>
/// <param name="Behind">Entries that are not known to have arrived.</param>
/// <param name="OldestWaiting">When the oldest of them was written.</param>
public sealed record ForwardingView(LogReceiver Receiver, long Behind, DateTimeOffset? OldestWaiting);

/// <summary>The settings of the forwarding, how far it is, and a test of it.</summary>
public sealed class LogForwarding(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, ISyslogDialer dialer, TimeProvider clock)
{
    public const int MostAuthority = 20_000;

    /// <summary>Null while no receiver is named.</summary>
    public async Task<ForwardingView?> GetAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.LogReceivers.AsNoTracking().SingleOrDefaultAsync(ct) is not { } receiver)
            return null;
        var end = await db.AuditHeads.Select(h => h.Sequence).SingleAsync(ct);
        var oldest = await db.AuditEntries.Where(e => e.Sequence > receiver.Confirmed).OrderBy(e => e.Sequence).Select(e => (DateTimeOffset?)e.At).FirstOrDefaultAsync(ct);
        return new ForwardingView(receiver, Math.Max(0, end - receiver.Confirmed), oldest);
    }

    /// <summary>Names the receiver, or changes it. What was sent to the one before is not sent again.</summary>
    public async Task<Outcome<Done>> SaveAsync(ReceiverChange change, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        var checkedAddress = Check(change.Address);
        if (checkedAddress.IsRefused)
            return checkedAddress.Refusal;
        var (host, port, tls, authority) = checkedAddress.Value;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Outcome<Done>>(async () =>
        {
            var receiver = await db.LogReceivers.SingleOrDefaultAsync(ct);
            if (receiver is null)
            {
                var end = change.FromTheBeginning ? 0 : await db.AuditHeads.Select(h => h.Sequence).SingleAsync(ct);
                db.Add(receiver = new LogReceiver { Host = host, Port = port, Tls = tls, Version = Ids.New(clock.Now()), Confirmed = end });
            }

            (receiver.Host, receiver.Port, receiver.Tls, receiver.Authority, receiver.Enabled, receiver.Version) = (host, port, tls, authority, change.Enabled, Ids.New(clock.Now()));
            (receiver.Failures, receiver.Problem, receiver.NextAt) = (0, null, null);
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.ForwardingChanged, Subjects.AuditLog, "siem", null, new { host, port, tls, ownAuthority = authority is not null, change.Enabled, after = receiver.Confirmed }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Sends one message that is no entry, with settings that need not be kept yet. Done means that the connection stood and the message was taken.</summary>
    public async Task<Outcome<Done>> TestAsync(SyslogAddress address, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        var checkedAddress = Check(address);
        if (checkedAddress.IsRefused)
            return checkedAddress.Refusal;
        string? problem = null;
        try
        {
            await using var connection = new SyslogConnection(await dialer.OpenAsync(checkedAddress.Value, ct), Guid.Empty, 0);
            await connection.WriteAsync(SyslogLine.Test(clock.Now(), Environment.MachineName, by.Name), 0, clock, ct);
            await connection.CloseAsync();
        }
        catch (ReceiverUnreachableException away)
        {
            problem = away.Message;
        }

        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Outcome<Done>>(async () =>
        {
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.ForwardingTested, Subjects.AuditLog, "siem", null, new { checkedAddress.Value.Host, checkedAddress.Value.Port, checkedAddress.Value.Tls, problem }), ct);
            return problem is null ? Done.Value : new Refusal("siem.unreachable", problem);
        }, ct);
    }

    internal static SyslogAddress AddressOf(LogReceiver receiver) => new(receiver.Host, receiver.Port, receiver.Tls, receiver.Authority);

    private static Outcome<SyslogAddress> Check(SyslogAddress address)
    {
        var host = address.Host.Trim();
        if (host.Length > 255 || Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return new Refusal("siem.host", "The host is a name or an address without a scheme or port: siem.example.com.", "host");
        if (address.Port is < 1 or > 65535)
            return new Refusal("siem.port", "The port is a number from 1 to 65535; 6514 is the usual one with TLS.", "port");
        var authority = string.IsNullOrWhiteSpace(address.Authority) || !address.Tls ? null : address.Authority.Trim();
        if (authority?.Length > MostAuthority || authority?.Contains("PRIVATE KEY", StringComparison.Ordinal) == true || (authority is not null && !AreCertificates(authority)))
            return new Refusal("siem.authority", "Paste certificates in PEM, which begin with -----BEGIN CERTIFICATE-----, and no private key.", "authority");
        return new SyslogAddress(host, address.Port, address.Tls, authority);
    }

    private static bool AreCertificates(string pem)
    {
        try
        {
            var read = new X509Certificate2Collection();
            read.ImportFromPem(pem);
            var any = read.Count > 0;
            foreach (var certificate in read)
                certificate.Dispose();
            return any;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
