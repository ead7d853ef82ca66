using Governance.Accounts;
using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Governance.Web.Features.Accounts;

/// <summary>A person's API keys and the address of their calendar. Administrators see and end everybody's keys.</summary>
public sealed partial class KeysPage(ApiKeyService service, CalendarService calendars, CurrentActor actor, IDialogService dialogs, IJSRuntime js, NavigationManager navigation)
{
    private readonly HashSet<string> chosen = new(StringComparer.Ordinal);
    private IReadOnlyList<ApiKeyRow>? keys;
    private IReadOnlyList<string> roles = [];
    private CalendarToken? token;
    private MadeApiKey? made;
    private Refusal? refusal;
    private string? address;
    private string name = string.Empty;
    private int days = 90;
    private bool readOnly = true;
    private bool administers;
    private bool manages;
    private bool busy;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var me = await actor.GetAsync();
        roles = [.. Roles.All.Where(me.Holds)];
        (administers, manages) = (me.Holds(Roles.Administrator), me.Holds(Roles.Administrator) || me.Holds(Roles.CampaignManager) || me.Holds(Roles.Auditor));
        token = await calendars.FindAsync(me, CancellationToken.None);
        await LoadAsync(me);
    }

    private async Task LoadAsync(Actor me) => keys = await service.ListAsync(administers, me, CancellationToken.None);

    private void Choose(string role, bool with) => _ = with ? chosen.Add(role) : chosen.Remove(role);

    private async Task MakeAsync()
    {
        if (busy)
            return;
        busy = true;
        var me = await actor.GetAsync();
        var outcome = await service.CreateAsync(new NewApiKey(name, chosen, readOnly, days), me, CancellationToken.None);
        (refusal, busy) = (outcome.Refusal, false);
        if (outcome.IsRefused)
            return;
        (made, name) = (outcome.Value, string.Empty);
        await LoadAsync(me);
    }

    private async Task RevokeAsync(ApiKeyRow key)
    {
        if (await dialogs.ConfirmAsync("Revoke " + key.Name, "Programs that use it are refused from now on. This can't be undone.", "Revoke", danger: true) is null)
            return;
        var me = await actor.GetAsync();
        if ((await service.RevokeAsync(key.Id, me, CancellationToken.None)).Refusal is { } refused)
            Snackbar.Refused(refused);
        await LoadAsync(me);
    }

    private async Task RenewAsync()
    {
        var me = await actor.GetAsync();
        var secret = await calendars.RenewAsync(me, CancellationToken.None);
        if (secret.IsRefused)
        {
            Snackbar.Refused(secret.Refusal);
            return;
        }

        address = navigation.ToAbsoluteUri($"/calendar/{secret.Value}.ics").ToString();
        token = await calendars.FindAsync(me, CancellationToken.None);
    }

    private async Task EndAsync()
    {
        await calendars.EndAsync(await actor.GetAsync(), CancellationToken.None);
        (token, address) = (null, null);
        Snackbar.Done("The address is dead.");
    }

    private async Task CopyAsync(string text)
    {
        await js.InvokeVoidAsync("navigator.clipboard.writeText", text);
        Snackbar.Done("Copied.");
    }
}
