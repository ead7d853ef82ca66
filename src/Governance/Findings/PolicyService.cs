using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>The policy that the rules are evaluated under: read by each evaluation, changed by an administrator with a reason, every version kept.</summary>
public sealed class PolicyService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>The one in force.</summary>
    public async Task<FindingPolicy> GetAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await ReadAsync(db, ct);
    }

    /// <summary>Who changed what, when and why; newest first, at most 100.</summary>
    public async Task<IReadOnlyList<FindingSettings>> HistoryAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.FindingSettings.AsNoTracking().OrderByDescending(s => s.Number).Take(100).ToListAsync(ct);
    }

    /// <summary>Puts another policy in force. Findings follow by themselves.</summary>
    public async Task<Outcome<int>> ChangeAsync(Func<FindingPolicy, FindingPolicy> change, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("reason.needed", "Say why: the limits decide what an auditor gets to see.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<int>(async () =>
        {
            var before = await ReadAsync(db, ct);
            var after = change(before);
            if (PolicyRules.Check(after) is { } refusal)
                return Outcome<int>.Refused(refusal);
            var changed = PolicyRules.Differences(before, after);
            if (changed.Count == 0)
                return Outcome<int>.Refused(new Refusal("policy.same", "Nothing is different from what is in force."));
            var now = clock.Now();
            var words = string.Join("; ", changed);
            var number = (await db.FindingSettings.MaxAsync(s => (int?)s.Number, ct) ?? 0) + 1;
            db.FindingSettings.Add(new FindingSettings
            {
                Number = number,
                At = now,
                By = by.Name,
                Reason = StorableText.Clean(reason.Trim()),
                Changed = words.Length <= 2000 ? words : words[..1999] + "…",
                Document = FindingSettings.Write(after),
            });
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.FindingPolicyChanged, Subjects.Finding, "policy", reason.Trim(), new { Version = number, Changed = changed }), ct);
            return Outcome<int>.From(number);
        }, ct);
    }

    internal static async Task<FindingPolicy> ReadAsync(GovernanceDb db, CancellationToken ct) =>
        await db.FindingSettings.AsNoTracking().OrderByDescending(s => s.Number).FirstOrDefaultAsync(ct) is { } latest ? latest.Policy() : FindingPolicy.Default;
}
