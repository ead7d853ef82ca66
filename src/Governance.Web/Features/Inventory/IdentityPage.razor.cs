using Governance.Audit;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Inventory;

/// <summary>One identity, whole. Roles see all; anybody else only what they own or were asked to own.</summary>
public sealed partial class IdentityPage(
    InventoryQueries queries, FindingQueries findingQueries, LifecycleQueries lifecycleQueries, OwnershipQueries ownership, AuditQueries audit, CurrentActor actor, IDialogService dialogs, TimeProvider clock,
    RevocationService revocations, NavigationManager navigation, ISnackbar snackbar)
{
    private IdentityDetail? detail;
    private IReadOnlyList<FindingRow> findings = [];
    private IReadOnlyList<TransitionRow> lifecycle = [];
    private IReadOnlyList<AuditEntry> trail = [];
    private IReadOnlyList<LinkRow> links = [];
    private IReadOnlyDictionary<string, Guid> orders = new Dictionary<string, Guid>(StringComparer.Ordinal);
    private bool mayArrange;
    private ExtensionTerms? extension;
    private bool mayTake;
    private bool loaded;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    private LinkService Links { get; set; } = default!;

    [Inject]
    private ExtensionService Extensions { get; set; } = default!;

    [Inject]
    private RevocationQueries Orders { get; set; } = default!;

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var me = await actor.GetAsync();
        mayArrange = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
        var found = await MaySeeAsync(me) ? await queries.FindAsync(Id, CancellationToken.None) : null;
        if (found is not null)
        {
            findings = await findingQueries.ForIdentityAsync(Id, CancellationToken.None);
            lifecycle = await lifecycleQueries.HistoryAsync(Id, CancellationToken.None);
            extension = await Extensions.TermsAsync(Id, me, CancellationToken.None);
            orders = await Orders.OpenAsync(Id, CancellationToken.None);
            mayTake = mayArrange && found.Identity.State != LifecycleState.Decommissioned;
            links = await Links.ForAsync(Id, CancellationToken.None);
            trail = (await audit.ListAsync(new AuditFilter(Subjects.Identity, Id.ToString("D")), null, 50, CancellationToken.None)).Rows;
        }

        (detail, loaded) = (found, true);
    }

    private async Task<bool> MaySeeAsync(Actor me)
    {
        if (Roles.All.Any(me.Holds))
            return true;
        return me.PersonId is { } person && await ownership.FindAsync(Id, CancellationToken.None) is { } owner && (owner.OwnerId == person || owner.AskedId == person);
    }

    private async Task RevokeAsync()
    {
        var effect = $"1 identity is disabled in {detail!.SourceName} as soon as the limits let it: without a notice, since a person orders it. It can be undone until another person has approved its deletion.";
        if (await dialogs.ConfirmAsync("Revoke " + detail.Identity.DisplayName, effect, "Revoke", danger: true, askReason: true) is not { } reason)
            return;
        var ordered = await revocations.OrderAsync(Id, reason, await actor.GetAsync(), CancellationToken.None);
        if (ordered.IsRefused)
            snackbar.Refused(ordered.Refusal);
        else
            navigation.NavigateTo($"/revocations/{ordered.Value:D}");
    }

    private async Task ExtendAsync()
    {
        var parameters = new DialogParameters<Lifecycle.ExtendDialog> { { d => d.IdentityId, Id }, { d => d.Name, detail!.Identity.DisplayName }, { d => d.Terms, extension } };
        var dialog = await dialogs.ShowAsync<Lifecycle.ExtendDialog>("Extend", parameters);
        if (await dialog.Result is not { Canceled: false })
            return;
        snackbar.Done("Extended.");
        await LoadAsync();
    }

    private Guid? Ordered(RevocationTarget target) => orders.TryGetValue(target.Key, out var order) ? order : null;

    private async Task TakeAsync(RevocationTarget target, string name)
    {
        var parameters = new DialogParameters<Revocations.TakeAwayDialog> { { d => d.Target, target }, { d => d.Name, name }, { d => d.Source, detail!.SourceName } };
        var dialog = await dialogs.ShowAsync<Revocations.TakeAwayDialog>("Take away", parameters);
        if (await dialog.Result is { Canceled: false, Data: Guid order })
            navigation.NavigateTo($"/revocations/{order:D}");
    }

    private async Task AssignToolAsync()
    {
        var dialog = await dialogs.ShowAsync<AssignToolDialog>("AI tool", new DialogParameters<AssignToolDialog> { { d => d.IdentityIds, [Id] } });
        if (await dialog.Result is { Canceled: false })
            await LoadAsync();
    }
}
