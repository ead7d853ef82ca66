using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>What people here added to the catalogue and decided once for all, read at the start of a pass.</summary>
internal sealed class OwnRules
{
    private readonly Dictionary<(EvidenceRule, string), ToolDecision> decisions;

    private OwnRules(EntryIndex entries, Dictionary<(EvidenceRule, string), ToolDecision> decisions) => (Entries, this.decisions) = (entries, decisions);

    public EntryIndex Entries { get; }

    public static async Task<OwnRules> ReadAsync(GovernanceDb db, CancellationToken ct)
    {
        var entries = await db.CatalogueEntries.AsNoTracking().Join(db.Tools, e => e.ToolId, t => t.Id, (e, t) => new { e.Rule, e.Value, t.Name, t.Vendor, t.Autonomy }).ToListAsync(ct);
        var decided = await db.ToolDecisions.AsNoTracking().Where(d => d.UndoneAt == null).OrderByDescending(d => d.DecidedAt).ThenByDescending(d => d.Id).ToListAsync(ct);
        return new OwnRules(
            new EntryIndex(entries.Select(e => new CatalogueEntry(e.Rule, e.Value, e.Name, e.Vendor, e.Autonomy, "own"))),
            decided.DistinctBy(d => (d.Rule, d.Value)).ToDictionary(d => (d.Rule, d.Value)));
    }

    /// <summary>The decision that covers it: by application id first, then by name, then by publisher.</summary>
    public ToolDecision? Decision(ToolClues clues)
    {
        if (decisions.Count == 0)
            return null;
        foreach (var id in clues.AppIds)
        {
            if (decisions.GetValueOrDefault((EvidenceRule.AppId, id)) is { } byId)
                return byId;
        }

        return decisions.GetValueOrDefault((EvidenceRule.Name, Normal(clues.Name))) ?? (clues.Publisher is { } publisher ? decisions.GetValueOrDefault((EvidenceRule.Publisher, Normal(publisher))) : null);
    }

    public static string Normal(string text) => text.Trim().ToLowerInvariant();
}
