using Governance.Audit;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// After an import: which tool the changed identities act for, what they have to do with others, and what they inherit. Stands before the findings, which
/// judge the result.
/// </summary>
public sealed class MeaningFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, ToolCatalogue catalogue) : AuditFollower(contexts, clock)
{
    /// <summary>Whose cursor says that identities were judged before.</summary>
    internal const string CursorName = "inventory.meaning";

    protected override string Name => CursorName;

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.ImportCompleted];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        var runs = entries.Select(e => Guid.TryParse(e.SubjectId, out var id) ? id : (Guid?)null).OfType<Guid>().Distinct().ToList();
        if (runs.Count == 0)
            return;
        foreach (var run in runs)
            await new CataloguePass(db, catalogue, now).RunAsync(i => i.LastChangedRunId == run, ct);
        await new PowerPass(db).RunAsync(ct);
        await new LinkFinder(db, now).RunAsync(ct);
        await new Inheritance(db, runs[^1], now).RunAsync(ct);
    }
}
