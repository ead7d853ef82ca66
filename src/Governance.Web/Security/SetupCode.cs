using System.Security.Cryptography;
using System.Text;

namespace Governance.Web.Security;

/// <summary>
/// The one-time code that guards the set-up page: only somebody who reads the console that the process was started from
/// can make the first administrator. New at each start, never stored.
/// </summary>
public sealed class SetupCode
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public string Value { get; } = string.Join('-', Enumerable.Range(0, 3).Select(_ => RandomNumberGenerator.GetString(Alphabet, 4)));

    /// <summary>Compares in constant time; case, spaces and dashes don't matter.</summary>
    public bool Matches(string? given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Plain(Value)), Encoding.UTF8.GetBytes(Plain(given ?? string.Empty)));

    private static string Plain(string code) => new([.. code.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)]);
}
