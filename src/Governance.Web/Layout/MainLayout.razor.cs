using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;
using MudBlazor;

namespace Governance.Web.Layout;

/// <summary>Top bar, rail and the one main region.</summary>
public sealed partial class MainLayout : IAsyncDisposable
{
    private bool railOpen = true;
    private ErrorPanel? errors;
    private DotNetObjectReference<MainLayout>? self;

    [CascadingParameter]
    private ThemeState Theme { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <summary>Called by the page script on Ctrl-K.</summary>
    [JSInvokable]
    public async Task OpenPaletteAsync() =>
        await Dialogs.ShowAsync<CommandPalette>("Go to", new DialogOptions { NoHeader = true, MaxWidth = MaxWidth.Small, FullWidth = true, Position = DialogPosition.TopCenter });

    public async ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= Recover;
        self?.Dispose();
        await ValueTask.CompletedTask;
    }

    protected override void OnInitialized() => Navigation.LocationChanged += Recover;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        self = DotNetObjectReference.Create(this);
        await Js.InvokeVoidAsync("governance.onPalette", self);
    }

    // An error belongs to the page it happened on, not to the next one.
    private void Recover(object? sender, LocationChangedEventArgs e) => errors?.Recover();

    private void ToggleRail() => railOpen = !railOpen;

    private async Task SwitchThemeAsync()
    {
        Theme.Dark = !Theme.Dark;
        await Js.InvokeVoidAsync("governance.setTheme", Theme.Dark);
    }
}
