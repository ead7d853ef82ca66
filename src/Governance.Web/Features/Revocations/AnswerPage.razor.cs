using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>Where a notice or a question leads: one identity, why it is to go, and two answers.</summary>
public sealed partial class AnswerPage(AnswerService answers, CurrentActor actor, ISnackbar snackbar)
{
    private AnswerSheet? sheet;
    private Refusal? refusal;
    private string? reason;
    private bool loaded;

    [Parameter]
    public Guid Id { get; set; }

    private bool Open => sheet!.State is not (OrderState.Completed or OrderState.Withdrawn or OrderState.Undone);

    protected override async Task OnParametersSetAsync()
    {
        sheet = await answers.FindAsync(Id, await actor.GetAsync(), CancellationToken.None);
        loaded = true;
    }

    private async Task AnswerAsync(bool needed)
    {
        var outcome = await answers.AnswerAsync(Id, needed, reason ?? string.Empty, await actor.GetAsync(), CancellationToken.None);
        refusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        snackbar.Done(needed ? "Kept for now. An administrator decides." : "Noted. It goes as announced.");
        await OnParametersSetAsync();
    }

    private string Lead() => sheet!.State switch
    {
        OrderState.Noticed => $"It will be disabled {Times.Relative(sheet.NoticeUntil!.Value, TimeProvider.System.GetUtcNow())}. If you still need it, say so now.",
        OrderState.Held => "It is to be disabled, and waits. Is it still needed?",
        OrderState.Due => "It is being disabled. If you need it, say so now.",
        OrderState.Quarantined => "It is disabled and can still be brought back. Is it needed?",
        _ => $"This has ended: it is {OrderWords.Of(sheet.State).ToLowerInvariant()}.",
    };
}
