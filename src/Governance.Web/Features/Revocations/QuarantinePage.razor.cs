using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>What is disabled: what was seen of it since, when it may be deleted, and the way back.</summary>
public sealed partial class QuarantinePage(RevocationQueries queries, RevocationService service, CurrentActor actor, NavigationManager navigation, IDialogService dialogs, ISnackbar snackbar)
{
    private const int PageSize = 50;
    private Page<OrderListRow>? page;
    private bool mayAct;

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var me = await actor.GetAsync();
        mayAct = me.Holds(Roles.Administrator) || me.Holds(Roles.SecurityEngineer);
        page = await queries.ListAsync(OrderState.Quarantined, Cursor, PageSize, CancellationToken.None);
    }

    private async Task UndoAsync(OrderListRow row)
    {
        if (await dialogs.ConfirmAsync("Undo", $"{row.Identity} gets back what it had before. It is looked at in its source before it is called undone.", "Undo", askReason: true) is not { } reason)
            return;
        var outcome = (await service.UndoAsync([row.Id], reason, await actor.GetAsync(), CancellationToken.None))[0];
        if (outcome.Refusal is { } refusal)
            snackbar.Refused(refusal);
        else
            snackbar.Done($"{row.Identity} is being restored.");
        await OnParametersSetAsync();
    }

    private void Go(string? after) => navigation.NavigateTo(navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal) { ["after"] = after }));
}
