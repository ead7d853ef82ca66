using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Campaigns;

/// <summary>The open item: facts first, then the answers, then what the chosen answer still needs.</summary>
public sealed partial class ReviewCard
{
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

    /// <summary>Whether every answer owes a reason.</summary>
    [Parameter]
    public bool Always { get; set; }

    /// <summary>Whether the reviewer owns it: one doesn't ask oneself.</summary>
    [Parameter]
    public bool OwnerIsMe { get; set; }

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

    private bool ReasonRequired => Asking == Asking.HandOn || (ReviewDraft.VerdictOf(Asking) is { } verdict && CampaignRules.NeedsReason(JustificationOnCertify, Always, verdict));

    private string ReasonLabel => Asking switch
    {
        Asking.Revoke => "Why is it no longer needed?",
        Asking.HandOn => "Why is it not yours?",
        Asking.Certify => "Why is it still needed?",
        Asking.DontKnow => "What is unclear, or who may know?",
        _ => ReasonRequired ? "Why?" : "Why? (optional)",
    };

    private string PanelTitle => Asking == Asking.HandOn ? "Hand it on" : CampaignWords.Sentence(Asking.ToString());

    private string SendText => Asking switch
    {
        Asking.HandOn => "Hand on",
        Asking.Reduce => (Draft.Grants.Count, Draft.EndsOn) switch
        {
            (0, null) => "Reduce",
            (0, _) => "Keep it until then",
            (var n, null) => $"Take {CampaignWords.Count(n, "permission")} away",
            var (n, _) => $"Take {CampaignWords.Count(n, "permission")} away, end it then",
        },
        Asking.DontKnow => "Don't know",
        _ => Asking.ToString(),
    };

    /// <summary>Whether the chosen answer still needs something.</summary>
    private bool Panel => Open && !Freed && (Asking is Asking.Reduce or Asking.Revoke or Asking.HandOn || (Asking == Asking.Certify && JustificationOnCertify) || (Asking is Asking.Certify or Asking.DontKnow && Always));

    private bool Freed => Detail.Line.State == TaskState.Freed;

    private string Pressed(Asking which) => Asking == which ? "true" : "false";

    private void Choose(Guid grant, bool chosen) => _ = chosen ? Draft.Grants.Add(grant) : Draft.Grants.Remove(grant);
}
