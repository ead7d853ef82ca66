using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>The sweeps that ran, and a dry run that says what one would do now.</summary>
public sealed partial class SweepsPage(SweepService sweeps, RevocationQueries queries, CurrentActor actor, IDialogService dialogs)
{
    private const int PageSize = 50;
    private IReadOnlyList<SweepRun>? runs;
    private SweepReport? report;
    private Refusal? refusal;
    private bool mayRun;
    private bool busy;
    private int shown = PageSize;

    protected override async Task OnInitializedAsync()
    {
        var me = await actor.GetAsync();
        mayRun = me.Holds(Roles.Administrator) || me.Holds(Roles.SecurityEngineer);
        runs = await queries.SweepsAsync(PageSize, CancellationToken.None);
    }

    private Task DryRunAsync() => RunAsync(dryRun: true);

    private async Task RunThisAsync()
    {
        var seen = report!;
        var effect = $"{seen.Ordered} identities of {seen.Population} will be ordered: {seen.Unowned} without an owner, {seen.Expired} expired. {seen.Held} of them wait for an approval, the others for their notice. From then on the hourly sweep runs by itself under these limits.";
        if (await dialogs.ConfirmAsync("Run this one", effect, "Run", danger: true) is not null)
            await RunAsync(dryRun: false, seen.PlanHash);
    }

    private async Task RunAsync(bool dryRun, string? plan = null)
    {
        (busy, shown) = (true, PageSize);
        var outcome = await sweeps.RunAsync(dryRun, await actor.GetAsync(), CancellationToken.None, plan);
        (busy, refusal, report) = (false, outcome.Refusal, outcome.Value);
        runs = await queries.SweepsAsync(PageSize, CancellationToken.None);
    }
}
