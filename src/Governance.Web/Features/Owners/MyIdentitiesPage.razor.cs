using Governance.Common;
using Governance.Ownership;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>What the reader was asked to own, what may be theirs, and what is: to accept or decline one by one or many at once.</summary>
public sealed partial class MyIdentitiesPage(OwnershipQueries queries, OwnershipService service, RoleService roles, CoverageService coverage, ClaimService claimService, PolicyService policies, CurrentActor actor, IDialogService dialogs)
{
    private const int LikelyAtMost = 50;

    private readonly HashSet<Guid> chosen = [];
    private IReadOnlyList<OwnableRow> proposals = [];
    private IReadOnlyList<OwnableRow> likely = [];
    private IReadOnlyList<OwnableRow> owned = [];
    private IReadOnlyList<(OwnerRole Role, AssignmentState State, OwnableRow Row)> beside = [];
    private IReadOnlyList<ClaimRow> claims = [];
    private HashSet<Guid> toConfirm = [];
    private Guid? me;
    private bool loading = true;
    private bool busy;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        await LoadAsync();
        loading = false;
    }

    private async Task LoadAsync()
    {
        me = (await actor.GetAsync()).PersonId;
        if (me is not { } person)
            return;
        proposals = await queries.ProposalsForAsync(person, CancellationToken.None);
        owned = await queries.OwnedByAsync(person, CancellationToken.None);
        beside = await queries.BesideAsync(person, CancellationToken.None);
        claims = [.. (await queries.ClaimsAsync(new Actor(ActorKind.Person, string.Empty, string.Empty, person), CancellationToken.None))];
        toConfirm = await queries.ToConfirmAsync(person, (await policies.GetAsync(CancellationToken.None)).ConfirmDays, CancellationToken.None);
        var asked = proposals.Select(p => p.IdentityId).ToHashSet();
        likely = [.. (await queries.LikelyForAsync(person, LikelyAtMost, CancellationToken.None)).Where(l => !asked.Contains(l.IdentityId))];
        chosen.IntersectWith(asked);
    }

    private void Choose(Guid id, bool on) => _ = on ? chosen.Add(id) : chosen.Remove(id);

    private void ChooseAll(bool on)
    {
        chosen.Clear();
        if (on)
            chosen.UnionWith(proposals.Select(p => p.IdentityId));
    }

    private Task AcceptAsync(IReadOnlyCollection<Guid> ids) => DoAsync(async by => await service.AcceptAsync(ids, by, CancellationToken.None), done => $"You answer for {done}.");

    private async Task DeclineAsync(IReadOnlyCollection<Guid> ids)
    {
        if (await dialogs.DeclineAsync(ids.Count) is { } answer)
            await DoAsync(async by => await service.DeclineAsync(ids, answer.Reason, answer.Suggested, by, CancellationToken.None), done => $"{done} declined.");
    }

    private Task ClaimAsync(Guid id) => DoAsync(async by => await claimService.ClaimAsync([id], null, by, CancellationToken.None), done => $"You claimed {done}.");

    private Task ConfirmAsync(IReadOnlyCollection<Guid> ids) => DoAsync(async by => await coverage.ConfirmAsync(ids, by, CancellationToken.None), done => $"You still answer for {done}.");

    private Task StandInAsync(Guid id) => DoAsync(async by => await roles.AnswerAsync([id], true, null, by, CancellationToken.None), done => $"You are backup of {done}.");

    private async Task NoBackupAsync(Guid id)
    {
        if (await dialogs.ConfirmAsync("Not as backup", "The owner is left without a backup, and sees why.", "Decline", askReason: true) is { } reason)
            await DoAsync(async by => await roles.AnswerAsync([id], false, reason, by, CancellationToken.None), done => $"{done} declined.");
    }

    private Task StepOutAsync(OwnerRole role, Guid id) => DoAsync(async by => await roles.RemoveAsync([id], role, null, by, CancellationToken.None), done => $"You stepped out of {done}.");

    private async Task HandOverAsync(Guid id)
    {
        if (await dialogs.AssignOwnerAsync([id]))
            await LoadAsync();
    }

    private async Task StepDownAsync(Guid id)
    {
        if (await dialogs.ConfirmAsync("Step down", "Nobody answers for it from now on; without a new owner within the grace the sweep may disable it. Handing it over avoids that.", "Step down", danger: true, askReason: true) is { } reason)
            await DoAsync(async by => await service.RemoveAsync([id], reason, by, CancellationToken.None), done => $"You no longer answer for {done}.");
    }

    private async Task DoAsync(Func<Actor, Task<IReadOnlyList<ItemOutcome>>> command, Func<string, string> done)
    {
        busy = true;
        Snackbar.Told(await command(await actor.GetAsync()), done);
        await LoadAsync();
        busy = false;
    }
}
