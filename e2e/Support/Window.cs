using Microsoft.Playwright;

namespace Governance.E2E.Support;

/// <summary>A person in front of a browser window.</summary>
public sealed class Window(IPage page, ConsoleProcess console) : IAsyncDisposable
{
    public IPage Page { get; } = page;

    /// <summary>Goes to a page and waits until it can be used: until its circuit is up.</summary>
    public async Task GoAsync(string path)
    {
        var answer = await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        (answer?.Status ?? 200).ShouldBeLessThan(400, $"{path} answered {answer?.Status}\n{console.Output}");
        await ReadyAsync();
    }

    /// <summary>Waits until nothing is loading any more.</summary>
    public async Task ReadyAsync()
    {
        await Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await Page.WaitForFunctionAsync("() => !document.querySelector('.mud-skeleton, .mud-progress-linear-indeterminate') && !document.querySelector('#blazor-error-ui[style*=\"block\"]')");
    }

    public async Task SetUpAsync(string name, string mail, string password)
    {
        await Page.GotoAsync("/");
        await Page.GetByLabel("Code from the terminal").FillAsync(console.SetupCode!);
        await Page.GetByLabel("Your name").FillAsync(name);
        await Page.GetByLabel("Mail address").FillAsync(mail);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Create administrator" }).ClickAsync();
        await Page.WaitForURLAsync("**/");
        await ReadyAsync();
    }

    public async Task SignInAsync(string mail, string password)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("Name or mail address").FillAsync(mail);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in" }).ClickAsync();
        await Page.WaitForURLAsync("**/");
        await ReadyAsync();
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name });

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
