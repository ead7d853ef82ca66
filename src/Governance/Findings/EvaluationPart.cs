using System.Runtime.CompilerServices;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Findings;

/// <summary>
/// The identities that one transaction of an evaluation is about, as the same condition on identities and on findings, so that each statement reads one range of keys
/// and nobody who wants to write waits for long.
/// </summary>
internal sealed record EvaluationPart(Func<IQueryable<Identity>, IQueryable<Identity>> Identities, Func<IQueryable<Finding>, IQueryable<Finding>> Findings)
{
    /// <summary>So many identities at a time.</summary>
    public const int Size = 20_000;

    public static EvaluationPart All { get; } = new(i => i, f => f);

    public static EvaluationPart Of(IReadOnlyCollection<Guid> ids) => new(i => i.Where(x => ids.Contains(x.Id)), f => f.Where(x => ids.Contains(x.IdentityId)));

    /// <summary>All of them in parts, by key. Empty: one part without anybody, since what is gone has findings to end all the same.</summary>
    public static async Task<IReadOnlyList<EvaluationPart>> SplitAsync(GovernanceDb db, Func<IQueryable<Identity>, IQueryable<Identity>> which, bool everyone, CancellationToken ct)
    {
        var parts = new List<EvaluationPart>();
        await foreach (var (after, until) in RangesAsync(which(db.Identities.AsNoTracking()), ct))
        {
            parts.Add(new EvaluationPart(
                i => which(i.Where(x => x.Id > after && x.Id <= until)),
                everyone ? f => f.Where(x => x.IdentityId > after && x.IdentityId <= until)
                    : f => f.Where(x => x.IdentityId > after && x.IdentityId <= until && which(db.Identities).Any(i => i.Id == x.IdentityId))));
        }

        return parts;
    }

    private static async IAsyncEnumerable<(Guid After, Guid Until)> RangesAsync(IQueryable<Identity> which, [EnumeratorCancellation] CancellationToken ct)
    {
        var after = Guid.Empty;
        while (true)
        {
            var from = after;
            var rest = which.Where(i => i.Id > from).OrderBy(i => i.Id).Select(i => (Guid?)i.Id);
            if (await rest.Skip(Size - 1).FirstOrDefaultAsync(ct) is { } full)
            {
                yield return (after, full);
                after = full;
                continue;
            }

            if (await which.Where(i => i.Id > from).OrderByDescending(i => i.Id).Select(i => (Guid?)i.Id).FirstOrDefaultAsync(ct) is { } last)
                yield return (after, last);
            yield break;
        }
    }
}
