using System.Globalization;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Governance.Web.Features.Imports;

/// <summary>One live source: settings, a test that says what it saw, the schedule, and its runs. Looks again each second while it runs.</summary>
public sealed partial class LiveSourcePage(
    FeedService feeds, FeedQueries queries, FeedWorker worker, CurrentActor actor, NavigationManager navigation, IDialogService dialogs, ISnackbar snackbar, IJSRuntime js, TimeProvider clock) : IAsyncDisposable
{
    private const string True = "true";
    private const string False = "false";
    private const int ShownRuns = 20;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> secrets = new(StringComparer.Ordinal);
    private FeedView? view;
    private IInventoryFeed? feed;
    private IReadOnlyList<FeedRunRow> runs = [];
    private Guid? shown;
    private bool loaded;
    private bool busy;
    private bool testing;
    private string kind = string.Empty;
    private string name = string.Empty;
    private When when = When.Hours;
    private int hours = 6;
    private TimeOnly daily = new(2, 0);
    private bool enabled = true;
    private Refusal? refusal;
    private string? tested;
    private ITimer? timer;

    private enum When
    {
        Hours,
        Daily,
        Person,
    }

    [Parameter]
    public Guid? Id { get; set; }

    private FeedRunRow? running => runs.FirstOrDefault(r => r.Run.EndedAt is null);

    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
            await timer.DisposeAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (loaded && shown == Id)
            return;
        shown = Id;
        await LoadAsync();
        if (view is not null)
            Fill(view);
        loaded = true;
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            timer = clock.CreateTimer(_ => _ = InvokeAsync(TickAsync), null, Every, Every);
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Field(FeedSetting setting) => "set-" + setting.Name;

    private string? Value(FeedSetting setting) => values.GetValueOrDefault(setting.Name) is { Length: > 0 } given ? given : setting.Default;

    private string? Kept(FeedSetting setting) => view?.Secrets.GetValueOrDefault(setting.Name);

    private string? Invalid(string field) => refusal?.Field == field ? True : null;

    private void Fill(FeedView of)
    {
        (kind, name, enabled) = (of.Row.Kind, of.Row.SourceName, of.Row.Enabled);
        feed = feeds.Find(kind);
        values.Clear();
        secrets.Clear();
        foreach (var (setting, value) in of.Settings)
            values[setting] = value;
        when = of.Row.Schedule switch { { EveryHours: not null } => When.Hours, { DailyAtMinute: not null } => When.Daily, _ => When.Person };
        hours = of.Row.Schedule.EveryHours ?? hours;
        daily = of.Row.Schedule.DailyAtMinute is { } minute ? new TimeOnly(minute / 60, minute % 60) : daily;
    }

    private void Choose(string chosen)
    {
        kind = chosen;
        feed = feeds.Find(chosen);
        values.Clear();
        secrets.Clear();
        (refusal, tested) = (null, null);
    }

    private FeedChange Change() => new(
        new Dictionary<string, string>(values, StringComparer.Ordinal),
        new Dictionary<string, string>(secrets, StringComparer.Ordinal),
        when switch { When.Hours => FeedSchedule.Every(hours), When.Daily => FeedSchedule.Daily(daily), _ => FeedSchedule.Manual },
        enabled);

    private async Task SaveAsync()
    {
        if (feed is null || busy)
            return;
        (busy, tested) = (true, null);
        var me = await actor.GetAsync();
        if (Id is { } id)
        {
            refusal = (await feeds.ChangeAsync(id, Change(), me, CancellationToken.None)).Refusal;
        }
        else
        {
            var made = await feeds.ConnectAsync(name, kind, Change(), me, CancellationToken.None);
            refusal = made.Refusal;
            if (!made.IsRefused)
            {
                secrets.Clear();
                snackbar.Done("Connected. Run it now, or wait for its time.");
                busy = false;
                navigation.NavigateTo($"/settings/sources/live/{made.Value:D}", replace: true);
                return;
            }
        }

        busy = false;
        if (refusal is not null)
            return;
        snackbar.Done("Saved.");
        await LoadAsync();
        Fill(view!);
    }

    private async Task TestAsync()
    {
        if (feed is null || busy)
            return;
        (busy, testing, tested, refusal) = (true, true, null, null);
        StateHasChanged();
        var outcome = await feeds.TestAsync(Id, kind, Change(), await actor.GetAsync(), CancellationToken.None);
        (busy, testing, refusal, tested) = (false, false, outcome.Refusal, outcome.Value);
    }

    private async Task RunAsync()
    {
        var outcome = await feeds.RunNowAsync(Id!.Value, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        else
            worker.Wake();
        await LoadAsync();
    }

    private async Task CancelAsync(FeedRun run)
    {
        var outcome = await feeds.CancelAsync(run.Id, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        await LoadAsync();
    }

    private async Task DisconnectAsync()
    {
        var reason = await dialogs.ConfirmAsync($"Disconnect {view!.Row.SourceName}", "It is fetched no more, and its secrets are forgotten. The source, its identities and the past runs stay.", "Disconnect", danger: true, askReason: true, reasonRequired: false);
        if (reason is null)
            return;
        var outcome = await feeds.DisconnectAsync(Id!.Value, reason, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        else
            navigation.NavigateTo("/settings/sources");
    }

    private async Task CopyAsync(string text)
    {
        try
        {
            await js.InvokeVoidAsync("navigator.clipboard.writeText", text);
            snackbar.Done("Copied.");
        }
        catch (JSException)
        {
            // Browsers give the clipboard only over https or on localhost.
            snackbar.Add("The browser does not give its clipboard here. Select the text and copy it.", MudBlazor.Severity.Info);
        }
    }

    private async Task TickAsync()
    {
        if (running is null)
            return;
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        view = Id is { } id ? await queries.FindAsync(id, CancellationToken.None) : null;
        runs = view is null ? [] : await queries.RunsAsync(view.Row.SourceId, ShownRuns, CancellationToken.None);
    }
}
