using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Governance.Inventory;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Governance.Persistence;

/// <summary>
/// Data protection for every host: the key ring lies in the database and is sealed with the installation's key, which lies in the data folder
/// or the configuration. Whoever has only one of the two can read no kept secret (OWASP ASVS 5.0 13.3.1).
/// </summary>
internal static class KeyRing
{
    public static IServiceCollection AddKeyRing(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("governance");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(o =>
        {
            o.XmlRepository = new ProtectionKeyRepository(provider.GetRequiredService<IDbContextFactory<GovernanceDb>>());
            o.XmlEncryptor = new InstanceKeyEncryptor(provider.GetRequiredService<SecretFilter>());
        }));
        return services;
    }
}

/// <summary>Seals a key of the ring with AES-256-GCM under a key that is derived from the installation's.</summary>
internal sealed class InstanceKeyEncryptor(SecretFilter secrets) : IXmlEncryptor
{
    internal const string Purpose = "key ring";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var sealedBytes = new byte[plain.Length];
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        using (var aes = new AesGcm(secrets.DeriveKey(Purpose), tag.Length))
            aes.Encrypt(nonce, plain, sealedBytes, tag);
        CryptographicOperations.ZeroMemory(plain);
        return new EncryptedXmlInfo(new XElement("instanceKey", Convert.ToBase64String([.. nonce, .. tag, .. sealedBytes])), typeof(InstanceKeyDecryptor));
    }
}

/// <summary>Opens what <see cref="InstanceKeyEncryptor"/> sealed. The framework makes it by its name.</summary>
public sealed class InstanceKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var bytes = Convert.FromBase64String(encryptedElement.Value);
        var (nonce, tag) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var plain = new byte[bytes.Length - nonce - tag];
        using (var aes = new AesGcm(services.GetRequiredService<SecretFilter>().DeriveKey(InstanceKeyEncryptor.Purpose), tag))
            aes.Decrypt(bytes.AsSpan(0, nonce), bytes.AsSpan(nonce + tag), bytes.AsSpan(nonce, tag), plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
