using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Accounts;

/// <summary>Which roles must have a second step. Only local accounts: whoever signs in with a provider is asked there.</summary>
public sealed class SecondStepRules(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    public async Task<IReadOnlyList<string>> GetAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.SecondStepRules.Select(r => r.Role).OrderBy(r => r).ToListAsync(ct);
    }

    /// <summary>Sets the roles to exactly these. Sessions of accounts that have no second step yet end; they enrol when they sign in again.</summary>
    public async Task<Outcome<Done>> SetAsync(IReadOnlyCollection<string> roles, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (roles.FirstOrDefault(r => !Roles.All.Contains(r, StringComparer.Ordinal)) is { } unknown)
            return new Refusal("account.role", $"There is no role '{unknown}'.", "roles");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var before = await db.SecondStepRules.Select(r => r.Role).ToListAsync(ct);
            var added = roles.Except(before, StringComparer.Ordinal).ToList();
            var without = db.Accounts.Where(a => a.PasswordHash != null && !db.SecondSteps.Any(s => s.AccountId == a.Id && s.ConfirmedAt != null) && db.AccountRoles.Any(r => r.AccountId == a.Id && added.Contains(r.Role)));
            if (Guid.TryParse(by.Id, out var own) && await without.AnyAsync(a => a.Id == own, ct))
                return new Refusal("second-step.own-first", "Your own account would be asked too. Set up its second step first, under My account: so you know that it works.");
            await db.SecondStepRules.ExecuteDeleteAsync(ct);
            db.SecondStepRules.AddRange(roles.Distinct(StringComparer.Ordinal).Select(r => new SecondStepRule { Role = r }));
            var stamp = AccountService.NewStamp();
            await without.ExecuteUpdateAsync(s => s.SetProperty(a => a.SecurityStamp, stamp).SetProperty(a => a.ConcurrencyStamp, stamp), ct);
            await audit.AppendAsync(db, by, clock.Now(), [new AuditDraft(AuditActions.SecondStepRulesChanged, Subjects.Account, "second-step-rules", null, new { before, after = roles.Order(StringComparer.Ordinal) })], ct);
            return Done.Value;
        }, ct);
    }
}
