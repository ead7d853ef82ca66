using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Campaigns;

/// <summary>What ran and runs, the newest first.</summary>
public sealed partial class CampaignsPage(CampaignQueries queries, CurrentActor actor)
{
    private Page<CampaignRow>? runs;
    private string? cursor;
    private bool manages;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        manages = CampaignPages.Manages(await actor.GetAsync());
        await LoadRunsAsync(null);
    }

    private async Task LoadRunsAsync(string? from)
    {
        cursor = from;
        runs = await queries.ListAsync(null, from, 25, CancellationToken.None);
    }
}
