using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Governance.Persistence;
using Microsoft.Extensions.Configuration;

namespace Governance.Inventory;

/// <summary>
/// Keeps secrets out of everything that is stored (I-11). A value that is a secret by its field's name or by its own form is replaced by a
/// keyed fingerprint: HMAC-SHA256 with the installation's key, from which nothing can be learnt but that two are the same.
/// </summary>
public sealed partial class SecretFilter(DataDirectory data, IConfiguration? configuration = null)
{
    /// <summary>The setting that gives the key to several nodes at once: base64 of at least 32 bytes. Else a file in the data folder.</summary>
    public const string Setting = "Governance:InstanceKey";

    /// <summary>
    /// One of these stands in every text that <see cref="SecretValue"/> finds a secret in: looking for them first is a hundred times faster than the pattern, and most
    /// texts have none. Each alternative of the pattern needs its sign here.
    /// </summary>
    private static readonly SearchValues<string> Signs = SearchValues.Create(
        ["-----BEGIN", "sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "hf_", "AIza", "ya29.", "AKIA", "ASIA", "eyJ", "Q~", "pass", "pwd", "secret", "api", "token", "://"],
        StringComparison.OrdinalIgnoreCase);

    private readonly Lazy<byte[]> key = new(() => Key(data, configuration));

    /// <summary>Lower-case hex, 64 characters.</summary>
    public string Fingerprint(string secret) => Convert.ToHexStringLower(HMACSHA256.HashData(key.Value, Encoding.UTF8.GetBytes(secret)));

    /// <summary>A key of 32 bytes for another purpose, from which the installation's key can't be learnt (RFC 5869).</summary>
    internal byte[] DeriveKey(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Value, 32, info: Encoding.UTF8.GetBytes(purpose));

    /// <summary>Whether a field of that name holds a secret, whatever its value.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name) && !HarmlessName().IsMatch(name);

    /// <summary>The text with every secret-looking part replaced by its fingerprint's beginning.</summary>
    public string Clean(string text) => Replace(text, m => Mark(m.Value));

    public string? CleanOrNull(string? text) => text is null ? null : Clean(text);

    /// <summary>What stands in a secret's place.</summary>
    public string Mark(string secret) => $"[secret removed, fingerprint {Fingerprint(secret)[..12]}]";

    private static byte[] Key(DataDirectory data, IConfiguration? configuration)
    {
        if (configuration?[Setting] is { Length: > 0 } given)
        {
            var bytes = new byte[given.Length];
            return Convert.TryFromBase64String(given, bytes, out var length) && length >= 32
                ? bytes[..length]
                : throw new InvalidOperationException("The setting Governance:InstanceKey must be base64 of at least 32 random bytes (openssl rand -base64 32).");
        }

        var path = data.File("instance.key");
        if (!File.Exists(path))
        {
            var fresh = path + "." + Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(fresh, options))
            {
                file.Write(RandomNumberGenerator.GetBytes(32));
                file.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(fresh, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(fresh);
            }
        }

        return File.ReadAllBytes(path);
    }

    [GeneratedRegex("secret|passw|token|api[-_ ]?key|private[-_ ]?key|access[-_ ]?key|credential|connection[-_ ]?string|authorization|bearer", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretName();

    /// <summary>Names that only tell of secrets: dates, counts, ids, switches.</summary>
    [GeneratedRegex("(_|-|\\b)(id|ids|date|at|on|created|expires|expiry|rotated|used|enabled|active|age|days|count|type|kind|changed|region|service|version)$|(Id|Ids|Date|DateTime|Enabled|Type|Version|Count|ForSaml|Thumbprint|Url|Urls|Mode|Settings)$|last_", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HarmlessName();

    [GeneratedRegex("""-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)|\b(sk|pk|rk)[-_][A-Za-z0-9_\-]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_\-]{16,}|\bxox[abeoprs]-[A-Za-z0-9\-]{10,}|\bhf_[A-Za-z0-9]{20,}|\bAIza[A-Za-z0-9_\-]{30,}|\bya29\.[A-Za-z0-9_\-]{20,}|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*|\b[A-Za-z0-9_~.\-]{3}[78]Q~[A-Za-z0-9_~.\-]{31,34}|(?<=(password|passwd|pwd|secret|api[-_]?key|token)\s?[=:]\s?)[^\s,;"']{6,}|(?<=://[^\s:/@]{1,100}:)[^\s:/@]{3,}(?=@)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretValue();
}
