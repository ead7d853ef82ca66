using System.Security.Claims;
using Governance.Accounts;
using Governance.Audit;
using Governance.Common;
using Governance.Web.Security.Providers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Governance.Web.Security;

/// <summary>
/// The form posts of sign-in, sign-out and set-up. Plain posts with antiforgery: a cookie can only be set by an HTTP answer.
/// Providers stand beside these (folder Providers): their callback ends in the same cookie, and the account is matched to a person there.
/// </summary>
public static class SignInEndpoints
{
    /// <summary>Policy name of the limiter on everything that takes a password or a code.</summary>
    public const string RateLimit = "credentials";

    public static void MapSignIn(this WebApplication app)
    {
        // Not the pages' own addresses: a page answers posts too, and the two would be ambiguous.
        app.MapPost("/sign-in/password", SignInAsync).AllowAnonymous().RequireRateLimiting(RateLimit);
        app.MapPost("/sign-in/second-step", SecondStepAsync).AllowAnonymous().RequireRateLimiting(RateLimit);
        app.MapPost("/account/password", ChangePasswordAsync).RequireAuthorization(Policies.SignedIn).RequireRateLimiting(RateLimit);
        app.MapPost("/sign-out/now", SignOutAsync).RequireAuthorization(Policies.SignedIn);
        app.MapPost("/setup/administrator", SetUpAsync).AllowAnonymous().RequireRateLimiting(RateLimit);
    }

    private static async Task<IResult> SignInAsync([FromForm] string? userName, [FromForm] string? password, [FromForm] string? returnUrl,
        HttpContext http, UserManager<Account> users, SignInManager<Account> signIn, AccountService accounts, SecondStepService steps, CancellationToken ct)
    {
        var account = string.IsNullOrWhiteSpace(userName) ? null : await users.FindByNameAsync(userName.Trim());
        if (account is null)
        {
            // The same work as for a real account, so that the time taken tells nobody which names exist.
            users.PasswordHasher.VerifyHashedPassword(Decoy, Decoy.PasswordHash!, password ?? string.Empty);
            await accounts.RecordAsync(AuditActions.SignInRefused, null, Anonymous(http), "unknown name", ct);
            return Failed(returnUrl);
        }

        var result = await signIn.CheckPasswordSignInAsync(account, password ?? string.Empty, lockoutOnFailure: true);
        if (!result.Succeeded || account.DisabledAt is not null)
        {
            await accounts.RecordAsync(AuditActions.SignInRefused, account.Id, Anonymous(http), result.IsLockedOut ? "locked out" : account.DisabledAt is null ? "wrong password" : "disabled", ct);
            return Failed(returnUrl);
        }

        var need = await steps.NeedAsync(account.Id, ct);
        if (need != SignInNeed.Nothing)
        {
            await http.SignOutAsync(IdentityConstants.ApplicationScheme);
            await SecondStepSignIn.BeginAsync(http, account);
            return Results.LocalRedirect((need == SignInNeed.Code ? "/sign-in/code" : "/sign-in/enrol") + QueryString.Create([Pair("returnUrl", Local(returnUrl))]));
        }

        await signIn.SignInAsync(account, isPersistent: false);
        await accounts.RecordAsync(AuditActions.SignedIn, account.Id, Who(account, http), null, ct);
        return Results.LocalRedirect(Local(returnUrl));
    }

    private static async Task<IResult> SecondStepAsync([FromForm] string? code, [FromForm] string? returnUrl, HttpContext http, SecondStepSignIn second, SecondStepService steps, AccountService accounts, CancellationToken ct)
    {
        if (await second.WhoAsync(http) is not { } account)
            return Results.LocalRedirect("/sign-in" + QueryString.Create([Pair("late", "true"), Pair("returnUrl", Local(returnUrl))]));
        var verified = await steps.VerifyAsync(account.Id, code ?? string.Empty, recovery: true, ct);
        if (verified.IsRefused)
        {
            await accounts.RecordAsync(AuditActions.SignInRefused, account.Id, Anonymous(http), "second step: " + verified.Refusal.Code, ct);
            return verified.Refusal.Code == "second-step.locked" ? Failed(returnUrl) : Results.LocalRedirect("/sign-in/code" + QueryString.Create([Pair("failed", "true"), Pair("returnUrl", Local(returnUrl))]));
        }

        await second.EndAsync(http, account.Id);
        await accounts.RecordAsync(AuditActions.SignedIn, account.Id, Who(account, http), null, ct, new { SecondStep = verified.Value ? "recovery code" : "code of the app" });
        return Results.LocalRedirect(verified.Value ? "/account/second-step?said=recovery-used" : Local(returnUrl));
    }

    private static async Task<IResult> SignOutAsync([FromForm] string? everywhere, HttpContext http, AccountService accounts, SignInProviders providers, CancellationToken ct)
    {
        if (Guid.TryParse(http.User.FindFirstValue(ClaimTypes.NameIdentifier), out var id))
            await accounts.RecordAsync(AuditActions.SignedOut, id, new Actor(ActorKind.Person, id.ToString("D"), http.User.FindFirstValue(ClaimTypes.GivenName) ?? "?", Origin: Origin(http)), null, ct);
        if (everywhere is "true" && providers.Find(http.User.FindFirstValue(ProviderEvents.Provider)) is not null)
            return Results.SignOut(new AuthenticationProperties { RedirectUri = "/sign-in" }, [ProviderServices.Scheme(http.User.FindFirstValue(ProviderEvents.Provider)!)]);
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
        return Results.LocalRedirect("/sign-in");
    }

    // A post and not the circuit: a new password ends every session, and this browser gets a new one.
    private static async Task<IResult> ChangePasswordAsync([FromForm] string? current, [FromForm] string? password, [FromForm] string? again,
        HttpContext http, UserManager<Account> users, SignInManager<Account> signIn, AccountService accounts, CancellationToken ct)
    {
        if (await users.GetUserAsync(http.User) is not { PasswordHash: not null } account)
            return Results.LocalRedirect("/account?said=no-password");
        if (!string.Equals(password, again, StringComparison.Ordinal))
            return Results.LocalRedirect("/account?said=not-alike");
        if (!(await signIn.CheckPasswordSignInAsync(account, current ?? string.Empty, lockoutOnFailure: true)).Succeeded)
        {
            await accounts.RecordAsync(AuditActions.SignInRefused, account.Id, Anonymous(http), "wrong password at a change of password", ct);
            return Results.LocalRedirect("/account?said=wrong-password");
        }

        var by = new Actor(ActorKind.Person, account.Id.ToString("D"), account.DisplayName, account.PersonId, Origin(http));
        if ((await accounts.SetPasswordAsync(account.Id, password ?? string.Empty, by, ct)).IsRefused)
            return Results.LocalRedirect("/account?said=weak-password");
        // Read anew: what this request has read before still has the old stamp.
        await using var scope = http.RequestServices.CreateAsyncScope();
        var changed = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByIdAsync(account.Id.ToString("D"));
        await signIn.SignInAsync(changed!, isPersistent: false);
        return Results.LocalRedirect("/account?said=password-changed");
    }

    private static async Task<IResult> SetUpAsync([FromForm] string? code, [FromForm] string? userName, [FromForm] string? displayName, [FromForm] string? password,
        HttpContext http, SetupCode setup, AccountService accounts, UserManager<Account> users, SignInManager<Account> signIn, CancellationToken ct)
    {
        if (await accounts.AnyAsync(ct))
            return Results.LocalRedirect("/sign-in");
        if (!setup.Matches(code))
            return Refused("The code is not the one on the console. It was printed when this process started.");
        var made = await accounts.CreateFirstAsync(userName ?? string.Empty, displayName ?? string.Empty, password ?? string.Empty, Origin(http) ?? "unknown", ct);
        if (made.IsRefused)
            return Refused(made.Refusal.Message);
        await signIn.SignInAsync((await users.FindByIdAsync(made.Value.ToString()))!, isPersistent: false);
        return Results.LocalRedirect("/");

        IResult Refused(string message) => Results.LocalRedirect("/setup" + QueryString.Create([Pair("error", message), Pair("userName", userName), Pair("displayName", displayName)]));
    }

    // Verified when the name is unknown: a hash of a random text, made at start.
    private static readonly Account Decoy = MakeDecoy();

    private static Account MakeDecoy()
    {
        var decoy = new Account { Id = Guid.Empty, UserName = "decoy" };
        decoy.PasswordHash = new PasswordHasher<Account>().HashPassword(decoy, Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)));
        return decoy;
    }

    private static IResult Failed(string? returnUrl) =>
        Results.LocalRedirect("/sign-in" + QueryString.Create([Pair("failed", "true"), Pair("returnUrl", Local(returnUrl))]));

    /// <summary>Only a path of this console is followed after sign-in: <c>//evil.example</c> and <c>/\evil</c> are not.</summary>
    internal static string Local(string? url) =>
        url is ['/', ..] && !url.StartsWith("//", StringComparison.Ordinal) && !url.StartsWith("/\\", StringComparison.Ordinal) && !url.Any(char.IsControl) ? url : "/";

    private static KeyValuePair<string, string?> Pair(string key, string? value) => new(key, value);

    private static Actor Who(Account account, HttpContext http) => new(ActorKind.Person, account.Id.ToString("D"), account.DisplayName, account.PersonId, Origin(http));

    private static string? Origin(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    private static Actor Anonymous(HttpContext http) => new(ActorKind.Person, "anonymous", "not signed in", Origin: Origin(http));
}
