using Governance.Common;
using Governance.Ownership;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>Why it is not theirs, and whose it may be.</summary>
public sealed record DeclineAnswer(string Reason, Guid? Suggested);

/// <summary>Ways to open the ownership dialogs, and to tell what became of a batch.</summary>
public static class OwnerDialogs
{
    /// <summary>Asks whom to propose for these identities and does it. True when something was changed.</summary>
    public static async Task<bool> AssignOwnerAsync(this IDialogService dialogs, IReadOnlyCollection<Guid> identityIds)
    {
        var dialog = await dialogs.ShowAsync<AssignOwnerDialog>("Propose an owner", new DialogParameters<AssignOwnerDialog> { { d => d.IdentityIds, identityIds } });
        return await dialog.Result is { Canceled: false };
    }

    /// <summary>Asks whom to name for a role beside the owner and does it. True when something was changed.</summary>
    public static async Task<bool> NameRoleAsync(this IDialogService dialogs, IReadOnlyCollection<Guid> identityIds, OwnerRole role)
    {
        var dialog = await dialogs.ShowAsync<AssignOwnerDialog>("Name somebody", new DialogParameters<AssignOwnerDialog> { { d => d.IdentityIds, identityIds }, { d => d.Role, role } });
        return await dialog.Result is { Canceled: false };
    }

    /// <summary>Asks why it is not theirs, and whose it may be; null when cancelled.</summary>
    public static async Task<DeclineAnswer?> DeclineAsync(this IDialogService dialogs, int count)
    {
        var dialog = await dialogs.ShowAsync<DeclineDialog>("Not mine", new DialogParameters<DeclineDialog> { { d => d.Count, count } });
        return await dialog.Result is { Canceled: false, Data: DeclineAnswer answer } ? answer : null;
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
