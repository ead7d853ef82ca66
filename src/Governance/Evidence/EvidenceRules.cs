using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>Who may do what with a package.</summary>
internal static class EvidenceRules
{
    public static Refusal Unknown { get; } = new("evidence.unknown", "There is no such package.");

    /// <summary>The second person's yes: never that of the preparer.</summary>
    public static Refusal? CheckApprove(EvidencePackage package, Actor by)
    {
        if (package.State != PackageState.Draft)
            return new Refusal("evidence.state", $"The package is {Words(package.State)}: only a draft can be approved.");
        // The command line and jobs act for an operator and not for a person: nobody could be named as the approver.
        if (by.Kind != ActorKind.Person)
            return new Refusal("evidence.person", "A person approves, signed in on the page.");
        return package.MadeById == by.Id || (package.MadeByPersonId is { } maker && maker == by.PersonId)
            ? new Refusal("evidence.own", "You prepared this package. Another auditor or administrator has to approve it.")
            : null;
    }

    public static Refusal? CheckIssue(EvidencePackage package) => package.State == PackageState.Approved ? null
        : new Refusal("evidence.state", package.State == PackageState.Draft ? "A second person has to approve the package first." : $"The package is {Words(package.State)} already.");

    public static string Words(PackageState state) => state switch { PackageState.Draft => "a draft", PackageState.Approved => "approved", PackageState.Issued => "issued", _ => "superseded" };

    /// <summary>The package, where the actor may read it.</summary>
    public static async Task<EvidencePackage?> ReadableAsync(GovernanceDb db, Guid id, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        if (by.Holds(Roles.Auditor) || by.Holds(Roles.Administrator))
            return await db.EvidencePackages.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct);
        return Guid.TryParse(by.Id, out var account) ? await Shared(db, account, now).SingleOrDefaultAsync(p => p.Id == id, ct) : null;
    }

    public static IQueryable<EvidencePackage> Shared(GovernanceDb db, Guid account, DateTimeOffset now) =>
        db.EvidencePackages.AsNoTracking().Where(p => (p.State == PackageState.Issued || p.State == PackageState.Superseded)
            && db.EvidenceAccesses.Any(a => a.PackageId == p.Id && a.AccountId == account && a.EndedAt == null && a.Until > now));
}
