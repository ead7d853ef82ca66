using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>The ownership of one identity: who, since when, what was answered, and the actions that the reader may take.</summary>
public sealed partial class OwnerPanel(OwnershipQueries queries, OwnershipService service, CurrentActor actor, IDialogService dialogs)
{
    private Actor? me;
    private OwnerView? view;
    private IReadOnlyList<AssignmentRow> history = [];

    [Parameter, EditorRequired]
    public Guid IdentityId { get; set; }

    /// <summary>Raised after a change, for what else the page shows of it.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    private bool IsEngineer => me is not null && (me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator));

    private bool AskedIsMe => view?.AskedId is { } asked && asked == me?.PersonId;

    private bool MayArrange => IsEngineer || (view is { State: OwnerState.Accepted } && view.OwnerId == me?.PersonId);

    private bool MayClaim => me?.PersonId is { } mine && view is not null && !AskedIsMe && view.State != OwnerState.Accepted && view.OwnerId != mine;

    protected override async Task OnParametersSetAsync() => await LoadAsync();

    private async Task LoadAsync()
    {
        me = await actor.GetAsync();
        view = await queries.FindAsync(IdentityId, CancellationToken.None);
        history = await queries.HistoryAsync(IdentityId, CancellationToken.None);
    }

    private async Task AssignAsync()
    {
        if (await dialogs.AssignOwnerAsync([IdentityId]))
            await ChangedAsync();
    }

    private async Task ClaimAsync()
    {
        if (me?.PersonId is { } mine && await dialogs.ConfirmAsync("Take it on", "You answer for this identity from now on: you certify it in reviews, and you are asked when something is wrong with it.", "I own it") is not null)
            await ToldAsync(await service.AssignAsync([IdentityId], mine, null, await actor.GetAsync(), CancellationToken.None), done => $"You answer for {done}.");
    }

    private async Task AcceptAsync() => await ToldAsync(await service.AcceptAsync([IdentityId], await actor.GetAsync(), CancellationToken.None), done => $"You answer for {done}.");

    private async Task DeclineAsync()
    {
        if (await dialogs.ConfirmAsync("Not mine", "It goes back to having no owner. Say whose it may be, if you know.", "Decline", askReason: true) is { } reason)
            await ToldAsync(await service.DeclineAsync([IdentityId], reason, await actor.GetAsync(), CancellationToken.None), done => $"{done} declined.");
    }

    private async Task RemoveAsync()
    {
        if (await dialogs.ConfirmAsync("Take ownership away", "Nobody answers for it from now on; without a new owner within the grace the sweep may disable it.", "Take away", danger: true, askReason: true) is { } reason)
            await ToldAsync(await service.RemoveAsync([IdentityId], reason, await actor.GetAsync(), CancellationToken.None), done => $"{done} without an owner.");
    }

    private async Task ToldAsync(IReadOnlyList<ItemOutcome> outcomes, Func<string, string> done)
    {
        Snackbar.Told(outcomes, done);
        await ChangedAsync();
    }

    private async Task ChangedAsync()
    {
        await LoadAsync();
        await OnChanged.InvokeAsync();
    }
}
