using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>Lets an account without a role read one issued package until a date: an external auditor's portal.</summary>
public sealed class EvidenceSharing(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>No access is given for longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(370);

    public async Task<Outcome<Done>> ShareAsync(Guid packageId, Guid accountId, DateTimeOffset until, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        var now = clock.Now();
        if (until <= now || until - now > Longest)
            return new Refusal("evidence.until", "Give a day after today and within a year.", "until");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            if (await db.EvidencePackages.AsNoTracking().SingleOrDefaultAsync(p => p.Id == packageId, ct) is not { } package)
                return EvidenceRules.Unknown;
            if (package.State != PackageState.Issued)
                return new Refusal("evidence.state", $"The package is {EvidenceRules.Words(package.State)}: only an issued one is shared.");
            if (await db.Accounts.Where(a => a.Id == accountId && a.DisabledAt == null).Select(a => a.DisplayName).SingleOrDefaultAsync(ct) is not { } name)
                return new Refusal("account.unknown", "Choose an account that is not disabled.", "account");
            await db.EvidenceAccesses.Where(a => a.PackageId == packageId && a.AccountId == accountId && a.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(a => a.EndedAt, now), ct);
            db.EvidenceAccesses.Add(new EvidenceAccess { Id = Ids.New(now), PackageId = packageId, AccountId = accountId, GrantedAt = now, GrantedBy = by.Name, Until = until });
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.EvidenceShared, Subjects.EvidencePackage, packageId, null, new { Account = name, AccountId = accountId, Until = until }), ct);
            return Done.Value;
        }, ct);
    }

    public async Task<Outcome<Done>> EndAsync(Guid accessId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.EvidenceAccesses.SingleOrDefaultAsync(a => a.Id == accessId && a.EndedAt == null, ct) is not { } access)
                return new Refusal("evidence.access", "That access has ended already.");
            access.EndedAt = now;
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.EvidenceUnshared, Subjects.EvidencePackage, access.PackageId, null, new { access.AccountId }), ct);
            return Done.Value;
        }, ct);
    }
}
