using Governance.Findings;
using Governance.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Governance.Persistence;

/// <summary>
/// The one translation of a filter: the grid, a campaign's scope and bulk actions mean the same by it. Stands beside the features' order,
/// since it asks findings too.
/// </summary>
public static class IdentityMatching
{
    public static IQueryable<Identity> Matching(this IQueryable<Identity> rows, GovernanceDb db, IdentityFilter filter, DateTimeOffset now)
    {
        _ = now;
        foreach (var word in Words(filter))
            rows = rows.Where(i => SqlText.Searched(i.DisplayName, i.ExternalId, i.Publisher, i.OwnerHint).Contains(word));
        if (filter.NamePattern is { Length: > 0 } pattern)
        {
            var like = pattern.ToUpperInvariant().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)
                .Replace("[", "\\[", StringComparison.Ordinal).Replace('*', '%');
            rows = rows.Where(i => EF.Functions.Like(SqlText.Upper(i.DisplayName), like, "\\"));
        }

        if (filter.SourceId is { } source)
            rows = rows.Where(i => i.SourceId == source);
        if (filter.Kind is { } kind)
            rows = rows.Where(i => i.Kind == kind);
        if (filter.ToolId is { } tool)
            rows = rows.Where(i => i.ToolId == tool);
        if (filter.ForAiTool is { } forTool)
            rows = forTool ? rows.Where(i => i.ToolId != null) : rows.Where(i => i.ToolId == null);
        if (filter.OwnerId is { } owner)
            rows = rows.Where(i => i.OwnerId == owner);
        if (filter.OwnerState is { } ownerState)
            rows = rows.Where(i => i.OwnerState == ownerState);
        if (filter.State is { } state)
            rows = rows.Where(i => i.State == state);
        if (filter.MinimumRisk is { } risk)
            rows = rows.Where(i => i.Risk >= risk);
        if (filter.Environment is { } environment)
            rows = rows.Where(i => i.Environment == environment);
        if (filter.RuleId is { } rule)
            rows = rows.Where(i => db.Findings.Any(f => f.IdentityId == i.Id && f.RuleId == rule && f.State == FindingState.Open));
        if (filter.Missing is { } missing)
            rows = missing ? rows.Where(i => i.MissingSince != null) : rows.Where(i => i.MissingSince == null);
        return rows;
    }

    /// <summary>The words that a search looks for, in upper case: five at most, all of which must be there.</summary>
    public static IReadOnlyList<string> Words(IdentityFilter filter) =>
        (filter.Text ?? string.Empty).ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(5).ToList();
}
