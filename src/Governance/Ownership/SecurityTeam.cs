using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>Whom a question goes to in the end: everybody with an account that holds the role SecurityEngineer.</summary>
internal static class SecurityTeam
{
    private const int Most = 50;

    public static Task<List<Guid>> PeopleAsync(GovernanceDb db, CancellationToken ct) =>
        db.Accounts.Where(a => a.DisabledAt == null && a.PersonId != null && db.AccountRoles.Any(r => r.AccountId == a.Id && r.Role == Roles.SecurityEngineer) && db.People.Any(p => p.Id == a.PersonId && p.Status == PersonStatus.Active))
            .Select(a => a.PersonId!.Value).Distinct().Take(Most).ToListAsync(ct);
}
