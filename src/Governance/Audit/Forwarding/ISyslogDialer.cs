namespace Governance.Audit.Forwarding;

/// <summary>Where a receiver listens, and how it is trusted.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Port; 6514 is the one for syslog over TLS.</param>
/// <param name="Tls">Whether the connection is encrypted and the receiver's certificate checked.</param>
/// <param name="Authority">Certificates that may have issued the receiver's, PEM, instead of the machine's; null for those of the machine.</param>
public sealed record SyslogAddress(string Host, int Port, bool Tls, string? Authority);

/// <summary>An open connection, and how to say on it that nothing more comes.</summary>
public sealed record SyslogLink(Stream Stream, Func<CancellationToken, Task> EndSending);

/// <summary>Opens connections to syslog receivers.</summary>
public interface ISyslogDialer
{
    /// <exception cref="ReceiverUnreachableException">It can't be reached or is not trusted; the message says why and what to look at.</exception>
    Task<SyslogLink> OpenAsync(SyslogAddress address, CancellationToken ct);
}

/// <summary>The receiver can't be reached, is not trusted, or went away.</summary>
public sealed class ReceiverUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
