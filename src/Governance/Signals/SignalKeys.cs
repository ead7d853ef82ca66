using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Governance.Signals;

/// <summary>
/// The transmitter's RSA key: made at first use, its private half sealed by data protection like other secrets. RS256 with 2,048 bits or more is what the
/// interoperability profile asks for.
/// </summary>
public sealed class SignalKeys(IDbContextFactory<GovernanceDb> contexts, IDataProtectionProvider protection, TimeProvider clock)
{
    private const int Bits = 2048;

    /// <summary>The transmitter's row, made if there is none. Of two nodes that start at once, one makes it and the other finds it.</summary>
    public async Task<SignalTransmitter> GetAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.SignalTransmitters.AsNoTracking().SingleOrDefaultAsync(t => t.Id == SignalTransmitter.TheId, ct) is { } there)
            return there;
        using var rsa = RSA.Create(Bits);
        var (kid, jwk) = Public(rsa);
        db.SignalTransmitters.Add(new SignalTransmitter
        {
            KeyId = kid,
            PublicKey = jwk,
            SealedKey = Protector().Protect(Convert.ToBase64String(rsa.ExportPkcs8PrivateKey())),
            CreatedAt = clock.Now(),
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // The other node's stands, if it was that.
        }

        return await db.SignalTransmitters.AsNoTracking().SingleAsync(t => t.Id == SignalTransmitter.TheId, ct);
    }

    /// <summary>The key set that receivers verify with (RFC 7517).</summary>
    public async Task<string> JwksAsync(CancellationToken ct) => $$"""{"keys":[{{(await GetAsync(ct)).PublicKey}}]}""";

    /// <summary>Opens the key for signing; the signer is disposed with it.</summary>
    public SignalSigner Open(SignalTransmitter transmitter)
    {
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(Convert.FromBase64String(Protector().Unprotect(transmitter.SealedKey)), out _);
        return new SignalSigner(rsa, transmitter.KeyId);
    }

    internal IDataProtector Protector(params string[] purpose) => protection.CreateProtector(["signals", .. purpose]);

    private static (string Kid, string Jwk) Public(RSA rsa)
    {
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        var (n, e) = (Base64Url.EncodeToString(parameters.Modulus), Base64Url.EncodeToString(parameters.Exponent));
        // RFC 7638: the thumbprint over the required members in order.
        var kid = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}""")));
        return (kid, JsonSerializer.Serialize(new { kty = "RSA", use = "sig", alg = "RS256", kid, n, e }));
    }
}

/// <summary>Signs tokens: <c>typ</c> is <c>secevent+jwt</c>, so that none passes for an access token (RFC 8417, 2.3).</summary>
public sealed class SignalSigner(RSA key, string keyId) : IDisposable
{
    public string Sign(JsonObject claims)
    {
        var head = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new { alg = "RS256", typ = "secevent+jwt", kid = keyId }));
        var text = head + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        return text + "." + Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public void Dispose() => key.Dispose();
}
