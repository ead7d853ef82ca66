using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>The ownership of one identity: who, since when, what was answered, and the actions that the reader may take.</summary>
public sealed partial class OwnerPanel(OwnershipQueries queries, OwnershipService service, RoleService roleService, ClaimService claimService, CoverageService coverage, CurrentActor actor, IDialogService dialogs)
{
    private Actor? me;
    private OwnerView? view;
    private IReadOnlyList<AssignmentRow> history = [];
    private IReadOnlyList<RoleRow> roles = [];
    private IReadOnlyList<ProposalRow> proposals = [];
    private IReadOnlyList<ClaimRow> claims = [];

    private static OwnerRole[] Beside => [OwnerRole.Backup, OwnerRole.Technical, OwnerRole.TechnicalBackup];

    private RoleRow? Accountable => roles.FirstOrDefault(r => r.Role == OwnerRole.Accountable && r.State == AssignmentState.Accepted);

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

    private bool MayClaim => me?.PersonId is { } mine && view is not null && !AskedIsMe && view.OwnerId != mine && !roles.Any(r => r.State == AssignmentState.Claimed && r.PersonId == mine);

    protected override async Task OnParametersSetAsync() => await LoadAsync();

    private async Task LoadAsync()
    {
        me = await actor.GetAsync();
        view = await queries.FindAsync(IdentityId, CancellationToken.None);
        history = await queries.HistoryAsync(IdentityId, CancellationToken.None);
        roles = await queries.RolesAsync(IdentityId, CancellationToken.None);
        proposals = await queries.ProposalsOfAsync(IdentityId, CancellationToken.None);
        claims = roles.Any(r => r.State == AssignmentState.Claimed) ? [.. (await queries.ClaimsAsync(me, CancellationToken.None)).Where(c => c.IdentityId == IdentityId)] : [];
    }

    private async Task AssignAsync()
    {
        if (await dialogs.AssignOwnerAsync([IdentityId]))
            await ChangedAsync();
    }

    private async Task AskAsync(ProposalRow proposal) =>
        await ToldAsync(await service.AssignAsync([IdentityId], proposal.PersonId, proposal.Reasons[0], await actor.GetAsync(), CancellationToken.None), done => $"{proposal.Person} was asked to own {done}.");

    private async Task NameAsync(OwnerRole role)
    {
        if (await dialogs.NameRoleAsync([IdentityId], role))
            await ChangedAsync();
    }

    private async Task TakeOutAsync(OwnerRole role) =>
        await ToldAsync(await roleService.RemoveAsync([IdentityId], role, null, await actor.GetAsync(), CancellationToken.None), done => $"{done} without {OwnerWords.Of(role).ToLowerInvariant()}.");

    private async Task ConfirmAsync() => await ToldAsync(await coverage.ConfirmAsync([IdentityId], await actor.GetAsync(), CancellationToken.None), done => $"You still answer for {done}.");

    private async Task ClaimAsync()
    {
        var owned = view is { State: OwnerState.Accepted };
        var effect = owned && !IsEngineer
            ? $"{view!.OwnerName} owns it now and is asked to confirm. Until then nothing changes."
            : "You answer for this identity from now on: you certify it in reviews, and you are asked when something is wrong with it.";
        if (await dialogs.ConfirmAsync(owned ? "It is mine" : "Take it on", effect, owned ? "Claim it" : "I own it", askReason: owned, reasonRequired: false) is { } reason)
            await ToldAsync(await claimService.ClaimAsync([IdentityId], reason, await actor.GetAsync(), CancellationToken.None), done => owned && !IsEngineer ? $"Your claim on {done} waits to be confirmed." : $"You answer for {done}.");
    }

    private async Task AcceptAsync() => await ToldAsync(await service.AcceptAsync([IdentityId], await actor.GetAsync(), CancellationToken.None), done => $"You answer for {done}.");

    private async Task DeclineAsync()
    {
        if (await dialogs.DeclineAsync(1) is { } answer)
            await ToldAsync(await service.DeclineAsync([IdentityId], answer.Reason, answer.Suggested, await actor.GetAsync(), CancellationToken.None), done => $"{done} declined.");
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
