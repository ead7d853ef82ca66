using Governance.Inventory;
using Governance.Ownership;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Demo;

/// <content>Who answers for what.</content>
internal sealed partial class DemoStory
{
    /// <summary>One in ten stays without an owner, so that there is something to find.</summary>
    private const int UnownedOneIn = 10;

    private async Task OwnersAsync(CancellationToken ct)
    {
        var engineer = await ActorAsync(DemoPeople.SecurityEngineer, ct);
        var ownership = Get<OwnershipService>();
        var plan = new SortedDictionary<string, List<Guid>>(StringComparer.Ordinal);
        foreach (var ((identity, id), n) in Known().Select((k, n) => (k, n)))
        {
            if (n % UnownedOneIn == 3)
                continue;
            var owner = identity.Truth!.Owner;
            if (!plan.TryGetValue(owner, out var list))
                plan[owner] = list = [];
            list.Add(id);
        }

        foreach (var ((owner, ids), n) in plan.Select((p, n) => (p, n)))
        {
            await ownership.AssignAsync(ids, people[owner], "Named by the department", engineer, ct);
            var by = await ActorAsync(owner, ct);
            // One in eight has not answered yet; another one sent something back.
            if (n % 8 == 5)
                continue;
            var keep = n % 8 == 2 ? ids.SkipLast(2).ToList() : ids;
            await ownership.AcceptAsync(keep, by, ct);
            if (keep.Count < ids.Count)
                await ownership.DeclineAsync(ids.TakeLast(2).ToList(), "Moved to another team last year; I have no access to it.", by, ct);
        }

        await CatchUpAsync(ct);
    }

    /// <summary>What the newest import brought is proposed to the heads; the sample owners have some left to answer.</summary>
    private async Task LateOwnersAsync(CancellationToken ct)
    {
        var engineer = await ActorAsync(DemoPeople.SecurityEngineer, ct);
        List<Guid> free;
        await using (var db = await OpenAsync(ct))
            free = await db.Identities.Where(i => i.OwnerState == OwnerState.None && i.OwnerId == null && i.FirstSeenAt > now.AddDays(-5)).Select(i => i.Id).ToListAsync(ct);
        var open = free.ToHashSet();
        var fresh = Known().Where(k => open.Contains(k.Id)).ToList();
        foreach (var group in fresh.Where((_, n) => n % 3 != 0).GroupBy(k => DemoPeople.Departments.Single(d => d.Department == k.Identity.Department).Head, StringComparer.Ordinal))
            await Get<OwnershipService>().AssignAsync(group.Select(k => k.Id).ToList(), people[group.Key], "New in the last import", engineer, ct);
        await CatchUpAsync(ct);
    }
}
