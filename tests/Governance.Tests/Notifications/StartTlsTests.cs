using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Governance.Notifications;
using Governance.Persistence;

namespace Governance.Tests.Notifications;

/// <summary>STARTTLS with a real handshake, against a server whose certificate nobody issued.</summary>
public sealed class StartTlsTests
{
    [Fact]
    public async Task A_pinned_certificate_is_trusted_and_letter_and_password_cross_only_within_TLS()
    {
        using var certificate = Made("mail.test");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "right words");
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite, new MailServer { Certificate = certificate, Credentials = "\0console\0right words" }, o =>
            (o.Security, o.UserName, o.Password, o.CertificateSha256) = (MailSecurity.StartTls, "console", "file:" + file, Colons(certificate)));
        await desk.TellAsync("Ada", "review.waiting", "A review waits");
        (await desk.PumpAsync()).Sent.ShouldBe(1);
        desk.Letters.ShouldHaveSingleItem();
        desk.Server.InTheClear.ShouldBe(0);
        desk.Server.Shaken.ShouldBeOneOf(SslProtocols.Tls12, SslProtocols.Tls13);
        File.Delete(file);
    }

    [Theory]
    [InlineData(false, "that this machine does not trust")]
    [InlineData(true, "another certificate than the one in Governance:Mail:CertificateSha256")]
    public async Task Another_certificate_gets_nothing_and_the_reason_is_said(bool pinsAnother, string says)
    {
        using var certificate = Made("mail.test");
        using var other = Made("mail.test");
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite, new MailServer { Certificate = certificate }, o =>
            (o.Security, o.CertificateSha256) = (MailSecurity.StartTls, pinsAnother ? Colons(other) : string.Empty));
        await desk.TellAsync("Ada", "review.waiting", "A review waits");
        (await desk.PumpAsync()).Postponed.ShouldBe(1);
        (await desk.DeliveryAsync()).LastError!.ShouldContain(says);
        desk.Server.Letters.ShouldBeEmpty();
        desk.Server.InTheClear.ShouldBe(0);
    }

    private static X509Certificate2 Made(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static string Colons(X509Certificate2 certificate) => string.Join(':', certificate.GetCertHashString(HashAlgorithmName.SHA256).Chunk(2).Select(c => new string(c)));
}
