using Governance.Common;
using Governance.Notifications;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Notifications;

/// <summary>One's own choice of what comes by mail, and when.</summary>
public sealed partial class MyNotificationsPage(ChoiceService service, CurrentActor actor, ISnackbar snackbar)
{
    private readonly HashSet<string> muted = new(StringComparer.Ordinal);
    private ChoiceView? choice;
    private ScheduleInput form = new();
    private Refusal? refusal;
    private bool own;
    private bool loaded;
    private bool busy;

    protected override async Task OnInitializedAsync()
    {
        await LoadAsync();
        loaded = true;
    }

    private async Task LoadAsync()
    {
        choice = await service.FindAsync(await actor.GetAsync(), CancellationToken.None);
        if (choice is null)
            return;
        own = choice.Own;
        form = ScheduleInput.Of(choice.Schedule);
        muted.Clear();
        muted.UnionWith(choice.Stopped ? MessageKinds.All.Where(k => k.Duty is null).Select(k => k.Code) : choice.Muted);
    }

    private void Mute(string kind, bool off) => _ = off ? muted.Add(kind) : muted.Remove(kind);

    private async Task SaveAsync()
    {
        busy = true;
        var outcome = await service.SaveAsync(own ? form.Read() : null, muted, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        refusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        snackbar.Done("Kept. It counts from now on, also for what waits.");
        await LoadAsync();
    }
}

/// <summary>A schedule in words.</summary>
internal static class ScheduleWords
{
    public static string Of(DeliverySchedule s)
    {
        var when = s.Rhythm switch
        {
            Rhythm.Daily => $"once a day at {s.Hour:00}:00",
            Rhythm.Weekly => $"once a week, {s.Weekday} at {s.Hour:00}:00",
            _ => "each message as it comes",
        };
        var quiet = s is { QuietFrom: { } from, QuietUntil: { } until } ? $"; quiet from {from / 60:00}:{from % 60:00} to {until / 60:00}:{until % 60:00}" : string.Empty;
        return $"{when}{quiet} ({s.TimeZone})";
    }
}
