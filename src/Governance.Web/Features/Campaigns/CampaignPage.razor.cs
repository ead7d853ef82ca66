using System.Globalization;
using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Campaigns;

/// <summary>One campaign: how far each reviewer is, and what closing does, in numbers.</summary>
public sealed partial class CampaignPage(CampaignQueries queries, CampaignService service, HandOverService handOver, CurrentActor actor)
{
    private CampaignDetail? detail;
    private IReadOnlyList<Reduction> reductions = [];
    private IReadOnlyList<UnaskedItem> unasked = [];
    private Refusal? refusal;
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

    protected override async Task OnInitializedAsync()
    {
        await LoadAsync();
        loaded = true;
    }

    private static IEnumerable<string> EffectLines(Campaign campaign, CampaignEffects effects)
    {
        if (effects.Certify + effects.Reduce + effects.Revoke + effects.DontKnow == 0)
            yield return campaign.State == CampaignState.Running ? "Nobody has decided yet." : "Nobody decided.";
        if (effects.Certify > 0)
            yield return $"{Identities(effects.Certify)} certified as of the day they were decided.";
        if (effects.Reduce > 0)
            yield return $"{Identities(effects.Reduce)} kept, with permissions to take away by hand in their source.";
        if (effects.Revoke > 0 && campaign.State != CampaignState.Applied)
            yield return $"{Identities(effects.Revoke)} to revoke: held by the brakes until they are released, then disabled; deleted later, and only if asked for.";
        if (effects.DontKnow > 0)
            yield return $"{Identities(effects.DontKnow)} nobody knew: nothing changes.";
        if (effects.SilentAsked > 0)
            yield return $"{Identities(effects.SilentAsked)} without an answer: each {Words.Of(campaign.NoAnswer)}.";
        if (effects.SilentUnasked > 0)
            yield return $"{Identities(effects.SilentUnasked)} that nobody could be asked about: nothing changes.";
    }

    private static string Identities(int n) => CampaignWords.Count(n, "identity", "identities");

    private async Task LoadAsync()
    {
        detail = await queries.FindAsync(Id, CancellationToken.None);
        if (detail is null)
            return;
        reductions = await queries.ListReductionsAsync(Id, CancellationToken.None);
        unasked = await queries.ListUnaskedAsync(Id, CancellationToken.None);
    }

    private async Task CloseAsync()
    {
        var (campaign, effects) = (detail!.Campaign, detail.Effects);
        var revoke = effects.Revoke + (campaign.NoAnswer == NoAnswerPolicy.Revoke ? effects.SilentAsked : 0);
        var text = $"No more decisions are taken. {Identities(effects.Certify)} certified, {Identities(revoke)} to revoke behind the brakes, {Identities(effects.SilentAsked + effects.SilentUnasked)} without an answer. This can't be undone.";
        if (await Dialogs.ConfirmAsync("Close " + campaign.Name, text, "Close and apply", danger: revoke > 0) is null)
            return;
        await DoAsync(async by =>
        {
            if ((await service.CloseAsync(Id, by, CancellationToken.None)).Refusal is { } refused)
                return refused;
            return (await service.ApplyAsync(Id, by, CancellationToken.None)).Refusal;
        }, "Closed and applied.");
    }

    private Task ApplyAsync() => DoAsync(async by => (await service.ApplyAsync(Id, by, CancellationToken.None)).Refusal, "Applied.");

    private Task ExtendAsync()
    {
        var due = detail!.Campaign.DueAt > Clock.GetUtcNow() ? detail.Campaign.DueAt : Clock.GetUtcNow();
        var until = due.AddDays(7);
        return DoAsync(
            async by => (await service.ExtendAsync(Id, until, null, by, CancellationToken.None)).Refusal,
            string.Create(CultureInfo.InvariantCulture, $"Reviewers have until {until:d MMMM yyyy}."));
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
