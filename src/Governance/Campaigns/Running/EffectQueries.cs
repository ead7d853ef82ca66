using Governance.Common;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What applying would do in one source.</summary>
/// <param name="Certify">Items kept as they are, by a reviewer or by a policy.</param>
/// <param name="Reduce">Items kept, with something to take away.</param>
/// <param name="Revoke">Identities, credentials and permissions to revoke because a reviewer said so.</param>
/// <param name="RevokeByPolicy">Identities to revoke because a policy says so where nobody answered or nobody could be asked.</param>
/// <param name="ByHand">Credentials and permissions to take away by hand in the source: inherited, gone from its inventory, or by a policy alone.</param>
/// <param name="Nothing">Items from which nothing follows.</param>
/// <param name="Already">Of what is to be revoked: what has an open order, and gets no second one.</param>
/// <param name="HeldBy">The brake that would hold the whole batch; null: none. Single ones may be held by brakes of their own.</param>
public sealed record SourceEffect(Guid SourceId, string Source, int Certify, int Reduce, int Revoke, int RevokeByPolicy, int ByHand, int Nothing, int Already, Brake? HeldBy)
{
    /// <summary>Orders that would be made.</summary>
    public int Orders => Revoke + RevokeByPolicy - Already;

    public int Items => Certify + Reduce + Revoke + RevokeByPolicy + ByHand + Nothing;
}

/// <summary>What will be applied, before it is: by effect and source, with the brakes that would hold it. The counts of a source add up to its items.</summary>
public sealed class EffectQueries(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    public async Task<IReadOnlyList<SourceEffect>> ForAsync(Guid campaignId, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct) is not { } campaign)
            return [];
        var counts = await (
            from i in db.ReviewItems.AsNoTracking()
            where i.CampaignId == campaignId
            join x in db.Identities on i.IdentityId equals x.Id
            group i by new
            {
                x.SourceId,
                i.Verdict,
                i.Target,
                i.Recommended,
                Asked = i.ReviewerId != null,
                Ever = i.ReviewerId != null || db.ReviewTasks.Any(t => t.ItemId == i.Id),
                Open = db.RevocationOrders.Any(o => o.IdentityId == i.IdentityId && o.EndedAt == null && (
                    i.Target == ItemTarget.Identity ? o.TargetKey == string.Empty : o.CredentialId == i.TargetId || o.GrantId == i.TargetId)),
                Orderable = i.Target == ItemTarget.Identity
                    || db.Credentials.Any(c => c.Id == i.TargetId && c.MissingSince == null)
                    || db.Grants.Any(t => t.Id == i.TargetId && t.MissingSince == null && t.InheritedFromId == null),
            }
            into g
            select new { g.Key, Count = g.Count() }).ToListAsync(ct);
        var noReviewer = CampaignJson.Settings(campaign.Review).NoReviewer;
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        var ids = counts.Select(c => c.Key.SourceId).Distinct().ToList();
        var since = now - Caps.Window;
        var sources = await db.Sources.AsNoTracking().Where(s => ids.Contains(s.Id)).Select(s => new
        {
            s.Id,
            s.Name,
            s.LastFullImportAt,
            Population = db.Identities.Count(i => i.SourceId == s.Id && i.MissingSince == null && i.State != Lifecycle.LifecycleState.Decommissioned),
            Recent = db.RevocationOrders.Count(o => o.SourceId == s.Id && o.ReleasedAt > since && o.ApprovedAt == null && o.State != OrderState.Held && o.State != OrderState.Withdrawn),
        }).ToListAsync(ct);
        var tallies = sources.ConvertAll(source => (Source: source, Tally: Count(source.Id)));
        var batches = tallies.Where(t => t.Tally.Orders > 0).Select(t => t.Source.Id).ToList();
        var directory = batches.Count == 0 ? null : await DirectoryGuard.JudgeAsync(db, settings, now, ct);
        var shrunk = await ShrinkGuard.JudgeAsync(db, settings, batches, now, ct);
        var all = tallies.Sum(t => t.Tally.Orders);
        var allPopulation = await db.Identities.CountAsync(i => i.MissingSince == null && i.State != Lifecycle.LifecycleState.Decommissioned, ct);
        var allRecent = await db.RevocationOrders.CountAsync(o => o.ReleasedAt > since && o.ApprovedAt == null && o.State != OrderState.Held && o.State != OrderState.Withdrawn, ct);
        // The brakes on a whole batch, in the order in which the brakes themselves judge it.
        return [.. tallies.OrderBy(t => t.Source.Name, StringComparer.OrdinalIgnoreCase).Select(t => new SourceEffect(
            t.Source.Id, t.Source.Name, t.Tally.Certify, t.Tally.Reduce, t.Tally.Revoke, t.Tally.ByPolicy, t.Tally.ByHand, t.Tally.Nothing, t.Tally.Already,
            t.Tally.Orders == 0
                ? null
                : directory ?? StaleSource.Judge(settings, t.Source.Name, t.Source.LastFullImportAt, now) ?? shrunk.GetValueOrDefault(t.Source.Id)
                    ?? Caps.Judge(settings, new CapLoad(t.Source.Name, t.Tally.Orders, t.Source.Recent, t.Source.Population, all, allRecent, allPopulation))))];

        Tally Count(Guid sourceId)
        {
            var tally = new Tally();
            foreach (var c in counts.Where(c => c.Key.SourceId == sourceId))
            {
                var effect = c.Key.Verdict is { } said
                    ? OfVerdict(said)
                    : c.Key.Asked ? OfSilence(campaign.NoAnswer, c.Key.Recommended) : c.Key.Ever ? Effect.Nothing : OfNobody(noReviewer, c.Key.Recommended);
                var policy = c.Key.Verdict is null;
                tally.Add(effect, policy, orderable: policy ? c.Key.Target == ItemTarget.Identity : c.Key.Orderable, c.Key.Open, c.Count);
            }

            return tally;
        }
    }

    private static Effect OfVerdict(Verdict verdict) => verdict switch
    {
        Verdict.Certify => Effect.Certify,
        Verdict.Reduce => Effect.Reduce,
        Verdict.Revoke => Effect.Revoke,
        _ => Effect.Nothing,
    };

    private static Effect OfSilence(NoAnswerPolicy policy, Verdict? recommended) => policy switch
    {
        NoAnswerPolicy.Revoke => Effect.Revoke,
        NoAnswerPolicy.Certify => Effect.Certify,
        NoAnswerPolicy.Recommendation when recommended == Verdict.Revoke => Effect.Revoke,
        _ => Effect.Nothing,
    };

    private static Effect OfNobody(NoReviewerPolicy policy, Verdict? recommended) => policy switch
    {
        NoReviewerPolicy.Revoke => Effect.Revoke,
        NoReviewerPolicy.Certify => Effect.Certify,
        NoReviewerPolicy.Recommendation when recommended == Verdict.Revoke => Effect.Revoke,
        _ => Effect.Nothing,
    };

    private enum Effect
    {
        Nothing,
        Certify,
        Reduce,
        Revoke,
    }

    private sealed class Tally
    {
        public int Certify { get; private set; }

        public int Reduce { get; private set; }

        public int Revoke { get; private set; }

        public int ByPolicy { get; private set; }

        public int ByHand { get; private set; }

        public int Nothing { get; private set; }

        public int Already { get; private set; }

        public int Orders => Math.Max(0, Revoke + ByPolicy - Already);

        public void Add(Effect effect, bool byPolicy, bool orderable, bool ordered, int count)
        {
            switch (effect)
            {
                case Effect.Certify:
                    Certify += count;
                    break;
                case Effect.Reduce:
                    Reduce += count;
                    break;
                case Effect.Revoke when !orderable:
                    ByHand += count;
                    break;
                case Effect.Revoke:
                    (Revoke, ByPolicy) = byPolicy ? (Revoke, ByPolicy + count) : (Revoke + count, ByPolicy);
                    Already += ordered ? count : 0;
                    break;
                default:
                    Nothing += count;
                    break;
            }
        }
    }
}
