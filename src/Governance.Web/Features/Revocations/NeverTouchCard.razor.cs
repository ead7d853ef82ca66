using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>The never-touch list (B6).</summary>
public sealed partial class NeverTouchCard(BrakeListService lists, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar)
{
    private IReadOnlyList<NeverTouchPattern> patterns = [];
    private Refusal? refusal;
    private string? text;
    private string? reason;

    [Parameter]
    public bool MayChange { get; set; }

    protected override async Task OnInitializedAsync() => patterns = await lists.PatternsAsync(CancellationToken.None);

    private async Task AddAsync()
    {
        var outcome = await lists.ListAsync(text ?? string.Empty, reason ?? string.Empty, await actor.GetAsync(), CancellationToken.None);
        refusal = outcome.Refusal;
        if (!outcome.IsRefused)
            (text, reason) = (null, null);
        patterns = await lists.PatternsAsync(CancellationToken.None);
    }

    private async Task UnlistAsync(NeverTouchPattern pattern)
    {
        var effect = pattern.RemovalAskedBy is null ? "Another administrator has to confirm it." : "From then on these identities can be revoked.";
        if (await dialogs.ConfirmAsync($"Take {pattern.Shown} off the list", effect, "Take off", danger: true, askReason: true) is not { } why)
            return;
        var outcome = await lists.UnlistAsync(pattern.Id, why, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        else
            snackbar.Done(outcome.Value ? "It is off the list." : "Asked. Another administrator confirms it.");
        patterns = await lists.PatternsAsync(CancellationToken.None);
    }
}
