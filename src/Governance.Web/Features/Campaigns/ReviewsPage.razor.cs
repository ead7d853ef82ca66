using Governance.Campaigns;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Campaigns;

/// <summary>The signed-in person's campaigns.</summary>
public sealed partial class ReviewsPage(ReviewQueries queries, CurrentActor actor)
{
    private IReadOnlyList<MyCampaign>? campaigns;
    private bool unmatched;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var person = (await actor.GetAsync()).PersonId;
        unmatched = person is null;
        campaigns = person is { } id ? await queries.MineAsync(id, CancellationToken.None) : [];
    }
}
