using System.Text;
using System.Text.Json;

namespace Governance.Audit.Signing;

/// <summary>
/// A JSON Web Signature whose payload stays outside (RFC 7515, appendix F): <c>header..signature</c>. Signed is the text
/// <c>header.base64url(payload)</c>; any JOSE library can check it.
/// </summary>
public static class DetachedJws
{
    public static string Sign(ReadOnlySpan<byte> payload, SigningKeys keys)
    {
        var header = Base64Url.Encode(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","kid":"{{keys.Current.Kid}}"}"""));
        return $"{header}..{Base64Url.Encode(keys.Sign(Input(header, payload)))}";
    }

    /// <summary>What is wrong with it; null when it is the key's signature over the payload.</summary>
    public static string? Problem(string jws, ReadOnlySpan<byte> payload, PublicSigningKey key)
    {
        var parts = jws.Trim().Split('.');
        if (parts.Length != 3 || parts[1].Length != 0)
            return "it is no detached signature (header..signature)";
        try
        {
            using var header = JsonDocument.Parse(Base64Url.Decode(parts[0]));
            if (!header.RootElement.TryGetProperty("alg", out var alg) || alg.GetString() != "ES256")
                return "it is not made with ES256";
            if (!header.RootElement.TryGetProperty("kid", out var kid) || kid.GetString() != key.Kid)
                return "it names another key than the package's";
            // One text for one signature: the last letter has bits to spare.
            return Base64Url.Encode(Base64Url.Decode(parts[2])) == parts[2] && key.Verifies(Input(parts[0], payload), Base64Url.Decode(parts[2])) ? null : "it does not fit what it signs";
        }
        catch (Exception fault) when (fault is FormatException or JsonException or InvalidOperationException)
        {
            return "it can't be read";
        }
    }

    private static byte[] Input(string header, ReadOnlySpan<byte> payload) => Encoding.ASCII.GetBytes($"{header}.{Base64Url.Encode(payload)}");
}
