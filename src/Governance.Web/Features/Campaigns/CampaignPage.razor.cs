using System.Globalization;
using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Campaigns;

/// <summary>One campaign as its manager sees it: what to mend, how far each reviewer is, and what closing does, in numbers. Renews itself as answers come in.</summary>
public sealed partial class CampaignPage(
    CampaignQueries queries, CampaignService service, CampaignReminders reminders, HandOverService handOver, ProgressQueries progressQueries, CampaignProblems problemQueries, EffectQueries effectQueries,
    ComparisonQueries comparisons, CampaignExports exports, CurrentActor actor)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource stop = new();
    private CampaignDetail? detail;
    private CampaignProgress? progress;
    private RunComparison? comparison;
    private IReadOnlyList<SourceEffect> effects = [];
    private IReadOnlyList<CampaignProblem> problems = [];
    private IReadOnlyList<ExclusionCount> excluded = [];
    private IReadOnlyList<Reduction> reductions = [];
    private IReadOnlyList<UnaskedItem> unasked = [];
    private Refusal? refusal;
    private int ticks;
    private bool manages;
    private bool loaded;
    private bool busy;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    private bool Running => detail!.Campaign.State == CampaignState.Running;

    private int Decided => detail!.Effects is var e ? e.Certify + e.Reduce + e.Revoke + e.DontKnow : 0;

    // Rounded down: 100 % only when nothing is left.
    private int Percent => (int)(100L * Decided / Math.Max(1, detail!.Campaign.Population));

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        manages = CampaignPages.Manages(await actor.GetAsync());
        await LoadAsync();
        comparison = await comparisons.WithLastAsync(Id, 50, CancellationToken.None);
        excluded = await exports.ExclusionCountsAsync(Id, CancellationToken.None);
        loaded = true;
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _ = WatchAsync(stop.Token);
    }

    private async Task LoadAsync()
    {
        progress = await progressQueries.FindAsync(Id, CancellationToken.None);
        detail = await queries.FindAsync(Id, CancellationToken.None);
        if (detail is null)
            return;
        effects = await effectQueries.ForAsync(Id, CancellationToken.None);
        problems = detail.Campaign.State is CampaignState.Prepared or CampaignState.Running ? await problemQueries.ForAsync(Id, CancellationToken.None) : [];
        reductions = await queries.ListReductionsAsync(Id, CancellationToken.None);
        unasked = await queries.ListUnaskedAsync(Id, CancellationToken.None);
        ticks++;
    }

    // Asks for a handful of counts; only when one of them changed is the page read anew.
    private async Task WatchAsync(CancellationToken ct)
    {
        try
        {
            using var timer = new PeriodicTimer(Pace, Clock);
            while (await timer.WaitForNextTickAsync(ct))
            {
                if (busy || progress?.State is not (CampaignState.Prepared or CampaignState.Running) || await progressQueries.FindAsync(Id, ct) == progress)
                    continue;
                await InvokeAsync(async () =>
                {
                    await LoadAsync();
                    StateHasChanged();
                });
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The page was left.
        }
    }

    private async Task StartAsync()
    {
        var campaign = detail!.Campaign;
        var serious = problems.Where(p => p.Serious).Sum(p => p.Count);
        var text = $"{CampaignWords.Count(detail.ReviewerCount, "reviewer")} are told now, in the console and by mail."
            + (serious > 0 ? " What blocks answers stays as it is until you mend it." : string.Empty);
        if (await Dialogs.ConfirmAsync("Start " + campaign.Name, text, "Start") is not null)
            await DoAsync(async by => (await service.StartAsync(Id, by, CancellationToken.None)).Refusal, "Started. Reviewers are told.");
    }

    private async Task CloseAsync()
    {
        var campaign = detail!.Campaign;
        var orders = effects.Sum(e => Math.Max(0, e.Orders));
        var held = effects.Where(e => e.HeldBy is not null).Sum(e => e.Orders);
        var early = Clock.GetUtcNow() < campaign.DueAt;
        var text = $"No more answers are taken; {CampaignWords.Count(detail.Effects.SilentAsked + detail.Effects.SilentUnasked, "item")} have none. "
            + (campaign.AutoApply ? $"{CampaignWords.Count(orders, "identity", "identities")} to revoke, of which brakes hold {held.ToString("N0", CultureInfo.InvariantCulture)}. " : "Nothing is applied until you say so. ")
            + "This can't be undone.";
        if (await Dialogs.ConfirmAsync("Close " + campaign.Name, text, campaign.AutoApply ? "Close and apply" : "Close", danger: campaign.AutoApply && orders > 0, askReason: true, reasonRequired: early) is not { } reason)
            return;
        await DoAsync(
            async by =>
            {
                if ((await service.CloseEarlyAsync(Id, reason, by, CancellationToken.None)).Refusal is { } refused)
                    return refused;
                return campaign.AutoApply ? (await service.ApplyAsync(Id, by, CancellationToken.None)).Refusal : null;
            },
            campaign.AutoApply ? "Closed and applied." : "Closed.");
    }

    private async Task ApplyAsync()
    {
        var orders = effects.Sum(e => Math.Max(0, e.Orders));
        var text = $"{CampaignWords.Count(effects.Sum(e => e.Certify + e.Reduce), "item")} kept, {CampaignWords.Count(orders, "revocation order")} made; brakes hold {effects.Where(e => e.HeldBy is not null).Sum(e => e.Orders)} of them.";
        if (await Dialogs.ConfirmAsync("Apply " + detail!.Campaign.Name, text, "Apply", danger: orders > 0) is not null)
            await DoAsync(async by => (await service.ApplyAsync(Id, by, CancellationToken.None)).Refusal, "Applied.");
    }

    private async Task CancelAsync()
    {
        var prepared = detail!.Campaign.State == CampaignState.Prepared;
        var text = prepared
            ? "Its snapshot and items are put away; nobody was asked. You can prepare it anew at any time."
            : $"Nothing of it is applied. The {CampaignWords.Count(Decided, "decision")} given so far stay on record. This can't be undone.";
        if (await Dialogs.ConfirmAsync((prepared ? "Discard " : "Cancel ") + detail.Campaign.Name, text, prepared ? "Discard" : "Cancel the campaign", danger: !prepared, askReason: !prepared) is { } reason)
            await DoAsync(async by => (await service.CancelAsync(Id, reason, by, CancellationToken.None)).Refusal, prepared ? "Discarded." : "Cancelled.");
    }

    private async Task ChaseAsync(ReviewerStanding? person)
    {
        var who = person is null ? "Everybody with open items" : person.Name;
        if (await Dialogs.ConfirmAsync("Remind " + (person?.Name ?? "all"), $"{who} is told once more what is open and until when. Nobody is reminded twice within an hour. A note goes with it.", "Remind", askReason: true, reasonRequired: false) is not { } note)
            return;
        var sent = await reminders.ChaseAsync(Id, person?.PersonId, note, await actor.GetAsync(), CancellationToken.None);
        refusal = sent.Refusal;
        if (!sent.IsRefused)
            Snackbar.Done(sent.Value == 0 ? "Nobody was reminded: all are done, or were reminded within this hour." : CampaignWords.Count(sent.Value, "person", "people") + " reminded.");
        await LoadAsync();
    }

    private async Task ExtendAsync()
    {
        var dialog = await Dialogs.ShowAsync<ExtendDialog>("Extend", new DialogParameters<ExtendDialog> { { d => d.DueAt, detail!.Campaign.DueAt } });
        if (await dialog.Result is { Canceled: false, Data: ExtendDialog.Choice choice })
        {
            await DoAsync(
                async by => (await service.ExtendAsync(Id, choice.DueAt, choice.Reason, by, CancellationToken.None)).Refusal,
                string.Create(CultureInfo.InvariantCulture, $"Reviewers have until {choice.DueAt:d MMMM yyyy}."));
        }
    }

    private Task HandOnAsync(UnaskedItem item, Guid person) => person == Guid.Empty
        ? Task.CompletedTask
        : DoAsync(async by => (await handOver.ReassignAsync(item.ItemId, item.Version, person, "Nobody else may review it", by, CancellationToken.None)).Refusal, "Handed on.");

    private async Task DoAsync(Func<Actor, Task<Refusal?>> command, string done)
    {
        busy = true;
        try
        {
            refusal = await command(await actor.GetAsync());
            await LoadAsync();
        }
        finally
        {
            busy = false;
        }

        if (refusal is null)
            Snackbar.Done(done);
    }
}
