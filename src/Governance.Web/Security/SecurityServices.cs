using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Governance.Accounts;
using Governance.Persistence;
using Governance.Web.Security.Providers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Security;

/// <summary>Sign-in, cookies, keys, policies and limits of the host.</summary>
public static class SecurityServices
{
    public static void AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<SetupCode>();
        services.AddSingleton<Sessions>();
        services.AddHttpContextAccessor();
        services.AddScoped<CurrentActor>();
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitRevalidation>();

        // The store of ASP.NET Core Identity wants a scoped context; everything else takes the factory.
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<GovernanceDb>>().CreateDbContext());
        services.AddIdentityCore<Account>(options =>
            {
                options.Password = new PasswordOptions { RequiredLength = PasswordRules.MinimumLength, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false };
                options.Lockout.MaxFailedAccessAttempts = 5;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15);
                options.Lockout.AllowedForNewUsers = true;
            })
            .AddUserStore<UserOnlyStore<Account, GovernanceDb, Guid>>()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddSignInManager();
        var authentication = services.AddAuthentication(IdentityConstants.ApplicationScheme).AddCookie(IdentityConstants.ApplicationScheme, Cookie)
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, SecondStepCookie);
        services.AddScoped<SecondStepSignIn>();
        services.AddSignInProviders(authentication, configuration);
        services.AddAuthorization(Policies.Add);
        services.AddAntiforgery(o => o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);

        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = async (rejected, ct) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
                rejected.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                await rejected.HttpContext.Response.WriteAsync("Too many tries. Wait a minute, then try again.", ct);
            };
            limiter.AddPolicy(SignInEndpoints.RateLimit, http => RateLimitPartition.GetFixedWindowLimiter(
                http.Connection.RemoteIpAddress?.ToString() ?? "none",
                _ => new FixedWindowRateLimiterOptions { PermitLimit = 20, Window = TimeSpan.FromMinutes(1) }));
        });
    }

    private static void SecondStepCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "governance-step";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.CookieManager = new HostBoundCookies();
        options.SlidingExpiration = false;
        options.ExpireTimeSpan = SecondStepSignIn.Lasts;
    }

    private static void Cookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "governance";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.LoginPath = "/sign-in";
        options.AccessDeniedPath = "/access-denied";
        options.ReturnUrlParameter = "returnUrl";
        options.SlidingExpiration = true;
        options.ExpireTimeSpan = TimeSpan.FromMinutes(30);
        options.CookieManager = new HostBoundCookies();
        options.Events.OnSigningIn = context =>
        {
            var now = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
            (context.Principal?.Identity as ClaimsIdentity)?.AddClaim(new Claim(Sessions.Began, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
            return Task.CompletedTask;
        };
        options.Events.OnValidatePrincipal = async context =>
        {
            var sessions = context.HttpContext.RequestServices.GetRequiredService<Sessions>();
            if (context.Principal is null || !await sessions.HoldsAsync(context.Principal, context.HttpContext.RequestAborted))
            {
                context.RejectPrincipal();
                await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
            }
        };
    }
}
