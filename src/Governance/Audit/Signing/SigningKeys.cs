using System.Security.Cryptography;
using System.Text.Json;
using Governance.Common;
using Governance.Persistence;
using Microsoft.Extensions.Options;

namespace Governance.Audit.Signing;

/// <summary>
/// The installation's ES256 key, which signs evidence packages and checkpoints of the audit log. From the setting <c>Governance:SigningKey</c>
/// (<c>env:NAME</c> or <c>file:/path</c> of a PEM), else made at first use and kept in the data directory, apart from the database, readable by its owner alone.
/// Whoever holds the database alone can sign nothing.
/// </summary>
public sealed class SigningKeys(DataDirectory data, IOptions<GovernanceOptions> options)
{
    private const string KeyFile = "signing.pem";
    private const string KnownFile = "signing-keys.json";
    private readonly Lock gate = new();
    private PublicSigningKey? current;

    /// <summary>The public half of the key in use.</summary>
    public PublicSigningKey Current
    {
        get
        {
            lock (gate)
            {
                if (current is not null)
                    return current;
                using var key = Open();
                current = PublicSigningKey.Of(key);
                Remember(current);
                return current;
            }
        }
    }

    /// <summary>Every key that ever signed here, the present one last: what was signed before a change of keys can still be checked.</summary>
    public IReadOnlyList<PublicSigningKey> Known
    {
        get
        {
            var now = Current;
            return [.. Read().Where(k => k.Kid != now.Kid), now];
        }
    }

    /// <summary>64 bytes, r and s. The key is read at each use and forgotten. Signatures are randomised: the same data gives another each time.</summary>
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        using var key = Open();
        return key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private ECDsa Open()
    {
        var pem = options.Value.SigningKey is { Length: > 0 } reference ? Configured(reference) : Own();
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize == 256 && key.ExportParameters(false).Curve.Oid.Value == "1.2.840.10045.3.1.7")
                return key;
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidOperationException("The signing key is not a PEM of an EC private key. Make one: openssl ecparam -name prime256v1 -genkey -noout", fault);
        }

        key.Dispose();
        throw new InvalidOperationException("The signing key is not on the curve P-256. Make one: openssl ecparam -name prime256v1 -genkey -noout");
    }

    private static string Configured(string reference)
    {
        var secret = SecretReference.ResolveAsync(reference, CancellationToken.None).GetAwaiter().GetResult();
        return secret.IsRefused ? throw new InvalidOperationException("Governance:SigningKey: " + secret.Refusal.Message) : secret.Value;
    }

    private string Own()
    {
        var path = data.File(KeyFile);
        if (!File.Exists(path))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var fresh = $"{path}.{Path.GetRandomFileName()}";
            using (var file = new StreamWriter(fresh, Private()))
                file.Write(key.ExportPkcs8PrivateKeyPem());
            try
            {
                File.Move(fresh, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process was first; its key is the key.
                File.Delete(fresh);
            }
        }

        return File.ReadAllText(path);
    }

    private static FileStreamOptions Private()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private List<PublicSigningKey> Read()
    {
        var path = data.File(KnownFile);
        return File.Exists(path) ? JsonSerializer.Deserialize<List<PublicSigningKey>>(File.ReadAllText(path), JsonSerializerOptions.Web) ?? [] : [];
    }

    private void Remember(PublicSigningKey key)
    {
        var known = Read();
        if (known.Exists(k => k.Kid == key.Kid))
            return;
        known.Add(key);
        var fresh = data.File($"{KnownFile}.{Path.GetRandomFileName()}");
        File.WriteAllText(fresh, JsonSerializer.Serialize(known, JsonSerializerOptions.Web));
        File.Move(fresh, data.File(KnownFile), overwrite: true);
    }
}
