using Governance.Audit.Forwarding;
using Governance.Common;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Audit;

/// <summary>Where the log is sent, how far that is, and a test of it.</summary>
public sealed partial class SiemPage(LogForwarding service, CurrentActor actor, ISnackbar snackbar, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);

    private ForwardingView? view;
    private SiemForm? form;
    private Refusal? refusal;
    private ITimer? timer;
    private bool busy;
    private bool testing;
    private bool tested;

    public void Dispose() => timer?.Dispose();

    protected override async Task OnInitializedAsync()
    {
        view = await service.GetAsync(CancellationToken.None);
        form = SiemForm.Of(view?.Receiver);
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            timer = clock.CreateTimer(_ => _ = InvokeAsync(LookAsync), null, Refresh, Refresh);
    }

    private async Task LookAsync()
    {
        view = await service.GetAsync(CancellationToken.None);
        StateHasChanged();
    }

    private void Changed() => (tested, refusal) = (false, null);

    private async Task SaveAsync()
    {
        busy = true;
        var saved = await service.SaveAsync(new ReceiverChange(form!.Address(), form.Enabled, form.FromTheBeginning), await actor.GetAsync(), CancellationToken.None);
        (busy, tested, refusal) = (false, false, saved.Refusal);
        if (saved.IsRefused)
            return;
        snackbar.Done(form.Enabled ? "Kept. The log is sent from here on." : "Kept. Nothing is sent.");
        view = await service.GetAsync(CancellationToken.None);
    }

    private async Task TestAsync()
    {
        (busy, testing, tested, refusal) = (true, true, false, null);
        var sent = await service.TestAsync(form!.Address(), await actor.GetAsync(), CancellationToken.None);
        (busy, testing, tested, refusal) = (false, false, !sent.IsRefused, sent.Refusal);
    }
}

/// <summary>What is typed.</summary>
internal sealed class SiemForm
{
    public string? Host { get; set; }

    public int Port { get; set; } = 6514;

    public bool Tls { get; set; } = true;

    public string? Authority { get; set; }

    public bool Enabled { get; set; } = true;

    public bool FromTheBeginning { get; set; }

    public static SiemForm Of(LogReceiver? kept) =>
        kept is null ? new SiemForm() : new SiemForm { Host = kept.Host, Port = kept.Port, Tls = kept.Tls, Authority = kept.Authority, Enabled = kept.Enabled };

    public SyslogAddress Address() => new(Host ?? string.Empty, Port, Tls, Authority);
}
