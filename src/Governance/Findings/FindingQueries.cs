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
    DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, DateTimeOffset? AcceptedUntil, string? AcceptedBy, string? AcceptedReason, DateTimeOffset? FixedAt)
{
    public string Title => FindingRules.TitleOf(RuleId);
}

/// <summary>What one rule says of its population: the three add up to it.</summary>
/// <param name="Holds">Open and accepted together.</param>
/// <param name="Accepted">How many of these are accepted until a date.</param>
/// <param name="CannotTell">The source does not report it: neither good nor bad, and never counted as good.</param>
public sealed record RuleTally(FindingRule Rule, int Population, int Holds, int Accepted, int CannotTell)
{
    public int DoesNotHold => Population - Holds - CannotTell;

    public int Open => Holds - Accepted;
}

/// <summary>What pages and evidence show of findings.</summary>
public sealed class FindingQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>The three outcomes of each rule, as things stand now.</summary>
    public async Task<IReadOnlyList<RuleTally>> RulesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var context = new RuleContext(db, clock.Now(), FindingPolicy.Default);
        var accepted = await db.Findings.Where(f => f.State == FindingState.Accepted).GroupBy(f => f.RuleId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, StringComparer.Ordinal, ct);
        var tallies = new List<RuleTally>(FindingRules.All.Count);
        foreach (var rule in FindingRules.All)
        {
            var about = rule.About(context, db.Identities.AsNoTracking().Living());
            var (population, holds, silent) = (await about.CountAsync(ct), await rule.Holds(context, about).CountAsync(ct), 0);
            if (rule.Unreported is { } unreported)
                silent = await unreported(context, about).CountAsync(ct) - await unreported(context, rule.Holds(context, about)).CountAsync(ct);
            tallies.Add(new RuleTally(rule, population, holds, Math.Min(holds, accepted.GetValueOrDefault(rule.Id)), silent));
        }

        return tallies;
    }

    /// <summary>One page, the newest first.</summary>
    public async Task<Page<FindingRow>> ListAsync(FindingFilter filter, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var findings = Matching(db, filter);
        var total = await findings.Take(Page<FindingRow>.CountCap).CountAsync(ct);
        if (Guid.TryParse(cursor, out var last) && await db.Findings.Where(f => f.Id == last).Select(f => (DateTimeOffset?)f.FirstSeenAt).SingleOrDefaultAsync(ct) is { } at)
            findings = findings.Where(f => f.FirstSeenAt < at || (f.FirstSeenAt == at && f.Id < last));
        var rows = await Rows(db, findings.OrderByDescending(f => f.FirstSeenAt).ThenByDescending(f => f.Id).Take(take + 1)).ToListAsync(ct);
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

    private static IQueryable<Finding> Matching(GovernanceDb db, FindingFilter filter)
    {
        var findings = db.Findings.AsNoTracking();
        findings = filter.State is { } state ? findings.Where(f => f.State == state) : findings.Where(f => f.State != FindingState.Fixed);
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
            f.FirstSeenAt, f.LastSeenAt, f.AcceptedUntil, f.AcceptedBy, f.AcceptedReason, f.FixedAt);
}
