using System.Text;
using Governance.E2E.Support;
using Governance.Persistence;
using Microsoft.Playwright;

namespace Governance.E2E;

/// <summary>Each main page over the sample organisation: it opens, holds what it should, and people who can't see well can use it.</summary>
public sealed class DemoJourneyTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Maya = "maya.okafor@larkfield.example";

    private static readonly string[] Pages =
    [
        "/", "/reviews", "/owners/proposals", "/identities", "/tools", "/imports", "/owners", "/people", "/findings", "/campaigns", "/lifecycle", "/revocations", "/sweeps", "/brakes", "/evidence", "/audit",
        "/settings/sources", "/settings/accounts",
    ];

    private static bool UpdateScreenshots => Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") == "1";

    [Fact]
    public async Task Every_main_page_of_the_demo_opens_and_is_accessible_in_light_and_dark()
    {
        var folder = Directory.CreateTempSubdirectory("governance-e2e-").FullName;
        await using var console = await ConsoleProcess.StartAsync(folder, null, "--demo");
        var problems = new StringBuilder();
        foreach (var dark in new[] { false, true })
        {
            await using var window = await chromium.OpenAsync(console, dark: dark);
            await window.Page.GotoAsync("/sign-in");
            (await window.Page.GetByText(Maya).CountAsync()).ShouldBe(1, "the demo shows its sample sign-ins");
            await CheckAsync(window, "/sign-in", dark, problems);
            await window.SignInAsync(Maya, "sample sign-in of maya");
            if (dark && await window.Button("Dark theme").CountAsync() == 1)
                await window.Button("Dark theme").ClickAsync();
            foreach (var path in Pages)
            {
                await window.GoAsync(path);
                await CheckAsync(window, path, dark, problems);
            }
        }

        problems.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task No_main_page_of_the_demo_scrolls_sideways_on_a_telephone()
    {
        var folder = Directory.CreateTempSubdirectory("governance-e2e-").FullName;
        await using var console = await ConsoleProcess.StartAsync(folder, null, "--demo");
        await using var window = await chromium.OpenAsync(console, 390, 844);
        await window.SignInAsync(Maya, "sample sign-in of maya");
        var wide = new StringBuilder();
        foreach (var path in Pages)
        {
            await window.GoAsync(path);
            await ShootAsync(window, path, "-390");
            var over = await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
            if (over > 1)
                wide.AppendLine($"{path} is {over} px too wide");
        }

        wide.ToString().ShouldBeEmpty();
    }

    private static async Task CheckAsync(Window window, string path, bool dark, StringBuilder problems)
    {
        if (await window.Page.Locator("h1").CountAsync() != 1)
            problems.AppendLine($"{path}: {await window.Page.Locator("h1").CountAsync()} h1, and there should be one");
        await ShootAsync(window, path, dark ? "-dark" : string.Empty);
        problems.Append(await Accessibility.ProblemsAsync(window, path + (dark ? " (dark)" : string.Empty)));
    }

    private static async Task ShootAsync(Window window, string path, string suffix)
    {
        if (!UpdateScreenshots)
            return;
        var name = path == "/" ? "home" : path.Trim('/').Replace('/', '-');
        var folder = Directory.CreateDirectory(Path.Combine(DataDirectory.HomeDirectory(), "docs", "screenshots")).FullName;
        await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}{suffix}.png"), Animations = ScreenshotAnimations.Disabled });
    }
}
