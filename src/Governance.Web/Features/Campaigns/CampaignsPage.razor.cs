using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Campaigns;

/// <summary>Runs and definitions.</summary>
public sealed partial class CampaignsPage(CampaignQueries queries, CampaignService service, CurrentActor actor, IDialogService dialogs)
{
    private Page<CampaignRow>? runs;
    private IReadOnlyList<DefinitionRow>? definitions;
    private string? cursor;
    private bool busy;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        definitions = await queries.ListDefinitionsAsync(CancellationToken.None);
        await LoadRunsAsync(null);
    }

    private async Task LoadRunsAsync(string? from)
    {
        cursor = from;
        runs = await queries.ListAsync(null, from, 25, CancellationToken.None);
    }

    private async Task LaunchAsync(DefinitionRow row)
    {
        if (await queries.FindDefinitionAsync(row.Id, CancellationToken.None) is not { } definition)
            return;
        var preview = await service.PreviewAsync(definition.Input, CancellationToken.None);
        if (await dialogs.ConfirmAsync("Launch " + row.Name, DefinitionPage.Describe(preview, row.FallbackReviewer) + $" They have {row.DurationDays} days.", "Launch") is null)
            return;
        busy = true;
        var launched = await service.LaunchAsync(row.Id, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        if (launched.IsRefused)
            Snackbar.Refused(launched.Refusal);
        else
            Navigation.NavigateTo($"/campaigns/{launched.Value}");
    }
}
