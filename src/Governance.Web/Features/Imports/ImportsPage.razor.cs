using System.Globalization;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;

namespace Governance.Web.Features.Imports;

/// <summary>Upload at the top, runs below. The file goes over HTTP and not through the circuit.</summary>
public sealed partial class ImportsPage(ImportQueries queries, InventoryQueries inventory, InventoryReaders readers, CurrentActor actor, NavigationManager navigation, IJSRuntime js, AntiforgeryStateProvider antiforgery) : IAsyncDisposable
{
    private const int PageSize = 25;

    private DotNetObjectReference<ImportsPage>? self;
    private IJSObjectReference? module;
    private ElementReference input;
    private ElementReference zone;
    private Page<ImportRunRow>? page;
    private bool mayImport;
    private string? source;
    private string format = InventoryReaders.Auto;
    private bool full;

    /// <summary>Whether the browser's part is there: before it, a chosen file would go unnoticed.</summary>
    private bool ready;
    private IReadOnlyList<string> names = [];
    private string? message;
    private int? sent;

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    [SupplyParameterFromQuery(Name = "source")]
    private string? SourceName { get; set; }

    /// <summary>What was chosen, and that several files become one import: what belongs to one source tells of one another.</summary>
    private string? ChosenText => names.Count switch
    {
        0 => null,
        1 => names[0],
        <= 4 => $"{names.Count} files, imported together as one: {string.Join(", ", names)}",
        _ => $"{names.Count.ToString("N0", CultureInfo.InvariantCulture)} files, imported together as one: {string.Join(", ", names.Take(3))} and {(names.Count - 3).ToString("N0", CultureInfo.InvariantCulture)} more",
    };

    protected override async Task OnParametersSetAsync()
    {
        var me = await actor.GetAsync();
        mayImport = me.Holds(Roles.Administrator) || me.Holds(Roles.SecurityEngineer);
        source ??= SourceName;
        page = await queries.ListRunsAsync(null, Cursor, PageSize, CancellationToken.None);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        module = await js.InvokeAsync<IJSObjectReference>("import", "/js/imports.js");
        self ??= DotNetObjectReference.Create(this);
        if (!mayImport)
            return;
        await module.InvokeVoidAsync("watch", zone, input, self);
        ready = true;
        names = await module.InvokeAsync<string[]>("namesOf", input) ?? [];
        StateHasChanged();
    }

    /// <summary>Told by the browser when files were dropped.</summary>
    [JSInvokable]
    public void Chosen(IReadOnlyList<string> dropped)
    {
        names = dropped;
        StateHasChanged();
    }

    /// <summary>Told by the browser while the file is on its way.</summary>
    [JSInvokable]
    public void Sent(int percent)
    {
        sent = percent;
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        try
        {
            if (module is not null)
                await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its module with it.
        }
    }

    private async Task ChosenAsync() => names = module is null ? [] : await module.InvokeAsync<string[]>("namesOf", input) ?? [];

    private async Task<IEnumerable<string>> SourcesAsync(string? text, CancellationToken ct) =>
        (await inventory.ListSourcesAsync(ct)).Select(s => s.Name).Where(n => string.IsNullOrWhiteSpace(text) || n.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(20);

    private async Task UploadAsync()
    {
        if (module is null || antiforgery.GetAntiforgeryToken() is not { } token)
        {
            message = "The page is not ready to send a file. Load it again.";
            return;
        }

        self ??= DotNetObjectReference.Create(this);
        (message, sent) = (null, 0);
        var url = $"/imports/upload?source={Uri.EscapeDataString(source ?? string.Empty)}&format={Uri.EscapeDataString(format)}&full={(full ? "true" : "false")}";
        var answer = await module.InvokeAsync<UploadAnswer>("upload", CancellationToken.None, input, url, token.Value, self);
        sent = null;
        if (answer.Id is { } id)
            navigation.NavigateTo(answer.Map ? $"/imports/map/{id:D}" : $"/imports/{id:D}");
        else
            message = answer.Message ?? "The file was not taken. Load the page again and retry.";
    }

    private sealed record UploadAnswer(Guid? Id, string? Message, bool Map);
}
