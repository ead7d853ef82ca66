using System.Globalization;
using Governance.Revocation;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>Asks the second person (B5): the effect in numbers, and above a tenth of a source the number typed.</summary>
internal static class ApprovalDialogs
{
    /// <summary>Whether it is approved, and the number that was typed where one is asked for.</summary>
    public static async Task<(bool Agreed, int? Typed)> ApproveAsync(this IDialogService dialogs, string effect, ApprovalSheet sheet)
    {
        if (sheet.TypedCount is not { } count)
            return (await dialogs.ConfirmAsync("Approve", effect, "Approve", danger: sheet.Deleted > 0) is not null, null);
        var text = string.Create(CultureInfo.InvariantCulture, $"{effect} That is more than {SecondPerson.TwoAbovePercent} % of a source: two administrators approve it, and each types the number.");
        var typed = await dialogs.ConfirmAsync("Approve", text, "Approve", danger: true, askReason: true, reasonLabel: string.Create(CultureInfo.InvariantCulture, $"Type {count}"));
        return (typed is not null, int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null);
    }
}
