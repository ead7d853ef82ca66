using Governance.Ownership;

namespace Governance.Web.Features.Owners;

/// <summary>How well the inventory is owned: the one share, then by tool and by source, the worst first.</summary>
public sealed partial class CoveragePage(OwnershipQueries queries, CoverageService service)
{
    private const int TrendDays = 90;

    private Coverage? coverage;
    private IReadOnlyList<CoverageDay> trend = [];

    protected override async Task OnInitializedAsync()
    {
        trend = await service.TrendAsync(CoverageScope.AiTools, null, TrendDays, CancellationToken.None);
        coverage = await queries.CoverageAsync(CancellationToken.None);
    }
}
