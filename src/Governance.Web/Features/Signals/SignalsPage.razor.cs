using Governance.Common;
using Governance.Signals;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Signals;

/// <summary>Who is told, how that goes, and what was not taken.</summary>
public sealed partial class SignalsPage(ReceiverService service, SignalKeys keys, CurrentActor actor, IDialogService dialogs)
{
    private IReadOnlyList<ReceiverView>? receivers;
    private IReadOnlyList<DeadSignal> dead = [];
    private string? issuer;
    private string? address;
    private Refusal? refusal;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    protected override Task OnInitializedAsync() => LoadAsync();

    private static string Of(StreamView stream) =>
        $" · {(stream.Status == StreamStatus.Enabled ? string.Empty : stream.Status.ToString().ToLowerInvariant() + " · ")}{string.Join(", ", stream.Events.Select(SignalTypes.Short))}";

    private async Task LoadAsync()
    {
        issuer = (await keys.GetAsync(CancellationToken.None)).Issuer;
        address ??= issuer ?? (Navigation.BaseUri.StartsWith("https://", StringComparison.Ordinal) ? Navigation.BaseUri.TrimEnd('/') : null);
        dead = await service.DeadAsync(CancellationToken.None);
        receivers = await service.ListAsync(CancellationToken.None);
    }

    private async Task SaveAddressAsync()
    {
        refusal = (await service.SetIssuerAsync(address ?? string.Empty, await actor.GetAsync(), CancellationToken.None)).Refusal;
        await LoadAsync();
    }

    private async Task AddAsync()
    {
        var dialog = await dialogs.ShowAsync<ReceiverDialog>("Add a receiver");
        await dialog.Result;
        await LoadAsync();
    }

    private async Task RenewAsync(ReceiverView receiver)
    {
        if (await dialogs.ConfirmAsync("New secret", $"The secret of {receiver.Name} and every token made with it end at once. It has to be given the new one before it can sign in again; what is pushed to it goes on.", "Make a new secret", danger: true) is null)
            return;
        var made = await service.RenewAsync(receiver.Id, await actor.GetAsync(), CancellationToken.None);
        if (made.IsRefused)
            Snackbar.Refused(made.Refusal);
        else
            await (await dialogs.ShowAsync<ReceiverDialog>("New secret", new DialogParameters<ReceiverDialog> { { d => d.Secret, made.Value }, { d => d.ClientId, receiver.Id.ToString("D") } })).Result;
        await LoadAsync();
    }

    private Task EnableAsync(ReceiverView receiver) => DoAsync(by => service.EnableAsync(receiver.Id, !receiver.Enabled, by, CancellationToken.None));

    private async Task RemoveAsync(ReceiverView receiver)
    {
        if (await dialogs.ConfirmAsync("Remove receiver", $"{receiver.Name} hears nothing more. Its streams and what waits for it are removed.", "Remove", danger: true) is not null)
            await DoAsync(by => service.RemoveAsync(receiver.Id, by, CancellationToken.None));
    }

    private async Task RetryAsync()
    {
        var again = await service.RetryAsync([.. dead.Select(d => d.Id)], await actor.GetAsync(), CancellationToken.None);
        if (again.IsRefused)
            Snackbar.Refused(again.Refusal);
        await LoadAsync();
    }

    private async Task DoAsync(Func<Actor, Task<Outcome<Done>>> change)
    {
        var done = await change(await actor.GetAsync());
        if (done.IsRefused)
            Snackbar.Refused(done.Refusal);
        await LoadAsync();
    }
}
