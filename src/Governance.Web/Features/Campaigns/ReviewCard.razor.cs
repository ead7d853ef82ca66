using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Campaigns;

/// <summary>The open item: facts first, then the answers, then what the chosen answer still needs.</summary>
public sealed partial class ReviewCard
{
    private bool allGrants;

    [Parameter, EditorRequired]
    public ReviewDetail Detail { get; set; } = default!;

    [Parameter, EditorRequired]
    public ReviewDraft Draft { get; set; } = default!;

    [Parameter]
    public Asking Asking { get; set; }

    [Parameter]
    public Refusal? Refusal { get; set; }

    [Parameter]
    public bool Open { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    [Parameter]
    public bool JustificationOnCertify { get; set; }

    [Parameter]
    public EventCallback<Asking> OnAsk { get; set; }

    [Parameter]
    public EventCallback OnSend { get; set; }

    [Parameter]
    public EventCallback OnCancel { get; set; }

    [Parameter]
    public EventCallback OnUndo { get; set; }

    private DateTimeOffset now => Clock.GetUtcNow();

    private string Owner => Detail.OwnerState switch
    {
        OwnerState.Accepted => Detail.OwnerName ?? "accepted",
        OwnerState.Proposed => $"{Detail.OwnerName ?? "someone"} was asked, not answered",
        OwnerState.Orphaned => $"{Detail.OwnerName ?? "the owner"} has left",
        _ => Detail.OwnerHint is { Length: > 0 } hint ? $"nobody; its source says “{hint}”" : "nobody",
    };

    private bool ReasonRequired => Asking == Asking.HandOn || (ReviewDraft.VerdictOf(Asking) is { } verdict && CampaignRules.NeedsReason(JustificationOnCertify, always: false, verdict));

    private string ReasonLabel => Asking switch
    {
        Asking.Revoke => "Why is it no longer needed?",
        Asking.HandOn => "Why is it not yours?",
        Asking.Certify => "Why is it still needed?",
        _ => ReasonRequired ? "Why?" : "Why? (optional)",
    };

    private string PanelTitle => Asking == Asking.HandOn ? "Hand it on" : CampaignWords.Sentence(Asking.ToString());

    private string SendText => Asking switch
    {
        Asking.HandOn => "Hand on",
        Asking.Reduce => Draft.Grants.Count == 0 ? "Reduce" : $"Take {CampaignWords.Count(Draft.Grants.Count, "permission")} away",
        _ => Asking.ToString(),
    };

    /// <summary>Whether the chosen answer still needs something.</summary>
    private bool Panel => Open && (Asking is Asking.Reduce or Asking.Revoke or Asking.HandOn || (Asking == Asking.Certify && JustificationOnCertify));

    private string Pressed(Asking which) => Asking == which ? "true" : "false";

    private void Choose(Guid grant, bool chosen) => _ = chosen ? Draft.Grants.Add(grant) : Draft.Grants.Remove(grant);
}
