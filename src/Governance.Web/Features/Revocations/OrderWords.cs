using Governance.Revocation;
using Governance.Web.Shared;
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
        RemediationState.Open => "Not begun",
        RemediationState.Skipped => "Not done",
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

    public static string Of(StepState state) => state switch
    {
        StepState.Planned => "planned",
        StepState.Claimed or StepState.Intent => "under way",
        StepState.Retrying => "will be tried again",
        StepState.Manual => "waits for a person",
        StepState.Done => "done",
        StepState.Withdrawn => "withdrawn",
        _ => "stuck",
    };

    /// <summary>Where an order stands and what comes next, as one would tell it.</summary>
    /// <param name="order">The order.</param>
    /// <param name="source">Its source's name.</param>
    /// <param name="now">Now.</param>
    public static string Summary(RevocationOrder order, string source, DateTimeOffset now)
    {
        var undoing = order.Generation > 0 && order.EndedAt is null;
        return order switch
        {
            { Remediation: RemediationState.ManualPending } => $"No connector acts on {source}, so a person does it there and confirms it here. Once a connector is switched on for {source}, it takes over.",
            _ when undoing => "It is being restored. This page looks again by itself.",
            { State: OrderState.Held } => "Nothing was done yet: a brake holds it until it is approved or withdrawn.",
            { State: OrderState.Noticed, NoticeUntil: { } until } => $"Its owner was told, or else the administrators. It is disabled in {source} {Times.Relative(until, now)}, unless somebody withdraws the order before.",
            { State: OrderState.Due } => $"It is being disabled in {source}. This page looks again by itself.",
            { State: OrderState.Quarantined, DeletionAskedAt: not null } => "It is disabled, and its deletion is under way or waits for another administrator.",
            { State: OrderState.Quarantined, Remediation: RemediationState.Succeeded } => $"It was reported as disabled; nobody has observed it in {source}. It can be undone.",
            { State: OrderState.Quarantined } => $"It is disabled: that was observed in {source}, not only sent there. It can be undone.",
            { State: OrderState.Completed, Remediation: RemediationState.Verified } => $"It was deleted, and observed to be gone from {source}.",
            { State: OrderState.Completed } => $"It was reported as deleted; nobody has observed it in {source}.",
            { State: OrderState.Withdrawn } => "The order was taken back before anything was done. The identity kept its access.",
            { State: OrderState.Undone } => "It was disabled, and is restored as it was before.",
            _ => "A step can't go on by itself: what stopped it stands below. Mend it and try again, or do it in the source and confirm it here.",
        };
    }

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
