using MudBlazor;

namespace Governance.Web.Shared;

public static class Confirmations
{
    /// <summary>Asks; null when cancelled, else the reason given (empty where none was asked for).</summary>
    public static async Task<string?> ConfirmAsync(this IDialogService dialogs, string title, string effect, string confirm, bool danger = false, bool askReason = false, bool reasonRequired = true, string reasonLabel = "Reason")
    {
        var parameters = new DialogParameters<ConfirmDialog>
        {
            { d => d.Title, title },
            { d => d.Effect, effect },
            { d => d.Confirm, confirm },
            { d => d.Danger, danger },
            { d => d.AskReason, askReason },
            { d => d.ReasonRequired, reasonRequired },
            { d => d.ReasonLabel, reasonLabel },
        };
        var dialog = await dialogs.ShowAsync<ConfirmDialog>(title, parameters);
        var result = await dialog.Result;
        return result is { Canceled: false } ? result.Data as string ?? string.Empty : null;
    }

    /// <summary>Shows a refusal where it was caused: what, where, and what to do next.</summary>
    public static void Refused(this ISnackbar snackbar, Common.Refusal refusal) => snackbar.Add(refusal.Message, Severity.Warning, o => o.RequireInteraction = true);

    /// <summary>A quiet line that it was done.</summary>
    public static void Done(this ISnackbar snackbar, string text) => snackbar.Add(text, Severity.Success);
}
