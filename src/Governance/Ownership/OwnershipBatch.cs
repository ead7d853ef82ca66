using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>The identities of one command, locked and read before the rule is asked about each.</summary>
internal sealed class OwnershipBatch
{
    private readonly IReadOnlyList<Guid> asked;
    private readonly IReadOnlyDictionary<Guid, Standing> found;

    private OwnershipBatch(IReadOnlyList<Guid> asked, IReadOnlyDictionary<Guid, Standing> found) => (this.asked, this.found) = (asked, found);

    public Standing this[Guid id] => found[id];

    /// <summary>Reads them in the open transaction, with their rows locked: two people who answer at once are served one after the other.</summary>
    public static async Task<OwnershipBatch> LockAsync(GovernanceDb db, IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        var asked = ids.Distinct().ToList();
        await db.Identities.Where(i => asked.Contains(i.Id)).ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerState, i => i.OwnerState), ct);
        var rows = await (
            from i in db.Identities
            where asked.Contains(i.Id)
            join p in db.People on i.OwnerId equals p.Id into owners
            from owner in owners.DefaultIfEmpty()
            select new
            {
                i.Id,
                i.State,
                i.OwnerState,
                i.OwnerId,
                OwnerName = owner == null ? null : owner.Name,
                AskedId = db.OwnerAssignments.Where(a => a.IdentityId == i.Id && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Proposed)
                    .OrderByDescending(a => a.Since).Select(a => (Guid?)a.PersonId).FirstOrDefault(),
            }).ToListAsync(ct);
        return new OwnershipBatch(asked, rows.ToDictionary(r => r.Id, r => new Standing(r.State, r.OwnerState, r.OwnerId, r.OwnerName, r.AskedId)));
    }

    public IReadOnlyList<ItemOutcome> Decide(Func<Standing?, Refusal?> rule) => Decide((_, standing) => rule(standing));

    public IReadOnlyList<ItemOutcome> Decide(Func<Guid, Standing?, Refusal?> rule) =>
        [.. asked.Select(id => new ItemOutcome(id, rule(id, found.GetValueOrDefault(id))))];

    public static List<Guid> Allowed(IReadOnlyList<ItemOutcome> outcomes) => outcomes.Where(o => o.Refusal is null).Select(o => o.Id).ToList();
}
