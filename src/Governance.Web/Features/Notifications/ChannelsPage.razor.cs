using Governance.Common;
using Governance.Notifications;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace Governance.Web.Features.Notifications;

/// <summary>Channels: made, changed, tested, removed.</summary>
public sealed partial class ChannelsPage(DeliveryQueries queries, PersonalDelivery mail, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar)
{
    private IReadOnlyList<ChannelRow>? rooms;
    private ChannelInput? form;
    private Refusal? refusal;
    private string? answer;
    private string? mailAnswer;
    private string mailHost = string.Empty;
    private bool mailOn;
    private bool choosing;
    private bool busy;

    [Inject]
    private ChannelService Service { get; set; } = default!;

    [Inject]
    private ConsoleLinks Links { get; set; } = default!;

    [Inject]
    private IOptions<MailOptions> Mail { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    private IChannelKind? Kind => form is null ? null : Service.Find(form.Kind);

    protected override async Task OnInitializedAsync()
    {
        (mailOn, mailHost) = (Mail.Value.Host.Length > 0, Mail.Value.Host);
        await LoadAsync();
    }

    private async Task LoadAsync() => rooms = await queries.RoomsAsync(CancellationToken.None);

    private void New() => Open(new ChannelInput { Kind = Service.Kinds.Count > 0 ? Service.Kinds[0].Kind : string.Empty });

    private void Edit(ChannelRow room)
    {
        var input = new ChannelInput { Id = room.Id, Kind = room.Kind, Title = room.Title, KeptAddress = room.Address, KeptSecret = room.Secret, AllowPrivate = room.AllowPrivate, Enabled = room.Enabled };
        input.Kinds.UnionWith(room.Kinds);
        Open(input);
    }

    private void Open(ChannelInput input) => (form, refusal, answer, choosing) = (input, null, null, input.Kinds.Count > 0);

    private void Close() => (form, refusal, answer) = (null, null, null);

    private void AllKinds(bool all)
    {
        choosing = !all;
        form!.Kinds.Clear();
        if (!all)
            form.Kinds.UnionWith(["owner.escalated", "revocation.notice", "directory.held"]);
    }

    private void Pick(string kind, bool on) => _ = on ? form!.Kinds.Add(kind) : form!.Kinds.Remove(kind);

    private async Task SaveAsync()
    {
        busy = true;
        var outcome = await Service.SaveAsync(form!.Id, form.Read(), await actor.GetAsync(), CancellationToken.None);
        busy = false;
        refusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        Close();
        snackbar.Done("The channel is kept.");
        await LoadAsync();
    }

    private async Task TestAsync()
    {
        busy = true;
        var outcome = await Service.TestAsync(form!.Id, form.Read(), await actor.GetAsync(), CancellationToken.None);
        busy = false;
        (refusal, answer) = (outcome.Refusal, outcome.Value);
    }

    private async Task TestMailAsync()
    {
        busy = true;
        var outcome = await mail.TestAsync(await actor.GetAsync(), CancellationToken.None);
        busy = false;
        mailAnswer = outcome.Refusal?.Message ?? outcome.Value;
    }

    private async Task RemoveAsync(ChannelRow room)
    {
        if (await dialogs.ConfirmAsync("Remove channel", $"Nothing goes to {room.Title} any more, and its address is forgotten. What was sent stays in the ledger.", "Remove", danger: true, askReason: true, reasonRequired: false) is not { } reason)
            return;
        var outcome = await Service.RemoveAsync(room.Id, reason.Length == 0 ? null : reason, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        await LoadAsync();
    }

    /// <summary>A channel as it is typed.</summary>
    private sealed class ChannelInput
    {
        public Guid? Id { get; init; }

        public string Kind { get; set; } = string.Empty;

        public string Title { get; set; } = string.Empty;

        public string Address { get; set; } = string.Empty;

        public string Secret { get; set; } = string.Empty;

        public string KeptAddress { get; init; } = string.Empty;

        public string? KeptSecret { get; init; }

        public bool AllowPrivate { get; set; }

        public bool Enabled { get; set; } = true;

        public HashSet<string> Kinds { get; } = new(StringComparer.Ordinal);

        public ChannelChange Read() => new(Title, Kind, Address, Secret, AllowPrivate, [.. Kinds], Enabled);
    }
}
