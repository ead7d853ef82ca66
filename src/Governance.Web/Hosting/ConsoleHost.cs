using Governance.Audit;
using Governance.Audit.Forwarding;
using Governance.Connectors;
using Governance.Persistence;
using Governance.Web.Api;
using Governance.Web.Demo;
using Governance.Web.Features.Audit;
using Governance.Web.Features.Campaigns;
using Governance.Web.Features.Evidence;
using Governance.Web.Features.Findings;
using Governance.Web.Features.Home;
using Governance.Web.Features.Imports;
using Governance.Web.Features.Inventory;
using Governance.Web.Features.Notifications;
using Governance.Web.Features.Owners;
using Governance.Web.Features.Revocations;
using Governance.Web.Features.Signals;
using Governance.Web.Jobs;
using Governance.Web.Layout;
using Governance.Web.Security;
using Governance.Web.Security.Providers;
using Hangfire;
using MudBlazor.Services;
using Serilog;

namespace Governance.Web.Hosting;

/// <summary>Composes and runs the web host.</summary>
public static class ConsoleHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        var demo = DemoMode.IsAsked(args);
        args = [.. args.Where(a => a != DemoMode.Switch)];
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration.AddConsoleSettings(args);
        if (demo)
            DemoMode.UseOwnFolder(builder.Configuration);
        AddServices(builder);
        if (demo)
            builder.Services.AddDemo();
        await using var app = builder.Build();

        if (app.Services.GetRequiredService<InstallationLock>().Take() is { } inUse)
        {
            app.Logger.LogCritical("{Message}", inUse.Message);
            return 1;
        }

        await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        UsePipeline(app);
        await Startup.RunAsync(app, CancellationToken.None);
        await app.RunAsync();
        return 0;
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        builder.Host.UseSerilog((_, logging) => Logging.Configure(logging));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        // Static web assets are only on by themselves in Development; a checkout runs with them in every environment.
        builder.WebHost.UseStaticWebAssets();
        var services = builder.Services;
        services.AddGovernance(builder.Configuration);
        services.AddConnectors();
        services.AddHostedService<FollowerService>();
        services.AddHostedService<LogForwarderService>();
        services.AddSecurity(builder.Configuration);
        services.AddApi();
        services.AddJobs();
        services.AddHome();
        services.AddCampaignPages();
        services.AddOwnerPages();
        services.AddInventoryPages();
        services.AddAuditJobs();
        services.AddEvidenceJobs();
        services.AddFindingJobs();
        services.AddImportPages();
        services.AddRevocationPages();
        services.AddSignalPages();
        services.AddDeliveryJob();
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.BottomLeft;
            mud.SnackbarConfiguration.VisibleStateDuration = 5000;
            mud.SnackbarConfiguration.PreventDuplicates = true;
        });
        services.AddSingleton<NavCounts>();
        services.AddRazorComponents().AddInteractiveServerComponents(circuit =>
        {
            circuit.DetailedErrors = false;
            circuit.DisconnectedCircuitMaxRetained = 100;
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = 32 * 1024);
        services.AddHsts(o => o.MaxAge = TimeSpan.FromDays(365));
        services.AddHealthChecks().AddCheck<ReadyCheck>("database", tags: [ReadyCheck.Tag]);
    }

    private static void UsePipeline(WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            app.UseHsts();
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        // Reading only: a refused post keeps its own answer.
        app.UseWhen(http => HttpMethods.IsGet(http.Request.Method) && !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseSecurityHeaders();
        app.UseRouting();
        app.UseMiddleware<SetupRedirect>();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapHealth();
        app.MapSignIn();
        app.MapSignInProviders();
        app.MapFeatureEndpoints();
        app.MapApiDescription();
        app.MapHangfireDashboard("/jobs", new DashboardOptions { Authorization = [], IsReadOnlyFunc = _ => true, DashboardTitle = "Jobs", AppPath = "/" })
            .RequireAuthorization(Policies.Administer);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(circuit =>
        {
            // Our own policy says it already; a second header would only confuse.
            circuit.ContentSecurityFrameAncestorsPolicy = null;
            // Text of others and secrets of ours share a socket: compressing them together leaks (BREACH).
            circuit.DisableWebSocketCompression = true;
        });
    }
}
