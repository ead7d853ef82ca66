using System.Security.Cryptography;
using System.Text;

namespace Governance.Audit.Signing;

/// <summary>The public half of a P-256 key as a JWK (RFC 7517), which a stranger checks signatures with.</summary>
/// <param name="Kty">Always <c>EC</c>.</param>
/// <param name="Crv">Always <c>P-256</c>.</param>
/// <param name="X">Base64url.</param>
/// <param name="Y">Base64url.</param>
/// <param name="Kid">The thumbprint of RFC 7638, base64url: computed from the key, so that it can't be claimed for another.</param>
/// <param name="Use">Always <c>sig</c>.</param>
/// <param name="Alg">Always <c>ES256</c>.</param>
public sealed record PublicSigningKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg)
{
    /// <summary>The public half of a key.</summary>
    public static PublicSigningKey Of(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64Url.Encode(point.X!), Base64Url.Encode(point.Y!));
        return new PublicSigningKey("EC", "P-256", x, y, Thumbprint(x, y), "sig", "ES256");
    }

    /// <summary>Whether the signature (64 bytes, r and s) is this key's over the data. False for anything malformed.</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (Kty != "EC" || Crv != "P-256" || signature.Length != 64 || Kid != Thumbprint(X, Y))
                return false;
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Base64Url.Decode(X), Y = Base64Url.Decode(Y) } });
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return false;
        }
    }

    /// <summary>RFC 7638: SHA-256 over the members that make the key, in order, without spaces.</summary>
    private static string Thumbprint(string x, string y) => Base64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));
}

/// <summary>Base64url without padding (RFC 7515, 2).</summary>
public static class Base64Url
{
    public static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    /// <exception cref="FormatException">It is none.</exception>
    public static byte[] Decode(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
