using System.Linq.Expressions;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>Proposes owners by the evidence, and keeps the proposals as the evidence changes. Makes nobody an owner and asks nobody.</summary>
public sealed class ProposalService(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    private const int PageSize = 1000;

    /// <summary>Computes the proposals of every identity that nobody answers for. Returns how many got one.</summary>
    public async Task<int> ComputeAllAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(() => ComputeAsync(db, i => i.Id != Guid.Empty, clock.Now(), ct), ct);
    }

    /// <summary>The same for some, in the open transaction. Where somebody answers for it the proposals go away.</summary>
    /// <param name="db">With a transaction open.</param>
    /// <param name="which">Which identities; translated by the database.</param>
    /// <param name="now">The time.</param>
    /// <param name="ct">Cancels.</param>
    internal static async Task<int> ComputeAsync(GovernanceDb db, Expression<Func<Identity, bool>> which, DateTimeOffset now, CancellationToken ct)
    {
        var these = db.Identities.Where(which);
        await db.OwnerProposals.Where(p => these.Any(i => i.Id == p.IdentityId)).ExecuteDeleteAsync(ct);
        var with = 0;
        await foreach (var page in PagesAsync(db, these.Where(i => i.OwnerState != OwnerState.Accepted && i.State != LifecycleState.Decommissioned && i.MissingSince == null), ct))
        {
            var evidence = await new EvidenceReader(db).ReadAsync(page, ct);
            var rows = new List<OwnerProposal>();
            foreach (var (id, traces) in evidence)
            {
                var ranked = Ranking.Rank(traces);
                with += ranked.Count > 0 ? 1 : 0;
                rows.AddRange(ranked.Select((r, n) => new OwnerProposal { IdentityId = id, PersonId = r.PersonId, Rank = n + 1, Confidence = r.Confidence, Reasons = Reasons(r), At = now }));
            }

            await db.InsertManyAsync(rows, ct);
        }

        return with;
    }

    /// <summary>Pages by key; the page is read whole before it is worked on.</summary>
    internal static async IAsyncEnumerable<IReadOnlyList<Ownerless>> PagesAsync(GovernanceDb db, IQueryable<Identity> which, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var last = Guid.Empty;
        while (true)
        {
            var page = await (
                from i in which.AsNoTracking().Where(i => i.Id > last).OrderBy(i => i.Id).Take(PageSize)
                join s in db.Sources on i.SourceId equals s.Id
                orderby i.Id
                select new Ownerless(i.Id, i.SourceId, s.Name, s.System, i.Kind, i.DisplayName, i.ToolId, i.OwnerHint, i.CreatorHint, i.ParentExternalId, i.Attributes, i.OwnerState == OwnerState.Accepted ? i.OwnerId : null)).ToListAsync(ct);
            if (page.Count > 0)
                yield return page;
            if (page.Count < PageSize)
                yield break;
            last = page[^1].Id;
        }
    }

    private static string Reasons(Ranked ranked)
    {
        var text = string.Join('\n', ranked.Evidence.Select(e => e.Text.ReplaceLineEndings(" ")));
        return StorableText.Clean(text.Length > 3900 ? text[..3899] + "…" : text);
    }
}
