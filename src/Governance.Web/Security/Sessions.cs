using System.Globalization;
using System.Security.Claims;
using Governance.People;
using Governance.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Governance.Web.Security;

/// <summary>
/// Whether a session may go on: its account is enabled and of nobody who left, has the security stamp that it was begun with (password, roles and state change it),
/// and began less than ten hours ago (OWASP ASVS 5.0 7.3.2, 7.4). Asked with every request, and for circuits every half minute: pages come
/// over the circuit, so requests are few, and who was disabled is out at once.
/// </summary>
public sealed class Sessions(IDbContextFactory<GovernanceDb> contexts, IOptions<IdentityOptions> options, TimeProvider clock)
{
    /// <summary>Claim type: when the session began, in seconds since 1970.</summary>
    public const string Began = "governance:began";

    /// <summary>Claim type: how many minutes it may last at most, where that is less than the limit for all.</summary>
    public const string Minutes = "governance:minutes";

    public static readonly TimeSpan Limit = TimeSpan.FromHours(10);

    public async Task<bool> HoldsAsync(ClaimsPrincipal user, CancellationToken ct)
    {
        if (!IsYoung(user, clock.GetUtcNow()) || !Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id))
            return false;
        var stamp = user.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType);
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts.AnyAsync(a => a.Id == id && a.DisabledAt == null && a.SecurityStamp == stamp
            && !db.People.Any(p => p.Id == a.PersonId && p.Status == PersonStatus.Left), ct);
    }

    /// <summary>One that doesn't say when it began isn't.</summary>
    internal static bool IsYoung(ClaimsPrincipal user, DateTimeOffset now) =>
        long.TryParse(user.FindFirstValue(Began), CultureInfo.InvariantCulture, out var began)
        && now - DateTimeOffset.FromUnixTimeSeconds(began) < (int.TryParse(user.FindFirstValue(Minutes), CultureInfo.InvariantCulture, out var minutes) ? TimeSpan.FromMinutes(minutes) : Limit);
}
