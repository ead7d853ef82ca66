using System.Globalization;
using System.Text.Json;
using Governance.Common;
using Governance.Revocation;
using Npgsql;

namespace Governance.Connectors.PostgreSql;

/// <summary>Login roles of a PostgreSQL server. See docs/connectors/postgresql.md for the rights that it needs.</summary>
public sealed class PostgreSqlKind : IConnectorKind
{
    public string Kind => "postgresql";

    public string Title => "PostgreSQL roles";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("host", "Host", "Name or address of the server."),
        new("port", "Port", "1 to 65535.", Required: false, Default: "5432"),
        new("database", "Database", "Any database that the account may connect to.", Required: false, Default: "postgres"),
        new("user", "Account", "A role of its own with CREATEROLE and pg_signal_backend; not a superuser."),
        new("sslMode", "TLS", "Disable, Prefer, Require, VerifyCA or VerifyFull.", Required: false, Default: "VerifyFull"),
    ];

    public string? SecretTitle => "Password of the account";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`ALTER ROLE … NOLOGIN`, then `pg_terminate_backend` for each session"),
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "`ALTER ROLE … LOGIN`, only if it could log in before"),
        new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "`DROP ROLE …`, refused while it can log in"),
        new(TargetKind.Grant, RevocationVerb.Delete, Reversibility.Reversible, "`REVOKE role FROM …`, or `ALTER ROLE … NOCREATEDB` and its like"),
        new(TargetKind.Grant, RevocationVerb.Restore, Reversibility.Reversible, "`GRANT role TO …`, or `ALTER ROLE … CREATEDB`"),
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        if (!int.TryParse(settings.Get(this, "port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            return new Refusal("connector.setting", "The port is a number from 1 to 65535.", "port");
        if (!Enum.TryParse<SslMode>(settings.Get(this, "sslMode"), ignoreCase: true, out var ssl) || !Enum.IsDefined(ssl))
            return new Refusal("connector.setting", "TLS is one of Disable, Prefer, Require, VerifyCA, VerifyFull.", "sslMode");
        if (settings.Get(this, "host") is not { } host || settings.Get(this, "user") is not { } user)
            return new Refusal("connector.setting", "Host and account are needed.", "host");
        var connection = Connection(host, port, settings.Get(this, "database")!, user, secret, ssl, null);
        return Outcome<IConnector>.From(new PostgreSqlConnector(connection.ConnectionString));
    }

    /// <summary>How both the connector and the feed connect: one connection, not kept open, never waiting long.</summary>
    internal static NpgsqlConnectionStringBuilder Connection(string host, int port, string database, string user, string? secret, SslMode ssl, string? rootCertificate) => new()
    {
        Host = host,
        Port = port,
        Database = database,
        Username = user,
        Password = secret,
        SslMode = ssl,
        RootCertificate = rootCertificate,
        Pooling = false,
        Timeout = 10,
        CommandTimeout = 15,
        ApplicationName = "governance",
    };
}
