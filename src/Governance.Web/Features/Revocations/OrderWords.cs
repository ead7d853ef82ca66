using Governance.Revocation;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>States in words that people use; each with an icon, so that colour is never alone.</summary>
internal static class OrderWords
{
    public static string Of(OrderState state) => state switch
    {
        OrderState.Held => "Held",
        OrderState.Noticed => "Notice runs",
        OrderState.Due => "Due",
        OrderState.Quarantined => "Quarantined",
        OrderState.Completed => "Deleted",
        OrderState.Withdrawn => "Withdrawn",
        OrderState.Undone => "Undone",
        _ => "Stuck",
    };

    public static string Of(RemediationState state) => state switch
    {
        RemediationState.ManualPending => "By hand, waits for a person",
        RemediationState.InProgress => "In progress",
        RemediationState.Verified => "Verified in the source",
        RemediationState.Succeeded => "Reported done, not observed",
        _ => state.ToString(),
    };

    public static string Of(RevocationCause cause) => cause switch
    {
        RevocationCause.Unowned => "No owner",
        RevocationCause.Denied => "Denied in review",
        RevocationCause.Manual => "Ordered by a person",
        _ => cause.ToString(),
    };

    public static string Icon(OrderState state) => state switch
    {
        OrderState.Held => Icons.Material.Outlined.PanTool,
        OrderState.Noticed => Icons.Material.Outlined.Schedule,
        OrderState.Due => Icons.Material.Outlined.PlayArrow,
        OrderState.Quarantined => Icons.Material.Outlined.Lock,
        OrderState.Completed => Icons.Material.Outlined.DeleteForever,
        OrderState.Withdrawn => Icons.Material.Outlined.Cancel,
        OrderState.Undone => Icons.Material.Outlined.Undo,
        _ => Icons.Material.Outlined.ErrorOutline,
    };

    /// <summary>A colour that the theme has already; the word says it too.</summary>
    public static string Css(OrderState state) => state switch
    {
        OrderState.Stuck => "severity-critical",
        OrderState.Held => "severity-medium",
        OrderState.Quarantined => "state-quarantined",
        OrderState.Completed => "state-decommissioned",
        OrderState.Due or OrderState.Noticed => "state-requested",
        _ => "muted",
    };
}
