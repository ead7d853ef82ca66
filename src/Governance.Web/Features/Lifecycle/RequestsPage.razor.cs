using Governance.Common;
using Governance.Lifecycle;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Lifecycle;

/// <summary>What was asked for, and the decision for those who may take it.</summary>
public sealed partial class RequestsPage(RequestService requests, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar)
{
    private IReadOnlyList<RequestRow>? rows;

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync() => rows = await requests.ListAsync(await actor.GetAsync(), CancellationToken.None);

    private async Task ApproveAsync(RequestRow row)
    {
        if (await dialogs.ConfirmAsync("Approve", $"{row.Name} may be made in {row.Source} for {row.Owner}, until {Times.Day(row.EndsAt)}.", "Approve") is not null)
            await ShowAsync(await requests.DecideAsync(row.Id, true, string.Empty, await actor.GetAsync(), CancellationToken.None), "Approved.");
    }

    private async Task RefuseAsync(RequestRow row)
    {
        if (await dialogs.ConfirmAsync("Refuse", $"{row.RequestedBy} is told why {row.Name} is not to be made.", "Refuse", askReason: true) is { } reason)
            await ShowAsync(await requests.DecideAsync(row.Id, false, reason, await actor.GetAsync(), CancellationToken.None), "Refused.");
    }

    private async Task WithdrawAsync(RequestRow row)
    {
        if (await dialogs.ConfirmAsync("Withdraw", $"{row.Name} is not needed any more.", "Withdraw") is not null)
            await ShowAsync(await requests.WithdrawAsync(row.Id, string.Empty, await actor.GetAsync(), CancellationToken.None), "Withdrawn.");
    }

    private async Task ShowAsync(Outcome<Done> outcome, string done)
    {
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        else
            snackbar.Done(done);
        await LoadAsync();
    }

    private static string Word(RequestRow row) => row.State switch
    {
        RequestState.Asked => "Waits",
        RequestState.Approved => "Approved",
        RequestState.Seen => "Seen in its source",
        RequestState.Refused => "Refused",
        _ => "Withdrawn",
    };

    private static string Detail(RequestRow row) => row.State switch
    {
        RequestState.Asked => $"for {row.Approver ?? "an administrator"}",
        RequestState.Approved => $"by {row.DecidedBy}; the next import that has it finds it",
        RequestState.Refused => $"by {row.DecidedBy}: {row.Decision}",
        RequestState.Seen => $"approved by {row.DecidedBy}",
        _ => $"by {row.DecidedBy}",
    };
}
