using System.Security.Cryptography;
using System.Text;
using Governance.Audit.Signing;
using Governance.Persistence;
using Microsoft.Extensions.Options;

namespace Governance.Tests.Audit.Signing;

public sealed class SigningKeyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("governance-signing-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_key_is_made_once_for_its_owner_alone_and_stays()
    {
        var first = Keys();
        var kid = first.Current.Kid;
        Keys().Current.Kid.ShouldBe(kid);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(folder, "signing.pem")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(Path.Combine(folder, "signing-keys.json")).ShouldNotContain("PRIVATE");
    }

    [Fact]
    public void A_signature_holds_for_its_data_and_key_only()
    {
        var keys = Keys();
        var data = Encoding.UTF8.GetBytes("manifest");
        var signature = keys.Sign(data);
        keys.Current.Verifies(data, signature).ShouldBeTrue();
        keys.Current.Verifies("manifesT"u8, signature).ShouldBeFalse();
        signature[40] ^= 1;
        keys.Current.Verifies(data, signature).ShouldBeFalse();
        keys.Current.Verifies(data, signature.AsSpan(0, 63)).ShouldBeFalse();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (keys.Current with { X = PublicSigningKey.Of(other).X }).Verifies(data, keys.Sign(data)).ShouldBeFalse();
    }

    [Fact]
    public void A_detached_signature_names_what_is_wrong_with_it()
    {
        var keys = Keys();
        var jws = DetachedJws.Sign("data"u8, keys);
        DetachedJws.Problem(jws, "data"u8, keys.Current).ShouldBeNull();
        DetachedJws.Problem(jws, "dat4"u8, keys.Current).ShouldBe("it does not fit what it signs");
        DetachedJws.Problem("a.b.c", "data"u8, keys.Current).ShouldBe("it is no detached signature (header..signature)");
        DetachedJws.Problem("!!..!!", "data"u8, keys.Current).ShouldBe("it can't be read");
        var none = Base64Url.Encode("""{"alg":"none"}"""u8);
        DetachedJws.Problem($"{none}..", "data"u8, keys.Current).ShouldBe("it is not made with ES256");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DetachedJws.Problem(jws, "data"u8, PublicSigningKey.Of(other)).ShouldBe("it names another key than the package's");
    }

    [Fact]
    public void A_configured_key_is_used_and_an_earlier_one_stays_known()
    {
        var own = Keys().Current;
        using var given = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var path = Path.Combine(folder, "given.pem");
        File.WriteAllText(path, given.ExportECPrivateKeyPem());
        var keys = Keys("file:" + path);
        keys.Current.ShouldBe(PublicSigningKey.Of(given));
        keys.Known.Select(k => k.Kid).ShouldBe([own.Kid, keys.Current.Kid]);
    }

    [Theory]
    [InlineData("nistP384")]
    [InlineData("text")]
    public void What_is_no_P256_key_is_refused_in_words_and_not_shown(string kind)
    {
        var path = Path.Combine(folder, "bad.pem");
        using var wrong = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        File.WriteAllText(path, kind == "text" ? "hunter2" : wrong.ExportECPrivateKeyPem());
        var fault = Should.Throw<InvalidOperationException>(() => Keys("file:" + path).Current);
        fault.Message.ShouldContain("openssl");
        fault.ToString().ShouldNotContain("hunter2");
    }

    private SigningKeys Keys(string setting = "")
    {
        var options = Options.Create(new GovernanceOptions { DataDirectory = folder, SigningKey = setting });
        return new SigningKeys(new DataDirectory(options), options);
    }
}
