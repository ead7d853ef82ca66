using Governance.Persistence;

namespace Governance.Web.Hosting;

/// <summary>Where settings come from: <c>appsettings.json</c> beside the solution (or the program), then the environment, then the command line.</summary>
public static class Settings
{
    public static void AddConsoleSettings(this ConfigurationManager configuration, string[] args)
    {
        configuration.AddJsonFile(Path.Combine(DataDirectory.HomeDirectory(), "appsettings.json"), optional: true, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(args);
        if (string.IsNullOrEmpty(configuration["urls"]) && string.IsNullOrEmpty(configuration["http_ports"]))
            configuration["urls"] = configuration["Governance:Urls"] ?? "http://localhost:5080";
    }
}
