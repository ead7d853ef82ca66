using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Governance.Audit;
using Governance.Common;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What an approver is shown of a choice of orders, and what the approval binds to.</summary>
/// <param name="Digest">SHA-256 over the orders as they are now: an approval that names it is refused once any of them has changed.</param>
/// <param name="Disabled">How many would be disabled.</param>
/// <param name="Deleted">How many would be deleted for good.</param>
/// <param name="TypedCount">The number that has to be typed, where the choice is more than a tenth of a source; then two people approve.</param>
public sealed record ApprovalSheet(string Digest, int Disabled, int Deleted, int? TypedCount);

/// <content>The second person (B5).</content>
public sealed partial class RevocationService
{
    /// <summary>What is approved if these are.</summary>
    public async Task<ApprovalSheet> SheetAsync(IReadOnlyCollection<Guid> orderIds, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var orders = await db.RevocationOrders.AsNoTracking().Where(o => orderIds.Contains(o.Id)).ToListAsync(ct);
        var many = (await ManyAsync(db, orders, ct)).Sum(m => m.Value.Count);
        return new ApprovalSheet(Digest(orders), orders.Count(o => o.State == OrderState.Held), orders.Count(o => o is { State: OrderState.Quarantined, DeletionAskedAt: not null }), many == 0 ? null : many);
    }

    /// <summary>
    /// Releases held orders, and deletions that another person asked for. Never one's own, never under limits of one's own making, never of what one owns. Above a
    /// tenth of a source two people approve and type the number.
    /// </summary>
    /// <param name="orderIds">The orders.</param>
    /// <param name="by">The approver.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="seen">The digest of what the approver was shown; null where nothing was shown.</param>
    /// <param name="typedCount">What the approver typed.</param>
    public Task<IReadOnlyList<ItemOutcome>> ApproveAsync(IReadOnlyCollection<Guid> orderIds, Actor by, CancellationToken ct, string? seen = null, int? typedCount = null)
    {
        var many = new Dictionary<Guid, (int Count, int Population)>();
        return OnOrdersAsync(orderIds, by, [Roles.Administrator], (o, _) => OrderRules.Approve(o, by), AuditActions.RevocationApproved, null, (db, allowed, now) => ApprovedAsync(db, allowed.ConvertAll(a => a.Order), many, by, now, ct), ct, prepare: async (db, orders, _) =>
        {
            many = await ManyAsync(db, orders, ct);
            var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
            var ids = orders.Select(o => o.IdentityId).ToList();
            var owners = await db.Identities.Where(i => ids.Contains(i.Id)).Select(i => new { i.Id, i.OwnerId }).ToDictionaryAsync(i => i.Id, i => i.OwnerId, ct);
            var digest = Digest(orders);
            var typed = many.Values.Sum(m => m.Count);
            return order =>
                (seen is not null && !string.Equals(seen, digest, StringComparison.Ordinal) ? new Refusal("revocation.changed", $"{SecondPerson.Id}: what you were shown has changed since. Look at it again, then approve.") : null)
                ?? (order.Cause is RevocationCause.Unowned or RevocationCause.Expired ? SecondPerson.NotTheAuthor(settings, by) : null)
                ?? SecondPerson.NotTheOwner(owners.GetValueOrDefault(order.IdentityId), by)
                ?? (many.ContainsKey(order.SourceId) && typedCount != typed ? new Refusal("revocation.typed-count", string.Create(CultureInfo.InvariantCulture, $"{SecondPerson.Id}: this is more than {SecondPerson.TwoAbovePercent} % of a source. Type the number {typed} to approve."), "count") : null)
                ?? (many.ContainsKey(order.SourceId) && order.FirstApprovedBy is { } first && SecondPerson.Same(order.FirstApprovedById, first, by) ? new Refusal("revocation.same-person", $"{SecondPerson.Id}: you approved it as the first of two. Another administrator has to approve it too.") : null);
        });
    }

    private static async Task ApprovedAsync(GovernanceDb db, List<RevocationOrder> allowed, Dictionary<Guid, (int Count, int Population)> many, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        foreach (var (source, (count, population)) in many)
        {
            var first = allowed.Where(o => o.SourceId == source && o.State == OrderState.Held && o.FirstApprovedBy is null).Select(o => o.Id).ToList();
            await db.RevocationOrders.Where(o => first.Contains(o.Id)).ExecuteUpdateAsync(u => u.SetProperty(o => o.FirstApprovedBy, by.Name).SetProperty(o => o.FirstApprovedById, by.Id), ct);
            await BrakeJudge.HoldAsync(db, db.RevocationOrders.Where(o => first.Contains(o.Id)), SecondPerson.OneOfTwo(by.Name, count, population), now, ct);
            allowed = allowed.FindAll(o => !first.Contains(o.Id));
        }

        foreach (var order in allowed)
        {
            var digest = Digest([order]);
            await db.RevocationOrders.Where(o => o.Id == order.Id).ExecuteUpdateAsync(u => u.SetProperty(o => o.ApprovedBy, by.Name).SetProperty(o => o.ApprovedAt, now).SetProperty(o => o.ApprovalDigest, digest), ct);
        }

        // An administrator who approves what a batch's health held has looked at it: the watch begins anew.
        var watched = allowed.Where(o => o.HeldBy?.StartsWith(Waves.Id + ":", StringComparison.Ordinal) == true).Select(o => o.SourceId).Distinct().ToList();
        await db.SourceBrakes.Where(b => watched.Contains(b.SourceId)).ExecuteUpdateAsync(u => u.SetProperty(b => b.HealthFrom, now), ct);
        var held = allowed.Where(o => o.State == OrderState.Held).Select(o => o.Id).ToList();
        var mine = db.RevocationOrders.Where(o => held.Contains(o.Id) && o.State == OrderState.Held);
        // Whose notice runs, or has ended, was told already.
        foreach (var end in await mine.Where(o => o.NoticeUntil != null).Select(o => o.NoticeUntil).Distinct().ToListAsync(ct))
        {
            var until = (end > now ? end.Value : now) + SecondPerson.ApprovalLife;
            await mine.Where(o => o.NoticeUntil == end).ExecuteUpdateAsync(
                u => u.SetProperty(o => o.State, OrderState.Noticed).SetProperty(o => o.HeldBy, (string?)null).SetProperty(o => o.ReleasedAt, now).SetProperty(o => o.ApprovalUntil, until), ct);
        }

        await BrakeJudge.ReleaseAsync(db, mine.Where(o => o.Cause != RevocationCause.Manual), Notice.Until(settings, orderedByPerson: false, now), now, ct);
        await BrakeJudge.ReleaseAsync(db, mine.Where(o => o.Cause == RevocationCause.Manual), null, now, ct);
        await DeleteAsync(db, allowed.Where(o => o.State == OrderState.Quarantined).Select(o => o.Id).ToList(), by, now, ct);
    }

    private static async Task DeleteAsync(GovernanceDb db, List<Guid> deletions, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        if (deletions.Count == 0)
            return;
        var rows = from o in db.RevocationOrders
                   join s in db.RevocationSteps on o.Id equals s.OrderId
                   where deletions.Contains(o.Id) && s.Verb == RevocationVerb.Disable && s.Generation == o.Generation
                   select new { OrderId = o.Id, o.IdentityId, o.Generation, s.PreState, IdempotencyKey = o.Id.ToString() + ":delete:" + SqlText.Number(o.Generation) };
        await db.InsertSelectAsync(db.RevocationSteps, rows, new { Verb = RevocationVerb.Delete, State = StepState.Planned, DueAt = now, Fence = 0, Attempts = 0 }, now, ct);
        var until = now + SecondPerson.ApprovalLife;
        await db.RevocationOrders.Where(o => deletions.Contains(o.Id)).ExecuteUpdateAsync(
            u => u.SetProperty(o => o.HeldBy, (string?)null).SetProperty(o => o.Remediation, RemediationState.InProgress).SetProperty(o => o.ApprovedBy, by.Name).SetProperty(o => o.ApprovedAt, now).SetProperty(o => o.ApprovalUntil, until), ct);
    }

    /// <summary>Sources of which the choice would disable or delete more than a tenth at once, and more than the limit for one batch.</summary>
    private static async Task<Dictionary<Guid, (int Count, int Population)>> ManyAsync(GovernanceDb db, IReadOnlyCollection<RevocationOrder> orders, CancellationToken ct)
    {
        var settings = await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
        var found = new Dictionary<Guid, (int, int)>();
        foreach (var source in orders.GroupBy(o => o.SourceId).Select(g => (Id: g.Key, Count: g.Count())).Where(s => s.Count > settings.MaxOrders))
        {
            var population = await db.Identities.CountAsync(i => i.SourceId == source.Id && i.MissingSince == null && i.State != LifecycleState.Decommissioned, ct);
            if (source.Count * 100L > (long)SecondPerson.TwoAbovePercent * population)
                found[source.Id] = (source.Count, population);
        }

        return found;
    }

    private static string Digest(IEnumerable<RevocationOrder> orders)
    {
        var text = new StringBuilder();
        foreach (var o in orders.OrderBy(o => o.Id))
            text.Append(CultureInfo.InvariantCulture, $"{o.Id:N}|{o.IdentityId:N}|{o.SourceId:N}|{o.Cause}|{o.Generation}|{o.State}|{o.DeletionAskedAt?.UtcTicks}|{o.HeldBy}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
