using Governance.Ownership;

namespace Governance.Web.Features.Owners;

/// <summary>How well the inventory is owned: the one share, then by tool and by source, the worst first.</summary>
public sealed partial class CoveragePage(OwnershipQueries queries)
{
    private Coverage? coverage;

    protected override async Task OnInitializedAsync() => coverage = await queries.CoverageAsync(CancellationToken.None);
}
