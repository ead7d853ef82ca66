using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Governance.Accounts;

/// <summary>Secrets that the console makes itself: shown once, kept as a hash, told apart from others by how they begin.</summary>
public static class SecretToken
{
    /// <summary>256 random bits behind a prefix, by which a scanner of leaked secrets knows it.</summary>
    public static string Make(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>SHA-256, lower-case hex.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
