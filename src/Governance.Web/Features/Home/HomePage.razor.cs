using Governance.Common;
using Governance.Web.Security;

namespace Governance.Web.Features.Home;

/// <summary>The one number that matters and the work that waits; for an owner without a role, what waits for them.</summary>
public sealed partial class HomePage(HomeQueries queries, CurrentActor actor)
{
    private Actor? me;
    private HomeFigures? figures;
    private HomeDuties? duties;

    protected override async Task OnInitializedAsync()
    {
        me = await actor.GetAsync();
        if (Roles.All.Any(me.Holds))
            figures = await queries.FiguresAsync(CancellationToken.None);
        duties = await queries.DutiesAsync(me.PersonId, CancellationToken.None);
    }
}
