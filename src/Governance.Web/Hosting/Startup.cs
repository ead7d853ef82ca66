using Governance.Accounts;
using Governance.Web.Jobs;
using Governance.Web.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Governance.Web.Hosting;

/// <summary>What is done once the database stands: take up work that an earlier process left, arm the clock, say how to begin.</summary>
public static class Startup
{
    public static async Task RunAsync(WebApplication app, CancellationToken ct)
    {
        foreach (var step in app.Services.GetServices<IStartupStep>())
            await step.RunAsync(ct);
        RecurringJobs.Arm(app.Services);

        if (!await app.Services.GetRequiredService<AccountService>().AnyAsync(ct))
        {
            var code = app.Services.GetRequiredService<SetupCode>().Value;
            app.Lifetime.ApplicationStarted.Register(() => WriteSetupNotice(app, code));
        }
        else
        {
            app.Lifetime.ApplicationStarted.Register(() => app.Logger.LogInformation("The console is ready at {Address}", Address(app)));
        }
    }

    // Written to the terminal and not to the log: the code is a secret, and a log is kept and shipped.
    private static void WriteSetupNotice(WebApplication app, string code)
    {
        Console.WriteLine();
        Console.WriteLine($"  The console is not set up yet. Open {Address(app)}/setup and enter this code: {code}");
        Console.WriteLine("  The code is good for as long as this process runs.");
        Console.WriteLine();
    }

    private static string Address(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
}

/// <summary>Something to do at start, before the first request: features register theirs.</summary>
public interface IStartupStep
{
    Task RunAsync(CancellationToken ct);
}
