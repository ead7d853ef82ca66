using Governance.Accounts;
using Governance.Common;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Accounts;

/// <summary>Local accounts: who may sign in, with which roles, and which human of the directory they are.</summary>
public sealed partial class AccountsPage(AccountQueries queries, AccountService service, CurrentActor actor, IDialogService dialogs)
{
    private readonly HashSet<string> required = new(StringComparer.Ordinal);
    private IReadOnlyList<AccountRow>? accounts;
    private Refusal? refusal;

    [Inject]
    private SecondStepService Steps { get; set; } = default!;

    [Inject]
    private SecondStepRules Rules { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        required.UnionWith(await Rules.GetAsync(CancellationToken.None));
        await LoadAsync();
    }

    private void Require(string role, bool on) => _ = on ? required.Add(role) : required.Remove(role);

    private async Task SaveRulesAsync()
    {
        var outcome = await Rules.SetAsync(required, await actor.GetAsync(), CancellationToken.None);
        refusal = outcome.Refusal;
        if (!outcome.IsRefused)
            Snackbar.Done("The rule is kept.");
    }

    private async Task ResetAsync(AccountRow account)
    {
        if (await dialogs.ConfirmAsync("Reset second step", $"{account.DisplayName} signs in without a code until a new one is set up. Make sure that it is the person who asks.", "Reset", danger: true, askReason: true) is not { } reason)
            return;
        var done = await Steps.ResetAsync(account.Id, reason, await actor.GetAsync(), CancellationToken.None);
        if (done.IsRefused)
            Snackbar.Refused(done.Refusal);
        await LoadAsync();
    }

    private async Task LoadAsync() => accounts = await queries.ListAsync(CancellationToken.None);

    private Task AddAsync() => OpenAsync(null);

    private Task EditAsync(AccountRow account) => OpenAsync(account);

    private async Task OpenAsync(AccountRow? account)
    {
        var dialog = await dialogs.ShowAsync<AccountDialog>(account is null ? "Add account" : "Change account", new DialogParameters<AccountDialog> { { d => d.Account, account } });
        if (await dialog.Result is { Canceled: false })
            await LoadAsync();
    }

    private async Task ToggleAsync(AccountRow account)
    {
        var disable = account.DisabledAt is null;
        if (disable && await dialogs.ConfirmAsync("Disable account", $"{account.DisplayName} can't sign in any more; a running session ends within a minute.", "Disable", danger: true) is null)
            return;
        var done = await service.SetDisabledAsync(account.Id, disable, await actor.GetAsync(), CancellationToken.None);
        if (done.IsRefused)
            Snackbar.Refused(done.Refusal);
        await LoadAsync();
    }
}
