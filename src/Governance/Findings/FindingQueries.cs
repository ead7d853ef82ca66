using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>Which findings; null parts do not narrow, except that fixed ones are shown only when asked for.</summary>
public sealed record FindingFilter(string? RuleId = null, Severity? Severity = null, FindingState? State = null, string? Text = null, Guid? ToolId = null);

/// <summary>A finding in a list.</summary>
public sealed record FindingRow(
    Guid Id, string RuleId, Severity Severity, FindingState State, string Evidence, Guid IdentityId, string IdentityName, string SourceName, string? ToolName, string? OwnerName,
    DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, DateTimeOffset? AcceptedUntil, string? AcceptedBy, string? AcceptedReason, string? ConfirmedBy, string? AskedBy, DateTimeOffset? AskedUntil, string? AskedReason, DateTimeOffset? FixedAt)
{
    public string Title => FindingRules.TitleOf(RuleId);
}

/// <summary>What one rule says of its population: the three add up to it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Severity">As the policy has it.</param>
/// <param name="OffBecause">Why it is switched off; null while it is on.</param>
/// <param name="Population">How many it is about.</param>
/// <param name="Holds">Open and accepted together.</param>
/// <param name="Accepted">How many of these are accepted until a date.</param>
/// <param name="CannotTell">The source does not report it: neither good nor bad, and never counted as good.</param>
/// <param name="At">When it was counted; null before the first evaluation.</param>
public sealed record RuleTally(FindingRule Rule, Severity Severity, string? OffBecause, int Population, int Holds, int Accepted, int CannotTell, DateTimeOffset? At)
{
    public int DoesNotHold => Population - Holds - CannotTell;

    public int Open => Holds - Accepted;
}

/// <summary>What pages and evidence show of findings.</summary>
public sealed class FindingQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>The three outcomes of each rule. Findings are counted as they stand; the rest as the last evaluation counted.</summary>
    public async Task<IReadOnlyList<RuleTally>> RulesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var policy = await PolicyService.ReadAsync(db, ct);
        var standing = await db.Findings.Where(f => f.State == FindingState.Open || f.State == FindingState.Accepted)
            .GroupBy(f => new { f.RuleId, f.State }).Select(g => new { g.Key.RuleId, g.Key.State, Count = g.Count() }).ToListAsync(ct);
        var outcomes = await db.RuleOutcomes.AsNoTracking().ToDictionaryAsync(o => o.RuleId, StringComparer.Ordinal, ct);
        return
        [
            .. FindingRules.All.Select(rule =>
            {
                var outcome = outcomes.GetValueOrDefault(rule.Id);
                var counts = standing.Where(s => string.Equals(s.RuleId, rule.Id, StringComparison.Ordinal)).ToList();
                var holds = counts.Sum(s => s.Count);
                return new RuleTally(rule, policy.SeverityOf(rule), policy.Off.GetValueOrDefault(rule.Id), Math.Max(outcome?.Population ?? 0, holds), holds,
                    counts.Where(s => s.State == FindingState.Accepted).Sum(s => s.Count), Math.Max(0, Math.Min(outcome?.CannotTell ?? 0, (outcome?.Population ?? 0) - holds)), outcome?.At);
            }),
        ];
    }

    /// <summary>One page: the worst first, of equally bad ones the newest.</summary>
    public async Task<Page<FindingRow>> ListAsync(FindingFilter filter, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var findings = Matching(db, filter);
        var total = await findings.Take(Page<FindingRow>.CountCap).CountAsync(ct);
        var last = Guid.TryParse(cursor, out var id) ? await db.Findings.AsNoTracking().Where(f => f.Id == id).Select(f => new { f.Id, f.Severity, f.FirstSeenAt }).SingleOrDefaultAsync(ct) : null;
        // A severity at a time, so that each is read in the order of its index.
        var rows = new List<FindingRow>();
        foreach (var severity in Enum.GetValues<Severity>().Where(s => last is null || s <= last.Severity).OrderDescending())
        {
            var these = findings.Where(f => f.Severity == severity);
            if (last is not null && severity == last.Severity)
                these = these.Where(f => f.FirstSeenAt < last.FirstSeenAt || (f.FirstSeenAt == last.FirstSeenAt && f.Id < last.Id));
            rows.AddRange(await Rows(db, these.OrderByDescending(f => f.FirstSeenAt).ThenByDescending(f => f.Id).Take(take + 1 - rows.Count)).ToListAsync(ct));
            if (rows.Count > take)
                break;
        }

        return new Page<FindingRow>(rows.Take(take).ToList(), rows.Count > take ? rows[take - 1].Id.ToString("D") : null, total);
    }

    /// <summary>All findings of one identity, open ones and the worst first; there are at most as many as rules.</summary>
    public async Task<IReadOnlyList<FindingRow>> ForIdentityAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await Rows(db, db.Findings.AsNoTracking().Where(f => f.IdentityId == identityId)).ToListAsync(ct);
        return [.. rows.OrderBy(r => r.State).ThenByDescending(r => r.Severity).ThenBy(r => r.RuleId, StringComparer.Ordinal)];
    }

    /// <summary>How many are open of each severity; a severity with none is there with 0.</summary>
    public async Task<IReadOnlyDictionary<Severity, int>> OpenBySeverityAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var counted = await db.Findings.Where(f => f.State == FindingState.Open).GroupBy(f => f.Severity).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return Enum.GetValues<Severity>().ToDictionary(s => s, s => counted.GetValueOrDefault(s));
    }

    /// <summary>How an identity's risk comes about; null when there is no such identity.</summary>
    public async Task<RiskBreakdown?> RiskAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var found = await db.Identities.AsNoTracking().Where(i => i.Id == identityId)
            .Select(i => new { i.Privileged, i.Environment, Autonomy = db.Tools.Where(t => t.Id == i.ToolId).Select(t => (Autonomy?)t.Autonomy).FirstOrDefault() }).SingleOrDefaultAsync(ct);
        if (found is null)
            return null;
        var open = await db.Findings.AsNoTracking().Where(f => f.IdentityId == identityId && f.State == FindingState.Open).Select(f => new { f.RuleId, f.Severity }).ToListAsync(ct);
        return RiskBreakdown.Of(open.Select(f => (f.RuleId, f.Severity)), found.Privileged, found.Autonomy, found.Environment, (await PolicyService.ReadAsync(db, ct)).Weights);
    }

    /// <summary>How a tool's risk comes about.</summary>
    public async Task<ToolRisk> ToolRiskAsync(Guid toolId, CancellationToken ct)
    {
        const int shown = 10;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var weights = (await PolicyService.ReadAsync(db, ct)).Weights;
        var mine = db.Identities.AsNoTracking().Living().Where(i => i.ToolId == toolId);
        var most = await mine.Where(i => i.Exposure > 0).OrderByDescending(i => i.Exposure).ThenBy(i => i.Id).Take(shown)
            .Join(db.Sources, i => i.SourceId, s => s.Id, (i, s) => new ToolRiskLine(i.Id, i.DisplayName, s.Name, i.Exposure, i.Risk)).ToListAsync(ct);
        var all = await mine.GroupBy(i => 1).Select(g => new { Count = g.Count(), With = g.Count(i => i.Exposure > 0), Points = g.Sum(i => (long)i.Exposure) }).SingleOrDefaultAsync(ct);
        return new ToolRisk([.. most.OrderByDescending(l => l.Points).ThenBy(l => l.Name, StringComparer.OrdinalIgnoreCase)], (all?.With ?? 0) - most.Count, (all?.Points ?? 0) - most.Sum(l => (long)l.Points), (all?.Count ?? 0) - (all?.With ?? 0), weights.ToolHalf);
    }

    /// <summary>AI tools, the most exposed first.</summary>
    public async Task<IReadOnlyList<ExposedTool>> ExposedToolsAsync(int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var half = (await PolicyService.ReadAsync(db, ct)).Weights.ToolHalf;
        var rows = await db.Identities.AsNoTracking().Living().Where(i => i.ToolId != null).GroupBy(i => i.ToolId!.Value)
            .Select(g => new { Id = g.Key, Count = g.Count(), Unowned = g.Count(i => i.OwnerState != OwnerState.Accepted), Privileged = g.Count(i => i.Privileged == Reported.Yes), Points = g.Sum(i => (long)i.Exposure), Top = g.Max(i => i.Risk) })
            .OrderByDescending(g => g.Points).ThenByDescending(g => g.Count).ThenBy(g => g.Id).Take(take).Join(db.Tools, g => g.Id, t => t.Id, (g, t) => new { g, t.Name, t.Vendor }).ToListAsync(ct);
        return [.. rows.OrderByDescending(r => r.g.Points).ThenByDescending(r => r.g.Count).ThenBy(r => r.Name, StringComparer.OrdinalIgnoreCase)
            .Select(r => new ExposedTool(r.g.Id, r.Name, r.Vendor, r.g.Count, r.g.Unowned, r.g.Privileged, r.g.Points, Risk.Of(r.g.Points, half), r.g.Top))];
    }

    private static IQueryable<Finding> Matching(GovernanceDb db, FindingFilter filter)
    {
        var findings = db.Findings.AsNoTracking();
        findings = filter.State is { } state ? findings.Where(f => f.State == state) : findings.Where(f => f.State == FindingState.Open || f.State == FindingState.Accepted);
        if (filter.RuleId is { } rule)
            findings = findings.Where(f => f.RuleId == rule);
        if (filter.Severity is { } severity)
            findings = findings.Where(f => f.Severity == severity);
        if (filter.ToolId is { } tool)
            findings = findings.Where(f => db.Identities.Any(i => i.Id == f.IdentityId && i.ToolId == tool));
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var text = filter.Text.Trim().ToUpperInvariant();
            findings = findings.Where(f => SqlText.Upper(f.Evidence).Contains(text) || db.Identities.Any(i => i.Id == f.IdentityId && SqlText.Upper(i.DisplayName).Contains(text)));
        }

        return findings;
    }

    private static IQueryable<FindingRow> Rows(GovernanceDb db, IQueryable<Finding> findings) =>
        from f in findings
        join i in db.Identities on f.IdentityId equals i.Id
        join s in db.Sources on i.SourceId equals s.Id
        join t in db.Tools on i.ToolId equals t.Id into tools
        from tool in tools.DefaultIfEmpty()
        join p in db.People on i.OwnerId equals p.Id into owners
        from owner in owners.DefaultIfEmpty()
        orderby f.FirstSeenAt descending, f.Id descending
        select new FindingRow(
            f.Id, f.RuleId, f.Severity, f.State, f.Evidence, i.Id, i.DisplayName, s.Name, tool == null ? null : tool.Name, i.OwnerState == OwnerState.Accepted && owner != null ? owner.Name : null,
            f.FirstSeenAt, f.LastSeenAt, f.AcceptedUntil, f.AcceptedBy, f.AcceptedReason, f.ConfirmedBy, f.AskedBy, f.AskedUntil, f.AskedReason, f.FixedAt);
}
