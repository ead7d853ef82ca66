using Governance.Campaigns;
using Governance.Common;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Campaigns;

/// <summary>What ran and runs, the newest first.</summary>
public sealed partial class CampaignsPage(CampaignQueries queries)
{
    private Page<CampaignRow>? runs;
    private string? cursor;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    protected override Task OnInitializedAsync() => LoadRunsAsync(null);

    private async Task LoadRunsAsync(string? from)
    {
        cursor = from;
        runs = await queries.ListAsync(null, from, 25, CancellationToken.None);
    }
}
