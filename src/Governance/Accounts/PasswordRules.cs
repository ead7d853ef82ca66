using Governance.Common;

namespace Governance.Accounts;

/// <summary>What a password must be: long, and not one that everybody tries first (NIST SP 800-63B, 3.1.1). No composition rules.</summary>
public static class PasswordRules
{
    public const int MinimumLength = 12;
    public const int MaximumLength = 128;

    private static readonly string[] Commonest =
    [
        "password", "passwort", "qwerty", "qwertz", "letmein", "welcome", "iloveyou", "admin", "administrator", "changeme", "secret", "governance", "123456", "abc123", "dragon", "monkey", "football", "baseball", "sunshine", "princess",
    ];

    public static Refusal? Check(string password, string userName)
    {
        if (password.Length < MinimumLength)
            return new Refusal("password.short", $"The password has {password.Length} characters; use at least {MinimumLength}. A sentence is good.", "password");
        if (password.Length > MaximumLength)
            return new Refusal("password.long", $"The password is longer than {MaximumLength} characters.", "password");
        if (password.Distinct().Count() < 5)
            return new Refusal("password.simple", "The password repeats few characters. Use more different ones.", "password");
        var bare = new string([.. password.ToLowerInvariant().Where(char.IsLetter)]);
        var name = userName.Split('@')[0];
        if (Commonest.Contains(bare, StringComparer.Ordinal) || string.Equals(bare, name, StringComparison.OrdinalIgnoreCase))
            return new Refusal("password.common", "That password is among the first that an attacker tries. Use another one.", "password");
        return null;
    }
}
