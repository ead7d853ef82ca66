using System.Globalization;
using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Campaigns;

/// <summary>Defines a campaign, with what it would mean beside the form as it is filled in.</summary>
public sealed partial class DefinitionPage(CampaignQueries queries, CampaignService service, CurrentActor actor, NavigationManager navigation)
{
    private DefinitionForm form = new();
    private ScopeChoices? choices;
    private CampaignPreview? preview;
    private Refusal? refusal;
    private string? fallbackName;
    private Guid? version;
    private Guid? running;
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

    /// <summary>"412 items for 38 reviewers; 6 without an accepted owner go to Ada."</summary>
    public static string Describe(CampaignPreview preview, string? fallback)
    {
        if (preview.Items == 0)
            return "Nothing is in this scope: nothing would be launched.";
        var text = $"{CampaignWords.Count(preview.Items, "identity", "identities")} for {CampaignWords.Count(preview.Reviewers, "reviewer")}";
        if (preview.ByFallback > 0)
            text += string.Create(CultureInfo.InvariantCulture, $"; {preview.ByFallback:N0} that no accepted owner can review go to {(string.IsNullOrEmpty(fallback) ? "the fallback reviewer" : fallback)}");
        if (preview.WithoutReviewer > 0)
            text += string.Create(CultureInfo.InvariantCulture, $"; {preview.WithoutReviewer:N0} nobody may review yet, since the fallback reviewer created them");
        return text + ".";
    }

    protected override async Task OnInitializedAsync()
    {
        choices = await queries.ScopeChoicesAsync(CancellationToken.None);
        if (Id is { } id && await queries.FindDefinitionAsync(id, CancellationToken.None) is { } found)
        {
            form = DefinitionForm.From(found.Input);
            (version, fallbackName, archived, running) = (found.Version, found.FallbackReviewer, found.ArchivedAt is not null, found.RunningCampaignId);
        }

        loaded = true;
        await CountAsync();
    }

    private string? Invalid(string field) => string.Equals(refusal?.Field, field, StringComparison.Ordinal) ? "true" : null;

    private Task ScopeAsync(Action change)
    {
        change();
        return CountAsync();
    }

    private Task FallbackAsync(Guid person)
    {
        (form.FallbackReviewerId, fallbackName) = (person, null);
        return CountAsync();
    }

    private async Task CountAsync() => preview = await service.PreviewAsync(form.ToInput(), CancellationToken.None);

    private async Task SaveAsync(bool launch)
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
            if (!launch)
            {
                Snackbar.Done("Saved.");
                navigation.NavigateTo("/campaigns");
                return;
            }

            var launched = await service.LaunchAsync(saved.Value, by, CancellationToken.None);
            if (launched.IsRefused)
                Snackbar.Refused(launched.Refusal);
            navigation.NavigateTo(launched.IsRefused ? $"/campaigns/definitions/{saved.Value}" : $"/campaigns/{launched.Value}");
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
            navigation.NavigateTo("/campaigns");
    }
}
