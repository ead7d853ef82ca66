using Governance.Common;
using Governance.Ownership;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>What has no owner: the claims, the likeliest owner of each, one button that asks them all, and whose answer is waited for.</summary>
public sealed partial class WorkPage(OwnershipQueries queries, AskService asks, OwnershipService service, PolicyService policies, CurrentActor actor, NavigationManager navigation, IDialogService dialogs, ISnackbar snackbar)
{
    private const int PageSize = 50;

    private IReadOnlyList<WorkRow>? rows;
    private IReadOnlyList<ClaimRow> claims = [];
    private IReadOnlyList<WaitingRow> waiting = [];
    private AskPreview? preview;
    private int total;
    private int confidence;
    private bool mayAsk;
    private bool busy;

    [SupplyParameterFromQuery(Name = "skip")]
    private int Skip { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var (me, ct) = (await actor.GetAsync(), CancellationToken.None);
        mayAsk = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
        confidence = (await policies.GetAsync(ct)).MinimumConfidence;
        preview = await asks.PreviewAsync(confidence, ct);
        claims = mayAsk ? await queries.ClaimsAsync(me, ct) : [];
        waiting = await queries.WaitingAsync(ct);
        (rows, total) = await queries.WorkAsync(null, Math.Max(0, Skip), PageSize, ct);
    }

    private async Task AskAsync(WorkRow? row)
    {
        if (row is null && await dialogs.ConfirmAsync("Ask the likeliest owners", $"{preview!.People} people get one message each, about {OwnerWords.Identities(preview.Identities)} in all. Nothing changes until they answer.", "Ask") is null)
            return;
        busy = true;
        var by = await actor.GetAsync();
        if (row is { LikelyId: { } person })
        {
            snackbar.Told(await service.AssignAsync([row.IdentityId], person, row.Reason, by, CancellationToken.None), done => $"{row.Likely} was asked to own {done}.");
        }
        else
        {
            var outcome = await asks.AskAsync(null, confidence, by, CancellationToken.None);
            if (outcome.IsRefused)
                snackbar.Refused(outcome.Refusal);
            else
                snackbar.Done($"{outcome.Value.People} people were asked about {OwnerWords.Identities(outcome.Value.Identities)}.");
        }

        busy = false;
        await LoadAsync();
    }

    private async Task OtherAsync(WorkRow row)
    {
        if (await dialogs.AssignOwnerAsync([row.IdentityId]))
            await LoadAsync();
    }

    private void Go(int skip) => navigation.NavigateTo(navigation.GetUriWithQueryParameter("skip", skip == 0 ? null : (int?)skip));
}
