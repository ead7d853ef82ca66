using Governance.Campaigns;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Campaigns;

/// <summary>The definitions in use. Preparing one leads to its run, where numbers and problems are seen before anybody is asked.</summary>
public sealed partial class DefinitionsPage(CampaignQueries queries, CampaignService service, CurrentActor actor, NavigationManager navigation)
{
    private IReadOnlyList<DefinitionRow>? definitions;
    private bool manages;
    private bool busy;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        manages = CampaignPages.Manages(await actor.GetAsync());
        definitions = await queries.ListDefinitionsAsync(CancellationToken.None);
    }

    private async Task PrepareAsync(DefinitionRow row)
    {
        busy = true;
        var prepared = await service.PrepareAsync(row.Id, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        if (prepared.IsRefused)
            Snackbar.Refused(prepared.Refusal);
        else
            navigation.NavigateTo($"/campaigns/{prepared.Value}");
    }
}
