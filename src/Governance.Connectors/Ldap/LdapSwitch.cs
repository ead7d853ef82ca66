using System.Globalization;

namespace Governance.Connectors.Ldap;

/// <summary>Which attribute disables an account in this directory, and how its values are read and written.</summary>
internal abstract class LdapSwitch
{
    public const string UserAccountControl = "userAccountControl";
    public const string NsAccountLock = "nsAccountLock";
    public const string PwdAccountLockedTime = "pwdAccountLockedTime";
    public const string LoginShell = "loginShell";

    public abstract string Attribute { get; }

    public static LdapSwitch? Of(string name) => name switch
    {
        UserAccountControl => new Flags(),
        NsAccountLock => new OneValue(NsAccountLock, "true", v => string.Equals(v, "true", StringComparison.OrdinalIgnoreCase)),
        // 000001010000Z: locked until an administrator unlocks it (draft-behera-ldap-password-policy, 5.3.3); a real time is a lock that ends by itself.
        PwdAccountLockedTime => new OneValue(PwdAccountLockedTime, "000001010000Z", v => v == "000001010000Z"),
        LoginShell => new OneValue(LoginShell, "/usr/sbin/nologin", v => v is "/usr/sbin/nologin" or "/sbin/nologin" or "/bin/false" or "/usr/bin/false"),
        _ => null,
    };

    /// <summary>Whether an account with that value is disabled; null when the value is missing where it has to be there.</summary>
    public abstract bool? IsDisabled(string? value);

    /// <summary>The value that disables; null takes the attribute away.</summary>
    public abstract string? Disabling(string? now);

    /// <summary>The value that restores what was recorded.</summary>
    public abstract string? Restoring(string? recorded, string? now);

    /// <summary>What of the value has to come back.</summary>
    public abstract string? Recorded(string? value);

    /// <summary>Active Directory: bit 2 of a number whose other bits mean other things, and stay as they are now.</summary>
    private sealed class Flags : LdapSwitch
    {
        private const int AccountDisable = 2;

        public override string Attribute => UserAccountControl;

        public override bool? IsDisabled(string? value) => Number(value) is { } n ? (n & AccountDisable) != 0 : null;

        public override string? Disabling(string? now) => Text((Number(now) ?? 0) | AccountDisable);

        public override string? Restoring(string? recorded, string? now) => recorded == "disabled" ? Disabling(now) : Text((Number(now) ?? 0) & ~AccountDisable);

        public override string? Recorded(string? value) => IsDisabled(value) == true ? "disabled" : "enabled";

        private static int? Number(string? value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null;

        private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class OneValue(string attribute, string disabling, Func<string, bool> isDisabled) : LdapSwitch
    {
        public override string Attribute => attribute;

        public override bool? IsDisabled(string? value) => value is not null && isDisabled(value);

        public override string? Disabling(string? now) => disabling;

        public override string? Restoring(string? recorded, string? now) => recorded;

        public override string? Recorded(string? value) => value;
    }
}
