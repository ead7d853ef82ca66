using System.Globalization;
using System.Net;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Connectors.Sending;
using Governance.Revocation;

namespace Governance.Connectors.Ldap;

/// <summary>Accounts of a directory: Active Directory, OpenLDAP, 389 Directory Server. See docs/connectors/ldap-accounts.md.</summary>
public sealed class LdapKind : IConnectorKind
{
    public string Kind => "ldap-accounts";

    public string Title => "LDAP accounts";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("host", "Host", "Name of the server or domain controller, as its certificate says."),
        new("port", "Port", "636 for LDAPS, 389 for StartTLS. Empty is the usual one.", Required: false),
        new("tls", "TLS", "None sends the password in the clear.", Required: false, Default: "LDAPS") { Choices = ["LDAPS", "StartTLS", "None"] },
        new("account", "Account", "Distinguished name of the account to bind as, or name@domain in Active Directory."),
        new("base", "Search base", "Only what is below it is ever touched: ou=services,dc=contoso,dc=com."),
        new("disableBy", "Disabled by", "userAccountControl for Active Directory, nsAccountLock for 389 and FreeIPA, pwdAccountLockedTime for OpenLDAP with ppolicy, loginShell for accounts of machines.", Required: false, Default: LdapSwitch.UserAccountControl)
        {
            Choices = [LdapSwitch.UserAccountControl, LdapSwitch.NsAccountLock, LdapSwitch.PwdAccountLockedTime, LdapSwitch.LoginShell],
        },
        new("certificates", "CA certificate folder", "On the console's machine, for a directory with an authority of its own.", Required: false),
        CommonSettings.AllowPrivate(true),
    ];

    public string? SecretTitle => "Password of the account";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "modify of the attribute chosen under *Disabled by*"),
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "modify of that attribute to its value before"),
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "delete of the entry, refused while it is enabled"),
        new(TargetKind.Grant, RevocationVerb.Delete, Reversibility.Reversible, "modify of the group without the account"),
        new(TargetKind.Grant, RevocationVerb.Restore, Reversibility.Reversible, "modify of the group with the account"),
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var allowPrivate = settings.Is(this, "allowPrivate");
        if (settings.Get(this, "host") is not { } host || Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return new Refusal("connector.setting", "The host is one name or address, without ldap:// and port.", "host");
        if (IPAddress.TryParse(host, out var literal) && AddressRule.Refuse(host, [literal], allowPrivate) is { } why)
            return new Refusal("connector.private-address", why, "host");
        if (!Enum.TryParse<LdapTls>(settings.Get(this, "tls"), ignoreCase: true, out var tls) || !Enum.IsDefined(tls))
            return new Refusal("connector.setting", "TLS is one of LDAPS, StartTLS, None.", "tls");
        var port = tls == LdapTls.Ldaps ? 636 : 389;
        if (settings.Get(this, "port") is { } given && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
            return new Refusal("connector.setting", "The port is a number from 1 to 65535.", "port");
        if (settings.Get(this, "account") is not { } account || settings.Get(this, "base") is not { } searchBase)
            return new Refusal("connector.setting", "Account and search base are needed.", "base");
        if (LdapSwitch.Of(settings.Get(this, "disableBy")!) is not { } disabling)
            return new Refusal("connector.setting", "Disabled by is one of userAccountControl, nsAccountLock, pwdAccountLockedTime, loginShell.", "disableBy");
        if (this.Missing(secret) is { } missing)
            return missing;
        return Outcome<IConnector>.From(new LdapConnector(new LdapPlace(host, port, tls, account, secret, settings.Get(this, "certificates"), allowPrivate), searchBase, disabling));
    }
}

/// <summary>How a directory is reached and signed in to.</summary>
internal sealed record LdapPlace(string Host, int Port, LdapTls Tls, string? Account, string? Password, string? Certificates, bool AllowPrivate)
{
    public override string ToString() => $"{Host}:{Port}";
}
