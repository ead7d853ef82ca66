using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>How often the proposals name the owner who is known.</summary>
/// <param name="Known">Identities whose owner has accepted: the truth.</param>
/// <param name="Proposed">Of these, so many get any proposal.</param>
/// <param name="First">So often the first proposal is the owner.</param>
/// <param name="FirstThree">So often one of the first three is.</param>
public sealed record MeasureRow(string Name, int Known, int Proposed, int First, int FirstThree)
{
    /// <summary>Share of all known, 0 to 100; null where none is known.</summary>
    public double? TopOne => Known == 0 ? null : 100.0 * First / Known;

    public double? TopThree => Known == 0 ? null : 100.0 * FirstThree / Known;

    /// <summary>Of those that get a proposal: how often the first is right.</summary>
    public double? Precision => Proposed == 0 ? null : 100.0 * First / Proposed;
}

/// <summary>The measurement in two ways, by the confidence of the first proposal, and by kind of evidence.</summary>
/// <param name="Cold">All owners hidden: what the sources alone say, as on the first day.</param>
/// <param name="Warm">One owner hidden at a time: the owners of the others may speak, as in a running programme.</param>
/// <param name="ByConfidence">Warm, by how sure the first proposal is.</param>
/// <param name="ByEvidence">Warm: where this kind of evidence is there, how often it names the owner.</param>
public sealed record ProposalMeasure(MeasureRow Cold, MeasureRow Warm, IReadOnlyList<MeasureRow> ByConfidence, IReadOnlyList<MeasureRow> ByEvidence);

/// <summary>
/// Measures the proposals on this installation's own data: hides each owner who has accepted, proposes, and compares. Reads only. An owner who was asked because of a proposal
/// flatters the figure; where that is so, measure on owners who were named before.
/// </summary>
public sealed class ProposalMeasureService(IDbContextFactory<GovernanceDb> contexts)
{
    public async Task<ProposalMeasure> RunAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var (cold, warm) = (new Tally("All owners hidden"), new Tally("One owner hidden at a time"));
        var byConfidence = new SortedDictionary<int, Tally>(Comparer<int>.Create((a, b) => b.CompareTo(a)));
        var byEvidence = new SortedDictionary<EvidenceKind, Tally>();
        await foreach (var page in ProposalService.PagesAsync(db, db.Identities.Where(i => i.OwnerState == OwnerState.Accepted && i.OwnerId != null && i.State != LifecycleState.Decommissioned && i.MissingSince == null), ct))
        {
            var first = await new EvidenceReader(db, own: false, others: false).ReadAsync(page, ct);
            var later = await new EvidenceReader(db, own: false, others: true).ReadAsync(page, ct);
            foreach (var row in page)
            {
                var truth = row.AcceptedId!.Value;
                cold.Add(Ranking.Rank(first[row.Id]), truth);
                var ranked = Ranking.Rank(later[row.Id]);
                warm.Add(ranked, truth);
                if (ranked.Count > 0)
                    Of(byConfidence, ranked[0].Confidence >= 80 ? 80 : ranked[0].Confidence >= 60 ? 60 : ranked[0].Confidence >= 40 ? 40 : 0, k => k == 0 ? "below 40 %" : $"{k} % or more").Add(ranked, truth);
                foreach (var kind in later[row.Id].GroupBy(e => e.Kind))
                    Of(byEvidence, kind.Key, k => k.ToString()).Add(Ranking.Rank(kind), truth);
            }
        }

        return new ProposalMeasure(cold.Row, warm.Row, [.. byConfidence.Values.Select(t => t.Row)], [.. byEvidence.Values.Select(t => t.Row)]);

        static Tally Of<TKey>(SortedDictionary<TKey, Tally> tallies, TKey key, Func<TKey, string> name)
            where TKey : notnull
        {
            if (!tallies.TryGetValue(key, out var tally))
                tallies.Add(key, tally = new Tally(name(key)));
            return tally;
        }
    }

    private sealed class Tally(string name)
    {
        private int known;
        private int proposed;
        private int first;
        private int three;

        public MeasureRow Row => new(name, known, proposed, first, three);

        public void Add(IReadOnlyList<Ranked> ranked, Guid truth)
        {
            known++;
            proposed += ranked.Count > 0 ? 1 : 0;
            first += ranked.Count > 0 && ranked[0].PersonId == truth ? 1 : 0;
            three += ranked.Take(3).Any(r => r.PersonId == truth) ? 1 : 0;
        }
    }
}
