using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>What an answer is remembered by, for what other imports and sources bring.</summary>
public enum RememberBy
{
    /// <summary>By application id where it has one, else by its whole name.</summary>
    Best,
    Name,
    Publisher,

    /// <summary>Only the identities chosen.</summary>
    Nothing,
}

/// <summary>What an answer did.</summary>
/// <param name="BatchId">To undo it.</param>
/// <param name="Chosen">Identities that were answered.</param>
/// <param name="Others">Further identities that share the id, name or publisher.</param>
public sealed record TriageAnswer(Guid BatchId, int Chosen, int Others);

/// <summary>Answers whether identities act for an AI tool. Kept as a person's decision; no import changes or asks it again.</summary>
public sealed class TriageService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, ToolCatalogue catalogue)
{
    private const int Most = 5000;

    /// <param name="identityIds">The identities chosen.</param>
    /// <param name="toolId">The tool; null: not an AI tool.</param>
    /// <param name="remember">What it is remembered by.</param>
    /// <param name="reason">Kept in the audit log.</param>
    /// <param name="by">Who.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Outcome<TriageAnswer>> DecideAsync(IReadOnlyCollection<Guid> identityIds, Guid? toolId, RememberBy remember, string? reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        var ids = identityIds.Distinct().ToList();
        if (ids.Count is 0 or > Most)
            return new Refusal("triage.none", $"Choose 1 to {Most} identities.");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<TriageAnswer>(async () =>
        {
            var now = clock.Now();
            var tool = toolId is null ? null : await db.Tools.Where(t => t.Id == toolId).Select(t => t.Name).SingleOrDefaultAsync(ct);
            if (toolId is not null && tool is null)
                return Outcome<TriageAnswer>.Refused(new Refusal("tool.unknown", "That tool is no longer there. Load the page again.", "tool"));
            var rows = await db.Identities.Where(i => ids.Contains(i.Id)).Select(i => new
            {
                i.Id,
                i.DisplayName,
                i.Publisher,
                AppId = db.IdentityKeys.Where(k => k.IdentityId == i.Id && k.Kind == IdentityKeyKind.AppId && !k.Refers).Select(k => k.Value).Min(),
            }).ToListAsync(ct);
            if (rows.Count == 0)
                return Outcome<TriageAnswer>.Refused(new Refusal("triage.gone", "None of these identities is there any more. Load the page again."));
            var batch = Ids.New(now);
            var why = reason is { } given && given.Trim() is { Length: > 0 } text ? StorableText.Clean(text.Length > 2000 ? text[..2000] : text) : null;
            var others = 0;
            var covered = new HashSet<Guid>();
            foreach (var group in rows.Select(r => (r.Id, Key: KeyOf(remember, r.AppId, r.DisplayName, r.Publisher))).GroupBy(r => r.Key))
            {
                var chosen = group.Select(g => g.Id).ToList();
                covered.UnionWith(chosen);
                var decision = new ToolDecision { Id = Ids.New(now), BatchId = batch, Rule = group.Key.Rule, Value = group.Key.Value, ToolId = toolId, Reason = why, DecidedBy = by.Name, DecidedAt = now };
                if (group.Key.Value.Length == 0)
                {
                    // Of these alone: the row only carries the undo, and its empty value matches nothing.
                    db.ToolDecisions.Add(decision);
                    await db.SaveChangesAsync(ct);
                    await SetAsync(db, chosen, decision, $"Decided by {by.Name}{(toolId is null ? ": not an AI tool" : null)}", ct);
                    continue;
                }

                await db.ToolDecisions.Where(d => d.Rule == decision.Rule && d.Value == decision.Value && d.UndoneAt == null)
                    .ExecuteUpdateAsync(s => s.SetProperty(d => d.UndoneAt, now).SetProperty(d => d.UndoneBy, by.Name), ct);
                db.ToolDecisions.Add(decision);
                await db.SaveChangesAsync(ct);
                foreach (var some in chosen.Chunk(500))
                    await TriageApply.SetAsync(db, db.Identities.Where(i => some.Contains(i.Id)), decision, ct);
                others += await TriageApply.SetAsync(db, Sharing(db, decision).Where(i => i.ToolDecisionId != decision.Id && i.ToolDecidedBy == null
                    && (i.ToolId == null || i.ToolEvidence == null || i.ToolEvidence.Contains("(catalogue "))), decision, ct);
            }

            await audit.AppendAsync(db, by, now, rows.Select(r => new AuditDraft(AuditActions.TriageDecided, Subjects.Identity, r.Id, why, new { tool = tool ?? "not an AI tool", remember, batch })).ToList(), ct);
            return Outcome<TriageAnswer>.From(new TriageAnswer(batch, covered.Count, others));
        }, ct);
    }

    /// <summary>Takes an answer back: what it had set is open again, and the catalogue looks anew.</summary>
    public async Task<Outcome<int>> UndoAsync(Guid batchId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<int>(async () =>
        {
            var now = clock.Now();
            var decisions = await db.ToolDecisions.Where(d => d.BatchId == batchId && d.UndoneAt == null).Select(d => (Guid?)d.Id).ToListAsync(ct);
            if (decisions.Count == 0)
                return Outcome<int>.Refused(new Refusal("triage.undone", "That answer was taken back, or replaced by a later one, already."));
            var run = Ids.New(now);
            var freed = await db.Identities.Where(i => decisions.Contains(i.ToolDecisionId)).Select(i => i.Id).ToListAsync(ct);
            await db.Identities.Where(i => decisions.Contains(i.ToolDecisionId)).ExecuteUpdateAsync(s => s.SetProperty(i => i.ToolId, (Guid?)null).SetProperty(i => i.ToolEvidence, (string?)null)
                .SetProperty(i => i.ToolDecidedBy, (string?)null).SetProperty(i => i.ToolDecisionId, (Guid?)null).SetProperty(i => i.Version, run), ct);
            await db.ToolDecisions.Where(d => d.BatchId == batchId && d.UndoneAt == null).ExecuteUpdateAsync(s => s.SetProperty(d => d.UndoneAt, now).SetProperty(d => d.UndoneBy, by.Name), ct);
            foreach (var some in freed.Chunk(500))
                await new CataloguePass(db, catalogue, now).RunAsync(i => some.Contains(i.Id), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.TriageUndone, Subjects.Tool, batchId, null, new { identities = freed.Count }), ct);
            return Outcome<int>.From(freed.Count);
        }, ct);
    }

    private static IQueryable<Identity> Sharing(GovernanceDb db, ToolDecision decision)
    {
        var upper = decision.Value.ToUpperInvariant();
        return decision.Rule switch
        {
            EvidenceRule.AppId => db.Identities.Where(i => db.IdentityKeys.Any(k => k.IdentityId == i.Id && k.Kind == IdentityKeyKind.AppId && !k.Refers && k.Value == decision.Value)),
            EvidenceRule.Publisher => db.Identities.Where(i => SqlText.Upper(i.Publisher) == upper),
            _ => db.Identities.Where(i => SqlText.Upper(i.DisplayName) == upper),
        };
    }

    private static async Task SetAsync(GovernanceDb db, List<Guid> ids, ToolDecision decision, string text, CancellationToken ct)
    {
        foreach (var some in ids.Chunk(500))
        {
            await db.Identities.Where(i => some.Contains(i.Id)).ExecuteUpdateAsync(s => s.SetProperty(i => i.ToolId, decision.ToolId).SetProperty(i => i.ToolEvidence, text)
                .SetProperty(i => i.ToolDecidedBy, decision.DecidedBy).SetProperty(i => i.ToolDecisionId, decision.Id), ct);
        }
    }

    private static (EvidenceRule Rule, string Value) KeyOf(RememberBy remember, string? appId, string name, string? publisher) => remember switch
    {
        RememberBy.Best when appId is not null => (EvidenceRule.AppId, appId),
        RememberBy.Publisher when publisher is not null => (EvidenceRule.Publisher, OwnRules.Normal(publisher)),
        RememberBy.Nothing => (EvidenceRule.Name, string.Empty),
        _ => (EvidenceRule.Name, OwnRules.Normal(name)),
    };
}
