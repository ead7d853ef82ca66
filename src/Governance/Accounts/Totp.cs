using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Governance.Accounts;

/// <summary>
/// Time-based one-time passwords (RFC 6238 with HMAC-SHA-1, 30 s, 6 digits: what every authenticator app does). ASP.NET Core Identity's own provider takes
/// the codes of five minutes and does not say which one it was; here the step is known, so that it is taken once, and the clock is the console's.
/// </summary>
public static class Totp
{
    public const int KeyBytes = 20;
    private const int Seconds = 30;
    private const int Digits = 6;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>How many steps before and after now are taken: clocks differ, and typing takes time (RFC 6238, 5.2).</summary>
    private const int Window = 1;

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyBytes);

    public static long StepOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / Seconds;

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6238 and the apps say HMAC-SHA-1, which is not broken as a MAC.")]
    public static string Code(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(key, counter, hash);
        var number = (BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xF)..]) & 0x7FFFFFFF) % 1_000_000;
        return number.ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0');
    }

    /// <summary>The step that the code is of, around now; null when it is of none. Compares each in constant time.</summary>
    public static long? Match(ReadOnlySpan<byte> key, string code, DateTimeOffset now)
    {
        var given = Encoding.ASCII.GetBytes(code);
        long? match = null;
        for (var step = StepOf(now) - Window; step <= StepOf(now) + Window; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Code(key, step))))
                match = step;
        }

        return match;
    }

    /// <summary>Base32 of RFC 4648 without padding, as apps take it.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var b in bytes)
        {
            (bits, count) = ((bits << 8) | b, count + 8);
            for (; count >= 5; count -= 5)
                text.Append(Alphabet[(bits >> (count - 5)) & 31]);
            bits &= (1 << count) - 1;
        }

        return count == 0 ? text.ToString() : text.Append(Alphabet[(bits << (5 - count)) & 31]).ToString();
    }

    /// <summary>What a QR code for an app says (the key URI format of Google Authenticator).</summary>
    public static string Uri(string account, string key) =>
        $"otpauth://totp/Governance:{System.Uri.EscapeDataString(account)}?secret={key}&issuer=Governance&algorithm=SHA1&digits={Digits}&period={Seconds}";
}
