using Governance.Common;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>Ways to open the ownership dialogs, and to tell what became of a batch.</summary>
public static class OwnerDialogs
{
    /// <summary>Asks whom to propose for these identities and does it. True when something was changed.</summary>
    public static async Task<bool> AssignOwnerAsync(this IDialogService dialogs, IReadOnlyCollection<Guid> identityIds)
    {
        var dialog = await dialogs.ShowAsync<AssignOwnerDialog>("Propose an owner", new DialogParameters<AssignOwnerDialog> { { d => d.IdentityIds, identityIds } });
        return await dialog.Result is { Canceled: false };
    }

    /// <summary>Says how many were done, and the reason of the first that was not.</summary>
    public static void Told(this ISnackbar snackbar, IReadOnlyList<ItemOutcome> outcomes, Func<string, string> done)
    {
        var (count, refusal, refused) = OwnerWords.Sum(outcomes);
        if (count > 0)
            snackbar.Done(done(OwnerWords.Identities(count)));
        if (refusal is not null)
            snackbar.Refused(refused == 1 ? refusal : refusal with { Message = $"{refused} were not changed. The first: {refusal.Message}" });
    }
}
