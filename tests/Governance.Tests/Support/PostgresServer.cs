using System.Diagnostics;

namespace Governance.Tests.Support;

/// <summary>A real PostgreSQL server: the one that the environment names, else a private cluster that tests/postgres.sh starts.</summary>
public static class PostgresServer
{
    private static readonly Lazy<string> Server = new(Start);

    /// <summary>Connection string of a superuser, without a database.</summary>
    public static string ConnectionString => Server.Value;

    private static string Start()
    {
        if (Environment.GetEnvironmentVariable("GOVERNANCE_TEST_POSTGRES") is { Length: > 0 } given)
            return given;
        using var script = Process.Start(new ProcessStartInfo("bash", [Repository.File("tests", "postgres.sh"), "start"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var answer = script.StandardOutput.ReadLine();
        script.WaitForExit();
        return script.ExitCode == 0 && answer is not null ? answer : throw new InvalidOperationException("tests/postgres.sh could not start PostgreSQL");
    }
}
