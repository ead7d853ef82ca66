using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>Sets what was decided on identities, in one statement.</summary>
internal static class TriageApply
{
    public static Task<int> SetAsync(GovernanceDb db, IQueryable<Identity> identities, ToolDecision decision, CancellationToken ct)
    {
        _ = db;
        var about = decision.Rule switch
        {
            EvidenceRule.AppId => $"every identity with application id {decision.Value}",
            EvidenceRule.Publisher => $"every identity published by '{decision.Value}'",
            _ => $"every identity named '{decision.Value}'",
        };
        var day = decision.DecidedAt.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var text = $"Decided by {decision.DecidedBy} on {day}, for {about}{(decision.ToolId is null ? ": not an AI tool" : null)}";
        text = text.Length > 400 ? text[..399] + "…" : text;
        return identities.ExecuteUpdateAsync(s => s.SetProperty(i => i.ToolId, decision.ToolId).SetProperty(i => i.ToolEvidence, text)
            .SetProperty(i => i.ToolDecidedBy, decision.DecidedBy).SetProperty(i => i.ToolDecisionId, decision.Id), ct);
    }
}
