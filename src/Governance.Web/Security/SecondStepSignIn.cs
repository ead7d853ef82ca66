using System.Security.Claims;
using Governance.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Governance.Web.Security;

/// <summary>
/// What stands between a right password and a session: a cookie of its own that says whose password it was, good for five minutes and for nothing but the second
/// step. It names no role, and no page but those of the second step reads it.
/// </summary>
public sealed class SecondStepSignIn(UserManager<Account> users, SignInManager<Account> signIn)
{
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);

    /// <summary>Remembers that the password was right.</summary>
    public static Task BeginAsync(HttpContext http, Account account)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, account.Id.ToString("D")), new Claim("stamp", account.SecurityStamp ?? string.Empty)], IdentityConstants.TwoFactorUserIdScheme);
        return http.SignInAsync(IdentityConstants.TwoFactorUserIdScheme, new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = false });
    }

    /// <summary>Whose password was right a moment ago; null when nobody's, or the account was changed or disabled since.</summary>
    public async Task<Account?> WhoAsync(HttpContext http)
    {
        var result = await http.AuthenticateAsync(IdentityConstants.TwoFactorUserIdScheme);
        if (!result.Succeeded || result.Principal.FindFirstValue(ClaimTypes.NameIdentifier) is not { } id)
            return null;
        var account = await users.FindByIdAsync(id);
        return account is { DisabledAt: null } && string.Equals(account.SecurityStamp, result.Principal.FindFirstValue("stamp"), StringComparison.Ordinal) ? account : null;
    }

    /// <summary>Begins the session.</summary>
    public async Task EndAsync(HttpContext http, Guid accountId)
    {
        await http.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        // Read anew: what this request has read before may have an older stamp.
        await using var scope = http.RequestServices.CreateAsyncScope();
        var account = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByIdAsync(accountId.ToString("D"));
        await signIn.SignInAsync(account!, isPersistent: false);
    }
}
