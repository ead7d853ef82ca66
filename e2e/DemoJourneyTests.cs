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
        "/", "/reviews", "/owners/proposals", "/identities", "/tools", "/imports", "/owners", "/people", "/findings", "/campaigns", "/lifecycle", "/requests", "/quarantine", "/revocations", "/sweeps", "/brakes", "/evidence", "/audit",
        "/settings/sources", "/settings/accounts", "/settings/notifications", "/settings/notifications/templates", "/settings/notifications/deliveries", "/inbox", "/account/notifications",
    ];

    private static readonly Dictionary<string, string> Pictured = new(StringComparer.Ordinal) { ["/"] = "home", ["/identities"] = "identities" };

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
    public async Task Each_record_of_the_demo_opens_from_its_list_and_is_accessible()
    {
        var folder = Directory.CreateTempSubdirectory("governance-e2e-").FullName;
        await using var console = await ConsoleProcess.StartAsync(folder, null, "--demo");
        var problems = new StringBuilder();
        await using (var window = await chromium.OpenAsync(console))
        {
            await window.SignInAsync(Maya, "sample sign-in of maya");
            await OpenFirstAsync(window, "/identities?ai=true&sort=Risk&desc=true", "/identities/", "identity");
            await OpenFirstAsync(window, "/campaigns", "/campaigns/", "campaign");
            await OpenFirstAsync(window, "/revocations?state=Due", "/revocations/", "revocation");
            await window.GoAsync("/evidence");
            await window.Button("Make package").ClickAsync();
            await window.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "PDF report" }).WaitForAsync(new LocatorWaitForOptions { Timeout = 120_000 });
            await LookAsync(window, "evidence");
        }

        await using (var window = await chromium.OpenAsync(console))
        {
            await window.SignInAsync("priya.raman@larkfield.example", "sample sign-in of priya");
            await window.GoAsync("/reviews");
            await window.Page.Locator("#main a.campaign").First.ClickAsync();
            await window.Page.Locator("article.focused .answers").WaitForAsync();
            await LookAsync(window, "review");
        }

        problems.ToString().ShouldBeEmpty();

        async Task OpenFirstAsync(Window window, string list, string record, string picture)
        {
            await window.GoAsync(list);
            await window.Page.Locator($"#main tbody a[href^='{record}']").First.ClickAsync();
            await window.Page.WaitForURLAsync(new System.Text.RegularExpressions.Regex(record + "[0-9a-f-]{36}"));
            await window.Page.Locator(".page-header .back").WaitForAsync();
            await LookAsync(window, picture);
        }

        async Task LookAsync(Window window, string picture)
        {
            await window.ReadyAsync();
            await ShootAsync(window, picture);
            problems.Append(await Accessibility.ProblemsAsync(window, picture));
        }
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
        if (!dark && Pictured.TryGetValue(path, out var picture))
            await ShootAsync(window, picture);
        problems.Append(await Accessibility.ProblemsAsync(window, path + (dark ? " (dark)" : string.Empty)));
    }

    // Pictures of the guides: taken where UPDATE_SCREENSHOTS=1, looked at by people, and kept small.
    private static async Task ShootAsync(Window window, string name)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") != "1")
            return;
        var folder = Directory.CreateDirectory(Path.Combine(DataDirectory.HomeDirectory(), "docs", "screenshots")).FullName;
        await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), Animations = ScreenshotAnimations.Disabled });
    }
}
