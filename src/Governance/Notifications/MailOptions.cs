namespace Governance.Notifications;

/// <summary>How the connection to the mail server is closed to others.</summary>
public enum MailSecurity
{
    /// <summary>STARTTLS; a server that doesn't offer it gets nothing.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>Open. Only for a relay on this machine.</summary>
    None,
}

/// <summary>Section <c>Governance:Mail</c>.</summary>
public sealed class MailOptions
{
    public const string Section = "Governance:Mail";

    /// <summary>The mail server; empty: no mail is sent.</summary>
    public string Host { get; set; } = string.Empty;

    public int Port { get; set; } = 587;

    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    /// <summary>Empty: without signing in.</summary>
    public string UserName { get; set; } = string.Empty;

    /// <summary>Where the password is: <c>env:NAME</c> or <c>file:/path</c>.</summary>
    public string Password { get; set; } = string.Empty;

    /// <summary>SHA-256 of the server's own certificate, in hexadecimal: exactly that one is trusted. Empty: one from an authority that this machine trusts.</summary>
    public string CertificateSha256 { get; set; } = string.Empty;

    /// <summary>The sender's address.</summary>
    public string From { get; set; } = string.Empty;

    /// <summary>The console's outer address, where <c>Governance:ConsoleAddress</c> says none.</summary>
    public string ConsoleAddress { get; set; } = string.Empty;
}
