using Governance.E2E.Support;
using Microsoft.Playwright;

namespace Governance.E2E;

/// <summary>A reviewer whose line breaks: no decision is lost, none counts twice, and what was typed is still there.</summary>
public sealed class ConnectionTests(Chromium chromium) : IClassFixture<Chromium>
{
    // Keeps hold of the page's sockets, so that the test can cut them as a broken line does.
    private const string HoldSockets = """
        (() => {
          const open = [], Real = window.WebSocket;
          window.WebSocket = class extends Real { constructor(...a) { super(...a); open.push(this); } };
          window.cutLines = () => { while (open.length) open.pop().close(); };
        })()
        """;

    [Fact]
    public async Task A_decision_on_a_broken_line_is_sent_once_when_it_is_back_and_can_be_changed_after()
    {
        var folder = Directory.CreateTempSubdirectory("governance-e2e-").FullName;
        await using var console = await ConsoleProcess.StartAsync(folder, null, "--demo");
        await using var window = await chromium.OpenAsync(console);
        var page = window.Page;
        await page.Context.AddInitScriptAsync(HoldSockets);
        await window.SignInAsync("priya.raman@larkfield.example", "sample sign-in of priya");
        await window.GoAsync("/reviews");
        await page.Locator("#main a.campaign:not(.over)").First.ClickAsync();
        await page.Locator("article.focused .answers").WaitForAsync();
        await window.ReadyAsync();
        var done = await DoneAsync(page);

        // One with the line up, so that it is known to work.
        var first = await FocusedAsync(page);
        await AnswerAsync(page, first);
        (await DoneAsync(page)).ShouldBe(done + 1);

        var second = await FocusedAsync(page);
        await CutAsync(page);
        await page.Keyboard.PressAsync("d");
        await page.Keyboard.PressAsync("d");
        await page.Locator("#unsent").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Visible });
        (await FocusedAsync(page)).ShouldBe(second, "nothing moves on before it is saved");
        await page.Context.SetOfflineAsync(false);
        await page.Locator("#unsent").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
        await page.WaitForFunctionAsync("id => document.querySelector('article.focused')?.id !== id", second);
        (await DoneAsync(page)).ShouldBe(done + 2);
        await page.Locator($"#{second} .verdict-dontknow").WaitForAsync();

        // Loaded anew, it says the same; and the answer can still be changed.
        await page.ReloadAsync();
        await page.Locator("article.focused .answers").WaitForAsync();
        (await DoneAsync(page)).ShouldBe(done + 2);
        await page.Locator($"#{second}").ClickAsync();
        await page.Locator($"article#{second} .answers").WaitForAsync();
        await window.ReadyAsync();
        await page.Keyboard.PressAsync("x");
        await page.Locator("#reason").PressSequentiallyAsync("nobody uses it any more");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.Locator($"#{second}.line .verdict-revoke").WaitForAsync();
        (await DoneAsync(page)).ShouldBe(done + 2);
    }

    [Fact]
    public async Task What_was_typed_is_there_again_after_the_page_had_to_be_loaded_anew()
    {
        var folder = Directory.CreateTempSubdirectory("governance-e2e-").FullName;
        await using var console = await ConsoleProcess.StartAsync(folder, null, "--demo");
        await using var window = await chromium.OpenAsync(console);
        var page = window.Page;
        await page.Context.AddInitScriptAsync(HoldSockets);
        await window.SignInAsync("priya.raman@larkfield.example", "sample sign-in of priya");
        await window.GoAsync("/reviews");
        await page.Locator("#main a.campaign:not(.over)").First.ClickAsync();
        await page.Locator("article.focused .answers").WaitForAsync();
        await window.ReadyAsync();
        var item = await FocusedAsync(page);
        await page.Keyboard.PressAsync("x");
        await page.Locator("#reason").PressSequentiallyAsync("its project ended in May");
        await CutAsync(page);
        await page.Context.SetOfflineAsync(false);
        await page.ReloadAsync();
        await page.Locator("#answer-panel").WaitForAsync();
        (await FocusedAsync(page)).ShouldBe(item);
        (await page.Locator("#reason").InputValueAsync()).ShouldBe("its project ended in May");
        await page.Locator("#answer-panel button[type=submit]").ClickAsync();
        await page.Locator($"#{item}.line .verdict-revoke").WaitForAsync();
    }

    private static async Task CutAsync(IPage page)
    {
        await page.Context.SetOfflineAsync(true);
        await page.EvaluateAsync("() => window.cutLines()");
        await page.WaitForFunctionAsync("() => /components-reconnect-(show|retrying|failed)/.test(document.getElementById('components-reconnect-modal').className)");
    }

    /// <summary>Certifies what has the focus and waits until it is saved.</summary>
    private static async Task AnswerAsync(IPage page, string item)
    {
        await page.Keyboard.PressAsync("c");
        await page.Locator($"#{item}.line .verdict-certify").WaitForAsync();
    }

    private static async Task<string> FocusedAsync(IPage page) => (await page.Locator("article.focused").GetAttributeAsync("id"))!;

    private static async Task<int> DoneAsync(IPage page) =>
        int.Parse((await page.Locator(".progress-row strong").InnerTextAsync()).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
