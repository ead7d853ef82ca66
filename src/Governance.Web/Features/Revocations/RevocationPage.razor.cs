using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>One order: its steps, each try, and what was seen.</summary>
public sealed partial class RevocationPage(RevocationQueries queries, RevocationService service, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private ITimer? timer;
    private OrderDetail? detail;
    private bool missing;
    private bool mayAct;
    private bool mayApprove;

    [Parameter]
    public Guid Id { get; set; }

    // Something is on its way to the source: the page looks again by itself.
    private bool UnderWay => detail is { Order.EndedAt: null } d && (d.Row.State == OrderState.Due || d.Row.Remediation == RemediationState.InProgress);

    private bool ByHand => detail!.Steps.Any(s => s.Step.State is StepState.Manual or StepState.Stuck);

    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
            await timer.DisposeAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            timer = clock.CreateTimer(_ => _ = InvokeAsync(TickAsync), null, Every, Every);
    }

    protected override async Task OnParametersSetAsync()
    {
        var me = await actor.GetAsync();
        (mayApprove, mayAct) = (me.Holds(Roles.Administrator), me.Holds(Roles.Administrator) || me.Holds(Roles.SecurityEngineer));
        await LoadAsync();
    }

    private async Task TickAsync()
    {
        if (!UnderWay)
            return;
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        detail = await queries.FindAsync(Id, CancellationToken.None);
        missing = detail is null;
    }

    private async Task ApproveAsync()
    {
        var delete = detail!.Row.DeletionAskedAt is not null;
        var effect = delete ? "1 identity will be deleted in its source for good: that cannot be undone." : "1 identity will be disabled in its source after the notice.";
        var sheet = await service.SheetAsync([Id], CancellationToken.None);
        if (await dialogs.ApproveAsync(effect, sheet) is var (agreed, typed) && agreed)
            await ShowAsync(await service.ApproveAsync([Id], await actor.GetAsync(), CancellationToken.None, sheet.Digest, typed));
    }

    private async Task WithdrawAsync()
    {
        if (await dialogs.ConfirmAsync("Withdraw", "1 identity keeps its access. Sweeps leave it alone for as long as the grace.", "Withdraw", askReason: true) is { } reason)
            await ShowAsync(await service.WithdrawAsync([Id], reason, await actor.GetAsync(), CancellationToken.None));
    }

    private async Task UndoAsync()
    {
        if (await dialogs.ConfirmAsync("Undo", "1 identity gets back what it had before. It is looked at in its source before it is called undone.", "Undo", askReason: true) is { } reason)
            await ShowAsync(await service.UndoAsync([Id], reason, await actor.GetAsync(), CancellationToken.None));
    }

    private async Task DeleteAsync()
    {
        if (await dialogs.ConfirmAsync("Ask for deletion", "1 identity would be deleted in its source for good. Another administrator has to approve.", "Ask", danger: true, askReason: true) is { } reason)
            await ShowAsync(await service.AskDeletionAsync([Id], reason, await actor.GetAsync(), CancellationToken.None));
    }

    private async Task ConfirmAsync()
    {
        if (await dialogs.ConfirmAsync("Confirm by hand", "Recorded as your word, and shown as reported, not as verified. Say what was done where.", "Confirm", askReason: true) is { } note)
            await ShowAsync(await service.ConfirmManualAsync([Id], note, await actor.GetAsync(), CancellationToken.None));
    }

    private async Task ClearAsync()
    {
        if (await dialogs.ConfirmAsync("Cleared up", "Deletion may be asked for again once the quarantine is over. Say what it was.", "Cleared up", askReason: true) is { } reason)
            await ShowAsync(await service.ClearSignalAsync([Id], reason, await actor.GetAsync(), CancellationToken.None));
    }

    private async Task RetryAsync() => await ShowAsync(await service.RetryAsync([Id], await actor.GetAsync(), CancellationToken.None));

    private async Task ShowAsync(IReadOnlyList<ItemOutcome> outcomes)
    {
        if (outcomes[0].Refusal is { } refusal)
            snackbar.Refused(refusal);
        await LoadAsync();
    }

    private IEnumerable<(DateTimeOffset At, string Text)> Timeline()
    {
        var order = detail!.Order;
        var events = new List<(DateTimeOffset At, string Text)> { (order.OrderedAt, $"Ordered by {order.OrderedBy}") };
        if (order is { ApprovedAt: { } approved, ApprovedBy: { } by })
            events.Add((approved, $"Approved by {by}"));
        if (order is { DeletionAskedAt: { } asked, DeletionAskedBy: { } asker })
            events.Add((asked, $"{asker} asked for its deletion"));
        if (order.NoticeUntil is { } notice)
            events.Add((notice, "End of the notice"));
        if (order is { QuarantineUntil: { } quarantine, State: OrderState.Quarantined })
            events.Add((quarantine, "End of the quarantine: deletion may be asked for"));
        events.AddRange(detail.Steps.Where(s => s.Step.ObservedAt is not null).Select(s => (s.Step.ObservedAt!.Value, $"{s.Step.Verb} seen in the source")));
        if (order.EndedAt is { } ended)
            events.Add((ended, OrderWords.Of(order.State)));
        return events.OrderByDescending(e => e.At);
    }
}
