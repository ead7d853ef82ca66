using System.Globalization;
using Governance.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Imports;

/// <summary>A file with columns of its own: which of them is which of our fields, with the first records as they would land.</summary>
public sealed partial class ImportMapPage(ImportMappings mappings, ImportService imports, ImportWorker worker, CurrentActor actor, NavigationManager navigation, ISnackbar snackbar)
{
    private readonly Dictionary<string, string> fields = new(StringComparer.Ordinal);
    private MappingDraft? draft;
    private IReadOnlyList<MappedPreview> preview = [];
    private string? message;
    private bool loaded;
    private bool busy;

    [Parameter]
    public Guid Id { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        draft = await mappings.FindAsync(Id, CancellationToken.None);
        fields.Clear();
        foreach (var (column, field) in draft?.Proposed ?? new Dictionary<string, string>(StringComparer.Ordinal))
            fields[column] = field;
        loaded = true;
        if (draft is not null)
            await PreviewAsync();
    }

    private static string Day(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "not reported";

    private string FieldOf(string column) => fields.GetValueOrDefault(column, string.Empty);

    /// <summary>A field has one column: the one that had it before gives it up.</summary>
    private async Task ChooseAsync(string column, string? field)
    {
        fields.Remove(column);
        if (!string.IsNullOrEmpty(field))
        {
            foreach (var other in fields.Where(f => f.Value == field).Select(f => f.Key).ToList())
                fields.Remove(other);
            fields[column] = field;
        }

        await PreviewAsync();
    }

    private async Task PreviewAsync()
    {
        var outcome = await mappings.PreviewAsync(Id, fields, await actor.GetAsync(), CancellationToken.None);
        preview = outcome.Value ?? [];
        message = outcome.Refusal?.Message;
    }

    private async Task ConfirmAsync()
    {
        busy = true;
        var by = await actor.GetAsync();
        var outcome = await mappings.ConfirmAsync(Id, fields, by, CancellationToken.None);
        busy = false;
        if (outcome.IsRefused)
        {
            message = outcome.Refusal.Message;
            return;
        }

        worker.Begin(Id, by);
        navigation.NavigateTo($"/imports/{Id:D}");
    }

    private async Task StopAsync()
    {
        var outcome = await imports.CancelAsync(Id, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        navigation.NavigateTo("/imports");
    }
}
