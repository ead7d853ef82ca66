using System.Security.Claims;
using Governance.Accounts;
using Governance.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Governance.Web.Security;

/// <summary>What a cookie says of its holder: id, name, person, roles. Read anew at each revalidation.</summary>
public sealed class AccountClaims(UserManager<Account> users, IOptions<IdentityOptions> options, IDbContextFactory<GovernanceDb> contexts)
    : UserClaimsPrincipalFactory<Account>(users, options)
{
    /// <summary>Claim type of the person's id.</summary>
    public const string Person = "governance:person";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(ClaimTypes.GivenName, user.DisplayName));
        if (user.PersonId is { } person)
            identity.AddClaim(new Claim(Person, person.ToString("D")));
        await using var db = await contexts.CreateDbContextAsync();
        foreach (var role in await db.AccountRoles.Where(r => r.AccountId == user.Id).Select(r => r.Role).ToListAsync())
            identity.AddClaim(new Claim(identity.RoleClaimType, role));
        return identity;
    }
}
