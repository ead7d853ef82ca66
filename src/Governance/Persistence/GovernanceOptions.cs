namespace Governance.Persistence;

/// <summary>The databases that the product keeps its records in.</summary>
public enum DatabaseProvider
{
    Sqlite,
    PostgreSql,
    SqlServer,
}

/// <summary>Settings read alike by the web host and the command line, section <c>Governance</c>.</summary>
public sealed class GovernanceOptions
{
    public const string Section = "Governance";

    /// <summary>Where the SQLite file, uploads, evidence packages and the instance key live. Default: <c>data</c> beside the solution.</summary>
    public string DataDirectory { get; set; } = string.Empty;

    /// <summary>Where the ES256 key is that signs evidence and checkpoints: <c>env:NAME</c> or <c>file:/path</c>, a PEM. Empty: one is made in the data directory.</summary>
    public string SigningKey { get; set; } = string.Empty;

    /// <summary>The file that each checkpoint of the audit log is added to, best on other storage. Empty: <c>audit-checkpoints.jsonl</c> in the data directory.</summary>
    public string CheckpointFile { get; set; } = string.Empty;

    public DatabaseOptions Database { get; set; } = new();

    /// <summary>The console's outer address, which the links in messages begin with: https://console.example.com.</summary>
    public string ConsoleAddress { get; set; } = string.Empty;
}

/// <summary>Which database, and how to reach it.</summary>
public sealed class DatabaseOptions
{
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>Not needed for SQLite: its file is <c>governance.db</c> in the data directory.</summary>
    public string? ConnectionString { get; set; }
}
