using Governance.Common;
using Governance.Notifications;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Notifications;

/// <summary>The wording of each kind of mail: changed, previewed, taken back.</summary>
public sealed partial class TemplatesPage(TemplateService service, CurrentActor actor, ISnackbar snackbar)
{
    private IReadOnlyList<TemplateView>? templates;
    private IReadOnlyList<TemplateView> history = [];
    private TemplateView? current;
    private string subject = string.Empty;
    private string body = string.Empty;
    private Letter? letter;
    private Refusal? refusal;
    private bool busy;

    [SupplyParameterFromQuery(Name = "kind")]
    private string? Kind { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        templates = await service.ListAsync(CancellationToken.None);
        current = templates.FirstOrDefault(t => t.Kind == Kind) ?? templates[0];
        history = await service.HistoryAsync(current.Kind, CancellationToken.None);
        (subject, body) = (current.Subject, current.Body);
        Preview();
    }

    private void Preview()
    {
        var shown = service.Preview(current!.Kind, subject, body);
        (letter, refusal) = (shown.Value, shown.Refusal);
    }

    private void Take(TemplateView version)
    {
        (subject, body) = (version.Subject, version.Body);
        Preview();
    }

    private Task SaveAsync() => ChangeAsync(async by => await service.SaveAsync(current!.Kind, subject, body, by, CancellationToken.None), "The wording is kept, and counts from the next mail on.");

    private Task ResetAsync() => ChangeAsync(async by => await service.ResetAsync(current!.Kind, by, CancellationToken.None), "The shipped wording holds again.");

    private async Task ChangeAsync(Func<Actor, Task<Outcome<Done>>> change, string said)
    {
        busy = true;
        var outcome = await change(await actor.GetAsync());
        busy = false;
        refusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        snackbar.Done(said);
        await LoadAsync();
    }
}
