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
        await Page.WaitForFunctionAsync("() => document.title && document.querySelector('h1') && !document.querySelector('.mud-skeleton, .mud-progress-linear-indeterminate') && !document.querySelector('#blazor-error-ui[style*=\"block\"]')");
    }

    /// <summary>Types into a field that suggests, and takes the suggestion that holds the text.</summary>
    public async Task ChooseSuggestedAsync(string label, string text)
    {
        await Field(label).ClickAsync();
        await Field(label).PressSequentiallyAsync(text);
        await Suggestion(text).ClickAsync();
        await Suggestion(text).WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
    }

    /// <summary>Opens a list field and takes the entry.</summary>
    public async Task ChooseAsync(string label, string entry)
    {
        await Page.GetByRole(AriaRole.Combobox, new PageGetByRoleOptions { Name = label }).ClickAsync();
        await Suggestion(entry).ClickAsync();
        await Suggestion(entry).WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
    }

    /// <summary>Writes into a field and leaves it, as somebody does who goes on to the next.</summary>
    public async Task FillAsync(string label, string text)
    {
        await Field(label).FillAsync(text);
        await Field(label).BlurAsync();
    }

    public ILocator Field(string label) => Page.GetByLabel(label).First;

    /// <summary>A line that says it is done, or text anywhere else on the page.</summary>
    public Task SeesAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    private ILocator Suggestion(string text) => Page.Locator(".mud-popover-open .mud-list-item", new PageLocatorOptions { HasText = text }).First;

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

    /// <summary>A button of the dialog that is open.</summary>
    public ILocator DialogButton(string name) => Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = name, Exact = true });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name });

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
