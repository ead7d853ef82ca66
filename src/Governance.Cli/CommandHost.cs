using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Governance.Audit;
using Governance.Common;
using Governance.Connectors;
using Governance.Persistence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Governance.Cli;

/// <summary>The product without a screen: same settings and services as the web host, one command's life long.</summary>
internal sealed class CommandHost(ServiceProvider services, bool json) : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Who the audit log says it was: the account of the operating system.</summary>
    public Actor Actor { get; } = Actor.CommandLine(Environment.UserName);

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>Locks the installation, brings the database up to date, does the work, and lets everything react that follows the audit log.</summary>
    public static async Task<int> RunAsync(bool json, Func<CommandHost, CancellationToken, Task<int>> work, CancellationToken ct)
    {
        var home = DataDirectory.HomeDirectory();
        var configuration = new ConfigurationBuilder().AddJsonFile(Path.Combine(home, "appsettings.json"), optional: true).AddEnvironmentVariables().Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(l => l.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical));
        services.AddGovernance(configuration);
        services.AddConnectors();
        await using var host = new CommandHost(services.BuildServiceProvider(), json);
        if (host.Get<InstallationLock>().Take() is { } inUse)
            return host.Refuse(inUse);
        await host.Get<DatabaseMigrator>().MigrateAsync(ct);
        var code = await work(host, ct);
        await host.Get<Followers>().CatchUpAsync(ct);
        return code;
    }

    /// <summary>Prints the result: as JSON, or the given lines.</summary>
    public void Print(object result, params IEnumerable<string> lines)
    {
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(result, Json));
        else
            Console.Out.WriteLine(string.Join(Environment.NewLine, lines));
    }

    public int Refuse(Refusal refusal)
    {
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(new { refused = refusal }, Json));
        else
            Console.Error.WriteLine(refusal.Message);
        return ExitCodes.Refused;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
