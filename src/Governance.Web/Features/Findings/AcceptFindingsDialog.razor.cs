using Governance.Common;
using Governance.Findings;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Findings;

/// <summary>Takes the risk of findings until a date, with a reason.</summary>
public sealed partial class AcceptFindingsDialog(FindingAcceptance service, CurrentActor actor, TimeProvider clock, ISnackbar snackbar)
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(90);

    private string? reason;
    private DateTime? until;
    private Refusal? refusal;
    private bool busy;

    [Parameter, EditorRequired]
    public IReadOnlyCollection<Guid> FindingIds { get; set; } = [];

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    protected override void OnInitialized() => until = (clock.Now() + Usual).UtcDateTime.Date;

    private async Task SaveAsync()
    {
        busy = true;
        // The end of the day that was chosen, in UTC as all dates of the console.
        var end = new DateTimeOffset(DateTime.SpecifyKind(until!.Value.Date.AddDays(1), DateTimeKind.Utc));
        var outcomes = await service.AcceptAsync(FindingIds, reason ?? string.Empty, end, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        var done = outcomes.Count(o => o.Refusal is null);
        if (done == 0)
        {
            refusal = outcomes.Count > 0 ? outcomes[0].Refusal : null;
            return;
        }

        snackbar.Done($"Done for {done}: what is high or critical waits for a second person; the rest is accepted until {Times.Day(end.AddDays(-1))}.");
        if (done < outcomes.Count)
            snackbar.Refused(outcomes.First(o => o.Refusal is not null).Refusal!);
        Dialog.Close();
    }
}
