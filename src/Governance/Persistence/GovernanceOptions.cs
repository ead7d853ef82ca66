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

    public DatabaseOptions Database { get; set; } = new();
}

/// <summary>Which database, and how to reach it.</summary>
public sealed class DatabaseOptions
{
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>Not needed for SQLite: its file is <c>governance.db</c> in the data directory.</summary>
    public string? ConnectionString { get; set; }
}
