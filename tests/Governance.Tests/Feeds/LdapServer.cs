using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Governance.Tests.Feeds;

/// <summary>A real slapd on loopback with 1,203 accounts, whose size limit binds all but one reader.</summary>
public sealed class LdapServer : IAsyncLifetime
{
    public const string Password = "ldap-canary-8812aa";
    public const string Reader = "cn=governance,dc=example,dc=com";
    /// <summary>May disable accounts and change groups below ou=services, and no more.</summary>
    public const string Revoker = "cn=revoker,dc=example,dc=com";

    public const string Limited = "cn=limited,dc=example,dc=com";
    private const string Program = "/usr/sbin/slapd";
    private readonly string folder = Directory.CreateTempSubdirectory("governance-slapd-").FullName;
    private Process? process;

    public int Port { get; } = FreePort();

    public int TlsPort { get; } = FreePort();

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program))
            throw new InvalidOperationException("slapd is not installed. tests/run.sh does it; by hand: apt-get install slapd");
        Directory.CreateDirectory(Path.Combine(folder, "db"));
        using (var key = RSA.Create(2048))
        {
            var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
            await File.WriteAllTextAsync(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        }

        var configuration = Path.Combine(folder, "slapd.conf");
        await File.WriteAllTextAsync(configuration, $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/nis.schema
            include /etc/ldap/schema/inetorgperson.schema
            pidfile {folder}/pid
            modulepath /usr/lib/ldap
            moduleload back_mdb
            moduleload ppolicy
            TLSCertificateFile {folder}/cert.pem
            TLSCertificateKeyFile {folder}/key.pem
            database mdb
            suffix "dc=example,dc=com"
            directory {folder}/db
            maxsize 67108864
            sizelimit 100
            limits dn.exact="{Reader}" size.soft=unlimited size.hard=unlimited size.prtotal=unlimited
            access to attrs=userPassword by anonymous auth by * none
            access to dn.subtree="ou=services,dc=example,dc=com" attrs=pwdAccountLockedTime,loginShell by dn.exact="{Revoker}" write by users read by * none
            access to dn.subtree="ou=services,dc=example,dc=com" by dn.exact="{Revoker}" write by users read by * none
            access to attrs=member by dn.exact="{Revoker}" write by users read by * none
            access to * by users read by * none
            overlay ppolicy
            ppolicy_default "cn=policy,dc=example,dc=com"

            """);
        var ldif = Path.Combine(folder, "data.ldif");
        await File.WriteAllTextAsync(ldif, Data());
        using (var add = Start("/usr/sbin/slapadd", "-q", "-f", configuration, "-l", ldif))
        {
            var said = await add.StandardError.ReadToEndAsync();
            await add.WaitForExitAsync();
            add.ExitCode.ShouldBe(0, said);
        }

        process = Start(Program, "-f", configuration, "-h", $"ldap://127.0.0.1:{Port} ldaps://127.0.0.1:{TlsPort}", "-d", "256");
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains("slapd starting", StringComparison.Ordinal))
                break;
        }

        process.HasExited.ShouldBeFalse();
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    public Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = "127.0.0.1",
            ["port"] = Port.ToString(),
            ["tls"] = "None",
            ["account"] = Reader,
            ["base"] = "dc=example,dc=com",
            ["filter"] = "(objectClass=account)",
        };
        foreach (var (name, value) in more)
            settings[name] = value;
        return settings;
    }

    public static Dictionary<string, string> Secrets(string password = Password) => new(StringComparer.Ordinal) { ["password"] = password };

    private static string Data()
    {
        var text = new StringBuilder("""
            dn: dc=example,dc=com
            objectClass: dcObject
            objectClass: organization
            dc: example
            o: Example

            dn: ou=services,dc=example,dc=com
            objectClass: organizationalUnit
            ou: services

            dn: cn=Ada Lovelace,dc=example,dc=com
            objectClass: inetOrgPerson
            cn: Ada Lovelace
            sn: Lovelace

            """);
        foreach (var name in new[] { "governance", "limited", "revoker" })
            text.Append($"\ndn: cn={name},dc=example,dc=com\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: {name}\nuserPassword: {Password}\n");
        for (var i = 1; i <= 1203; i++)
            text.Append($"\ndn: uid=svc-{i},ou=services,dc=example,dc=com\nobjectClass: account\nobjectClass: simpleSecurityObject\nuid: svc-{i}\ndescription: service {i}\nuserPassword: hash-canary-{i}\n");
        text.Append("\ndn: cn=policy,dc=example,dc=com\nobjectClass: device\nobjectClass: pwdPolicy\ncn: policy\npwdAttribute: userPassword\npwdLockout: TRUE\n");
        text.Append("\ndn: uid=shell-1,ou=services,dc=example,dc=com\nobjectClass: posixAccount\nobjectClass: applicationProcess\nobjectClass: uidObject\ncn: shell-1\nuid: shell-1\nuidNumber: 5001\ngidNumber: 5001\nhomeDirectory: /home/shell-1\nloginShell: /bin/bash\n");
        text.Append("\ndn: ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: people\n");
        for (var i = 1; i <= 1101; i++)
            text.Append($"\ndn: uid=person-{i},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: person-{i}\ncn: Person {i}\nsn: {i}\nemployeeNumber: e{i}\nmail: Person.{i}@example.com\ndepartmentNumber: ML\nuserPassword: hash-canary-person-{i}\n{(i > 1 ? "manager: uid=person-1,ou=people,dc=example,dc=com\n" : null)}");
        text.Append("\ndn: cn=Domain Admins,dc=example,dc=com\nobjectClass: groupOfNames\ncn: Domain Admins\nmember: uid=svc-7,ou=services,dc=example,dc=com\n");
        text.Append("\ndn: cn=mailers,dc=example,dc=com\nobjectClass: groupOfNames\ncn: mailers\nmember: uid=svc-7,ou=services,dc=example,dc=com\nmember: uid=svc-8,ou=services,dc=example,dc=com\n");
        return text.ToString();
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
