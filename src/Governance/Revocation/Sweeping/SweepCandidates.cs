using System.Globalization;
using System.Linq.Expressions;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;

namespace Governance.Revocation;

/// <summary>A row to order.</summary>
public sealed record OrderRow
{
    public required Guid IdentityId { get; init; }

    public required Guid SourceId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Which identities have to go, and why: one query a cause. NIST CSF 2.0 PR.AA-05, PR.AA-01; AI RMF GOVERN 2.1.</summary>
public static class SweepCandidates
{
    /// <summary>Their own end date has passed, and the grace of the policy that holds for them.</summary>
    public static IQueryable<Identity> Expired(GovernanceDb db, BrakeSettings settings, IReadOnlyList<LifecyclePolicy> policies, DateTimeOffset now) =>
        Revocable(db, settings, now).Where(PolicyRules.Over(db, policies, now));

    /// <summary>Nobody has answered for them for longer than the grace.</summary>
    public static IQueryable<Identity> Unowned(GovernanceDb db, BrakeSettings settings, DateTimeOffset now)
    {
        var before = now.AddDays(-settings.UnownedGraceDays);
        return Revocable(db, settings, now).Where(i => i.OwnerState != OwnerState.Accepted && i.UnownedSince != null && i.UnownedSince < before);
    }

    public static IQueryable<OrderRow> AsExpired(IQueryable<Identity> identities) => identities.Select(i => new OrderRow
    {
        IdentityId = i.Id,
        SourceId = i.SourceId,
        Reason = "Expired on " + SqlText.Day(i.ExpiresAt!.Value) + ".",
    });

    public static IQueryable<OrderRow> AsUnowned(IQueryable<Identity> identities, BrakeSettings settings)
    {
        var rest = string.Create(CultureInfo.InvariantCulture, $", longer than the grace of {settings.UnownedGraceDays} days.");
        return identities.Select(i => new OrderRow
        {
            IdentityId = i.Id,
            SourceId = i.SourceId,
            Reason = "No accepted owner since " + SqlText.Day(i.UnownedSince!.Value) + rest,
        });
    }

    /// <summary>Leaves out what has an exemption in force (B7).</summary>
    public static IQueryable<Identity> NotExempt(this IQueryable<Identity> identities, GovernanceDb db, DateTimeOffset now) =>
        identities.Where(i => !db.Exemptions.Any(e => e.IdentityId == i.Id && e.EndedAt == null && e.Until > now));

    /// <summary>Discovered or Active, said by what it is not: so no database reads all of a state where it could read the few that are late.</summary>
    internal static Expression<Func<Identity, bool>> NotOver { get; } = i => i.State != LifecycleState.Requested && i.State != LifecycleState.Quarantined && i.State != LifecycleState.Decommissioned;

    // What a person withdrew or brought back is left alone for as long as the grace: a sweep must not fight with people.
    private static IQueryable<Identity> Revocable(GovernanceDb db, BrakeSettings settings, DateTimeOffset now)
    {
        var lately = now.AddDays(-Math.Max(1, settings.UnownedGraceDays));
        var listed = NeverTouch.Listed(db);
        return db.Identities
            .Where(NotOver).Where(i => i.MissingSince == null)
            .Where(NeverTouch.Allows)
            .Where(i => !listed.Any(x => x.Id == i.Id))
            .Without(db)
            .Where(i => !db.RevocationOrders.Any(o => o.IdentityId == i.Id && (o.State == OrderState.Withdrawn || o.State == OrderState.Undone) && o.EndedAt > lately));
    }
}
