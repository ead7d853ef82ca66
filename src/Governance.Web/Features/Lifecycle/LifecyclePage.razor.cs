using Governance.Lifecycle;

namespace Governance.Web.Features.Lifecycle;

/// <summary>How many identities stand in each state, and the table of transitions as the code has it.</summary>
public sealed partial class LifecyclePage(LifecycleQueries queries)
{
    private IReadOnlyDictionary<LifecycleState, int>? counts;

    protected override async Task OnInitializedAsync() => counts = await queries.CountsAsync(CancellationToken.None);
}
