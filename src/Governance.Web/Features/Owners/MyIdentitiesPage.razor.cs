using Governance.Common;
using Governance.Ownership;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>What the reader was asked to own, what may be theirs, and what is: to accept or decline one by one or many at once.</summary>
public sealed partial class MyIdentitiesPage(OwnershipQueries queries, OwnershipService service, CurrentActor actor, IDialogService dialogs)
{
    private const int LikelyAtMost = 50;

    private readonly HashSet<Guid> chosen = [];
    private IReadOnlyList<OwnableRow> proposals = [];
    private IReadOnlyList<OwnableRow> likely = [];
    private IReadOnlyList<OwnableRow> owned = [];
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
        var effect = $"{OwnerWords.Identities(ids.Count)} will go back to having no owner. Say whose it may be, if you know.";
        if (await dialogs.ConfirmAsync("Not mine", effect, "Decline", askReason: true) is { } reason)
            await DoAsync(async by => await service.DeclineAsync(ids, reason, by, CancellationToken.None), done => $"{done} declined.");
    }

    private Task ClaimAsync(Guid id) => DoAsync(async by => await service.AssignAsync([id], me!.Value, null, by, CancellationToken.None), done => $"You answer for {done}.");

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
