using System.Security.Claims;
using Governance.Common;
using Governance.Persistence;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Security;

/// <summary>
/// Who acts on this page or endpoint, read anew from the database at each call: a role that was taken away a moment ago
/// is gone here, even while the circuit still lives.
/// </summary>
public sealed class CurrentActor(AuthenticationStateProvider authentication, IHttpContextAccessor http, IDbContextFactory<GovernanceDb> contexts)
{
    /// <exception cref="UnauthorizedAccessException">Nobody is signed in, the account was disabled, or its person left.</exception>
    public async Task<Actor> GetAsync()
    {
        var principal = http.HttpContext?.User is { Identity.IsAuthenticated: true } user ? user : (await authentication.GetAuthenticationStateAsync()).User;
        return await ReadAsync(principal, http.HttpContext?.Connection.RemoteIpAddress?.ToString());
    }

    private async Task<Actor> ReadAsync(ClaimsPrincipal principal, string? origin)
    {
        if (!Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var id))
            throw new UnauthorizedAccessException("Nobody is signed in.");
        await using var db = await contexts.CreateDbContextAsync();
        var account = await db.Accounts.AsNoTracking().Where(a => a.Id == id && a.DisabledAt == null && !db.People.Any(p => p.Id == a.PersonId && p.Status == Governance.People.PersonStatus.Left))
            .Select(a => new { a.DisplayName, a.PersonId }).SingleOrDefaultAsync()
            ?? throw new UnauthorizedAccessException("The account was disabled.");
        var roles = await db.AccountRoles.Where(r => r.AccountId == id).Select(r => r.Role).ToListAsync();
        return new Actor(ActorKind.Person, id.ToString("D"), account.DisplayName, account.PersonId, origin, roles.ToHashSet(StringComparer.Ordinal));
    }
}
