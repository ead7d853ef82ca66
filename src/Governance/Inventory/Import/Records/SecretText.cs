using System.Text;
using System.Text.RegularExpressions;

namespace Governance.Inventory;

/// <summary>What in a configuration is a secret, and what only holds its place. Pure.</summary>
internal static partial class SecretText
{
    /// <summary>Whether a value under that name is a secret, unless it is a placeholder or a path.</summary>
    public static bool IsName(string name) => name.Length > 0 && !IsHarmless(name) && (SecretFilter.IsSecretName(name) || SecretName().IsMatch(name));

    /// <summary>Names of addresses, files, models and the like, whatever else they hold.</summary>
    public static bool IsHarmless(string name) => HarmlessName().IsMatch(name);

    /// <summary>Nothing, a variable, an input, an example, a reference to a vault, a number or a switch.</summary>
    public static bool IsPlaceholder(string value)
    {
        var rest = Variable().Replace(value, string.Empty).Trim();
        return rest.Length == 0 || (rest.Length < 8 && rest.Length < value.Length) || Example().IsMatch(rest);
    }

    /// <summary>A file, not what is in it.</summary>
    public static bool IsPath(string value) => PathForm().IsMatch(value);

    /// <summary>Whether it is a secret by its own form, whatever its name.</summary>
    public static bool IsForm(string value, SecretFilter secrets) => secrets.Clean(value) != value || (IsRandom(value) && !IsPath(value));

    /// <summary>Long, of letters and digits mixed as no word, id of an application or model name is.</summary>
    public static bool IsRandom(string value)
    {
        if (value.Length < 24 || !Token().IsMatch(value) || Uuid().IsMatch(value))
            return false;
        var (upper, lower, digit) = (value.Any(char.IsAsciiLetterUpper), value.Any(char.IsAsciiLetterLower), value.Any(char.IsAsciiDigit));
        var hex = value.Length >= 32 && value.All(char.IsAsciiHexDigit);
        return digit && (hex || (upper && lower)) && Entropy(value) >= 3.4;
    }

    /// <summary>The value without <c>Bearer</c>, <c>Basic</c>, <c>Token</c> or the user name of a basic authorization.</summary>
    public static string WithoutScheme(string value)
    {
        var trimmed = value.Trim();
        var match = Scheme().Match(trimmed);
        if (!match.Success)
            return trimmed;
        var rest = trimmed[match.Length..].Trim();
        if (!match.Value.StartsWith("basic", StringComparison.OrdinalIgnoreCase))
            return rest;
        var bytes = new byte[rest.Length];
        if (!Convert.TryFromBase64String(rest, bytes, out var length))
            return rest;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && colon < pair.Length - 1 ? pair[(colon + 1)..] : rest;
    }

    /// <summary>The secret parts of a connection string.</summary>
    public static IReadOnlyList<(string Name, string Value)> Parts(string value) =>
        value.Contains('=', StringComparison.Ordinal) && (value.Contains(';', StringComparison.Ordinal) || value.Contains(' ', StringComparison.Ordinal))
            ? Part().Matches(value).Where(m => !IsPlaceholder(m.Groups["value"].Value)).Select(m => (m.Groups["name"].Value.Trim(), m.Groups["value"].Value)).ToList() : [];

    public static CredentialKind KindOf(string name, string secret)
    {
        if (secret.StartsWith("AKIA", StringComparison.Ordinal) || secret.StartsWith("ASIA", StringComparison.Ordinal) || name.StartsWith("AWS_", StringComparison.OrdinalIgnoreCase))
            return CredentialKind.AccessKey;
        if (secret.StartsWith("-----BEGIN CERT", StringComparison.Ordinal))
            return CredentialKind.Certificate;
        var lower = name.ToLowerInvariant();
        return lower.Contains("pass", StringComparison.Ordinal) || lower.Contains("pwd", StringComparison.Ordinal) ? CredentialKind.Password
            : lower.Contains("client", StringComparison.Ordinal) && lower.Contains("secret", StringComparison.Ordinal) ? CredentialKind.ClientSecret
            : lower.Contains("token", StringComparison.Ordinal) || lower.EndsWith("pat", StringComparison.Ordinal) || lower.Contains("authorization", StringComparison.Ordinal) ? CredentialKind.Token
            : lower.Contains("key", StringComparison.Ordinal) ? CredentialKind.ApiKey
            : lower.Contains("secret", StringComparison.Ordinal) ? CredentialKind.ClientSecret : CredentialKind.Token;
    }

    private static double Entropy(string text) => text.GroupBy(c => c).Select(g => (double)g.Count() / text.Length).Sum(p => -p * Math.Log2(p));

    [GeneratedRegex(@"(^|[_\-. ])(key|pat|pwd|pass|auth|dsn|cookie|sig|signature)$|apikey|api\.key|subscription-key|functions-key", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"(^|[_\-. ])(url|uri|endpoint|path|file|dir|directory|name|host|port|model|user|username|email|region|type|scope|scopes|expiry|ttl|limit|max|count|length|tokens|timeout)$|_tokens_|^max[_-]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HarmlessName();

    [GeneratedRegex(@"\$\{[^}]*\}|\{\{[^}]*\}\}|\$\([^)]*\)|\$[A-Za-z_][A-Za-z0-9_]*|%[A-Za-z_][A-Za-z0-9_]*%", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^<[^>]*>$|^\[[^\]]*\]$|^(your|my|insert|replace|enter|add|put|paste|change)[-_ ]?(me|it)?([-_ ]|$)|^your[A-Za-z]+$|[-_ ]here$|^(sk|pk|ghp|xoxb|pat)?[-_]?[x*.…•]{3,}$|^[A-Za-z_\-]{2,12}[x*.…•]{4,}$|^(changeme|change-me|todo|tbd|dummy|placeholder|example|redacted|none|null|true|false|yes|no|on|off|test|required|optional)$|^[0-9.]{1,7}$|^(op|vault|keychain|keyring|secretref|env|awssm|gcpsm|bws|doppler|file)://?|^(?-i:[A-Z][A-Z_]*_(KEY|TOKEN|SECRET|PASSWORD|PAT))$|^(?-i:(sk|pk)_[A-Z_]+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Example();

    [GeneratedRegex(@"^(~|\.{1,2})[/\\]|^[A-Za-z]:[/\\]|^/(home|Users|etc|var|opt|run|mnt|tmp|app|usr|root|workspace|workspaces|srv|data|private)(/|$)|^[^\s]+\.(json|pem|key|crt|p12|pfx|env|txt|ya?ml)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathForm();

    [GeneratedRegex(@"^[A-Za-z0-9+/_\-=.~:]+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^(bearer|basic|token|apikey|api-key)\s+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"(^|[;\s])(?<name>password|pwd|accountkey|sharedaccesskey|sharedaccesssignature|sig|secret|token|access\s?key)\s*=\s*(?<value>[^;\s]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}
