using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>The orders by state, and what people do with many at once. What is chosen is in the address.</summary>
public sealed partial class RevocationsPage(RevocationQueries queries, RevocationService service, CurrentActor actor, NavigationManager navigation, IDialogService dialogs, ISnackbar snackbar)
{
    private const int PageSize = 50;

    private readonly HashSet<Guid> chosen = [];
    private IReadOnlyDictionary<OrderState, int>? counts;
    private Page<OrderListRow>? page;
    private OrderState? chosenState;
    private bool mayAct;
    private bool mayApprove;

    [SupplyParameterFromQuery(Name = "state")]
    private string? StateName { get; set; }

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var me = await actor.GetAsync();
        (mayApprove, mayAct) = (me.Holds(Roles.Administrator), me.Holds(Roles.Administrator) || me.Holds(Roles.SecurityEngineer));
        chosenState = Enum.TryParse<OrderState>(StateName, out var state) && Enum.IsDefined(state) ? state : null;
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        counts = await queries.CountsAsync(CancellationToken.None);
        page = await queries.ListAsync(chosenState, Cursor, PageSize, CancellationToken.None);
        chosen.IntersectWith(page.Rows.Select(r => r.Id));
    }

    private void Choose(Guid id, bool on) => _ = on ? chosen.Add(id) : chosen.Remove(id);

    private void ChooseAll(bool on)
    {
        chosen.Clear();
        if (on)
            chosen.UnionWith(page!.Rows.Select(r => r.Id));
    }

    private async Task ApproveAsync()
    {
        var rows = Chosen();
        var (held, deletions) = (rows.Count(r => r.State == OrderState.Held), rows.Count(r => r is { State: OrderState.Quarantined, DeletionAskedAt: not null }));
        var effect = $"{Identities(held)} in {Sources(rows)} will be disabled after the notice." + (deletions > 0 ? $" {Identities(deletions)} will be deleted in the source for good: that cannot be undone." : string.Empty);
        var sheet = await service.SheetAsync([.. chosen], CancellationToken.None);
        if (await dialogs.ApproveAsync(effect, sheet) is var (agreed, typed) && agreed)
            await ShowAsync(await service.ApproveAsync([.. chosen], await actor.GetAsync(), CancellationToken.None, sheet.Digest, typed), "approved");
    }

    private async Task WithdrawAsync()
    {
        if (await dialogs.ConfirmAsync("Withdraw", $"{Identities(chosen.Count)} keep their access. Sweeps leave them alone for as long as the grace.", "Withdraw", askReason: true) is { } reason)
            await ShowAsync(await service.WithdrawAsync([.. chosen], reason, await actor.GetAsync(), CancellationToken.None), "withdrawn");
    }

    private async Task UndoAsync()
    {
        if (await dialogs.ConfirmAsync("Undo", $"{Identities(chosen.Count)} in {Sources(Chosen())} get back what they had before. Each is looked at in its source before it is called undone.", "Undo", askReason: true) is { } reason)
            await ShowAsync(await service.UndoAsync([.. chosen], reason, await actor.GetAsync(), CancellationToken.None), "being undone");
    }

    private async Task ShowAsync(IReadOnlyList<ItemOutcome> outcomes, string what)
    {
        var done = outcomes.Count(o => o.Refusal is null);
        if (done > 0)
            snackbar.Done($"{done} {what}.");
        foreach (var refusal in outcomes.Select(o => o.Refusal).OfType<Refusal>().DistinctBy(r => r.Code, StringComparer.Ordinal).Take(3))
            snackbar.Refused(refusal);
        chosen.Clear();
        await LoadAsync();
    }

    private List<OrderListRow> Chosen() => [.. page!.Rows.Where(r => chosen.Contains(r.Id))];

    private static string Identities(int n) => n == 1 ? "1 identity" : $"{n} identities";

    private static string Sources(List<OrderListRow> rows)
    {
        var n = rows.Select(r => r.Source).Distinct(StringComparer.Ordinal).Count();
        return n == 1 ? rows[0].Source : $"{n} systems";
    }

    private void Go(string? after) => navigation.NavigateTo(navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal) { ["after"] = after }));
}
