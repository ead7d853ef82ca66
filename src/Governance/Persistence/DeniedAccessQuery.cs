using Governance.Campaigns;
using Governance.Revocation;

namespace Governance.Persistence;

/// <summary>What a reviewer said to take away, and whether its source was seen without it.</summary>
public sealed class DeniedAccess
{
    public required Guid IdentityId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required bool SeenGone { get; init; }
}

/// <summary>Denied access as findings ask for it. Stands beside the features' order, since orders and reviews are above findings.</summary>
public static class DeniedAccessQuery
{
    /// <summary>
    /// Orders that follow a denial, unless withdrawn or undone by a person; and denials in force for which no order was made at all.
    /// </summary>
    public static IQueryable<DeniedAccess> DeniedAccess(this GovernanceDb db) =>
        db.RevocationOrders.Where(o => o.Cause == RevocationCause.Denied && o.State != OrderState.Withdrawn && o.State != OrderState.Undone)
            .Select(o => new DeniedAccess { IdentityId = o.IdentityId, At = o.OrderedAt, SeenGone = o.Remediation == RemediationState.Verified })
            .Concat(db.ReviewItems.Where(r => r.Verdict == Verdict.Revoke && r.DecidedAt != null && r.DecisionId != null && !db.RevocationOrders.Any(o => o.DecisionId == r.DecisionId || (o.IdentityId == r.IdentityId && o.OrderedAt >= r.DecidedAt)))
                .Select(r => new DeniedAccess { IdentityId = r.IdentityId, At = r.DecidedAt!.Value, SeenGone = false }));
}
