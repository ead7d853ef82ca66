using Governance.Persistence;
using Governance.Web.Hosting;

namespace Governance.Web.Demo;

/// <summary><c>--demo</c>: the console over a sample organisation, in a data folder of its own, so that it never mixes with real records.</summary>
public static class DemoMode
{
    public const string Switch = "--demo";

    public static bool IsAsked(string[] args) => args.Contains(Switch, StringComparer.Ordinal);

    /// <summary>Points every setting that says where records are at the demo's own folder and SQLite file, whatever was configured.</summary>
    public static void UseOwnFolder(ConfigurationManager configuration)
    {
        var configured = configuration[$"{GovernanceOptions.Section}:{nameof(GovernanceOptions.DataDirectory)}"];
        var root = string.IsNullOrWhiteSpace(configured) ? Path.Combine(DataDirectory.HomeDirectory(), "data") : configured;
        configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [$"{GovernanceOptions.Section}:{nameof(GovernanceOptions.DataDirectory)}"] = Path.Combine(root, "demo"),
            [$"{GovernanceOptions.Section}:Database:Provider"] = nameof(DatabaseProvider.Sqlite),
            [$"{GovernanceOptions.Section}:Database:ConnectionString"] = string.Empty,
        });
    }

    public static void AddDemo(this IServiceCollection services)
    {
        services.AddSingleton<DemoLoader>();
        services.AddSingleton<IStartupStep>(p => p.GetRequiredService<DemoLoader>());
        foreach (var (signIn, _, _) in DemoAccounts.All)
            services.AddSingleton(signIn);
    }
}
