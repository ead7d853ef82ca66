using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Campaigns;

/// <summary>Designs a campaign, with what it would mean beside the form as it is filled in.</summary>
public sealed partial class DefinitionPage(CampaignQueries queries, CampaignService service, CurrentActor actor, NavigationManager navigation)
{
    private DefinitionForm form = new();
    private ScopeChoices? choices;
    private CampaignPreview? preview;
    private IReadOnlyList<ExclusionCount> excluded = [];
    private IReadOnlyList<DateTimeOffset> dates = [];
    private Refusal? refusal;
    private string? fallbackName;
    private Guid? version;
    private Guid? running;
    private int asked;
    private bool archived;
    private bool loaded;
    private bool busy;

    /// <summary>The definition to change; null makes a new one.</summary>
    [Parameter]
    public Guid? Id { get; set; }

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        choices = await queries.ScopeChoicesAsync(CancellationToken.None);
        if (Id is { } id && await queries.FindDefinitionAsync(id, CancellationToken.None) is { } found)
        {
            form = DefinitionForm.From(found.Input, found.Names);
            (version, fallbackName, archived, running) = (found.Version, found.FallbackReviewer, found.ArchivedAt is not null, found.RunningCampaignId);
        }
        else
        {
            foreach (var stage in StageSettings.Standard(14))
                form.Stages.Add(StageForm.From(stage, new Dictionary<Guid, string>()));
        }

        loaded = true;
        await CountAsync();
    }

    private string? Invalid(string field) => string.Equals(refusal?.Field, field, StringComparison.Ordinal) ? "true" : null;

    private Task UseAsync(CampaignTemplate template)
    {
        var fallback = form.FallbackReviewerId;
        form = DefinitionForm.From(template.Input with { TimeZone = form.TimeZone }, new Dictionary<Guid, string>());
        form.FallbackReviewerId = fallback;
        return CountAsync();
    }

    private Task FallbackAsync(Guid person)
    {
        (form.FallbackReviewerId, fallbackName) = (person, null);
        return CountAsync();
    }

    private Task AddStageAsync()
    {
        form.Stages.Add(StageForm.From(new StageSettings { Reviewers = [ReviewerKind.OwnersManager], FallbackRole = Roles.SecurityEngineer, Items = StageItems.PrivilegedOrAutonomous, DurationDays = 7 }, new Dictionary<Guid, string>()));
        return CountAsync();
    }

    private Task RemoveAsync(StageForm stage)
    {
        form.Stages.Remove(stage);
        form.Stages[0].Items = StageItems.All;
        return CountAsync();
    }

    // An older answer does not replace a newer one.
    private async Task CountAsync()
    {
        var turn = ++asked;
        var input = form.ToInput();
        dates = input.Dates(Clock.GetUtcNow(), 6);
        var counted = await service.PreviewAsync(input, CancellationToken.None);
        var left = await service.ExcludedAsync(input, CancellationToken.None);
        if (turn == asked)
            (preview, excluded) = (counted, left);
    }

    private async Task SaveAsync(bool prepare)
    {
        if (busy)
            return;
        busy = true;
        try
        {
            var by = await actor.GetAsync();
            var saved = await SaveAsync(by);
            refusal = saved.Refusal;
            if (saved.IsRefused)
                return;
            if (!prepare)
            {
                Snackbar.Done("Saved.");
                navigation.NavigateTo("/campaigns/definitions");
                return;
            }

            var prepared = await service.PrepareAsync(saved.Value, by, CancellationToken.None);
            if (prepared.IsRefused)
                Snackbar.Refused(prepared.Refusal);
            navigation.NavigateTo(prepared.IsRefused ? $"/campaigns/definitions/{saved.Value}" : $"/campaigns/{prepared.Value}");
        }
        finally
        {
            busy = false;
        }
    }

    private async Task<Outcome<Guid>> SaveAsync(Actor by)
    {
        if (Id is not { } id)
            return await service.DefineAsync(form.ToInput(), by, CancellationToken.None);
        return (await service.ChangeAsync(id, version!.Value, form.ToInput(), by, CancellationToken.None)).Refusal is { } refused ? refused : id;
    }

    private async Task ArchiveAsync()
    {
        if (await Dialogs.ConfirmAsync("Archive " + form.Name, "It launches no more. Its campaigns and their decisions stay.", "Archive") is null)
            return;
        var done = await service.ArchiveAsync(Id!.Value, await actor.GetAsync(), CancellationToken.None);
        if (done.IsRefused)
            refusal = done.Refusal;
        else
            navigation.NavigateTo("/campaigns/definitions");
    }
}
