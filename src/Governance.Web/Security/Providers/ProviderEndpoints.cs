using System.Security.Claims;
using System.Text.Json;
using Governance.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Governance.Web.Security.Providers;

/// <summary>Leaving for a provider, and the provider's word that somebody has signed out there.</summary>
public static class ProviderEndpoints
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    public static void MapSignInProviders(this WebApplication app)
    {
        app.MapGet("/sign-in/with/{provider}", Leave).AllowAnonymous().RequireRateLimiting(SignInEndpoints.RateLimit);
        app.MapPost("/account/connect/{provider}", ConnectAsync).RequireAuthorization(Policies.SignedIn);
        // Called by the provider's server: what it says is believed for its signature, and there is no cookie to forge with.
        app.MapPost("/sign-out/back-channel/{provider}", BackChannelAsync).AllowAnonymous().DisableAntiforgery().RequireRateLimiting(SignInEndpoints.RateLimit);
    }

    private static IResult Leave(string provider, string? returnUrl, SignInProviders providers) =>
        providers.Find(provider) is null
            ? Results.NotFound()
            : Results.Challenge(new AuthenticationProperties { RedirectUri = SignInEndpoints.Local(returnUrl) }, [ProviderServices.Scheme(provider)]);

    // Written as a page, as in signing out: the redirect of a form post to another host is held back by browsers.
    private static async Task<IResult> ConnectAsync(string provider, [FromForm] string? from, HttpContext http, SignInProviders providers)
    {
        _ = from;
        if (providers.Find(provider) is null)
            return Results.NotFound();
        var properties = new AuthenticationProperties { RedirectUri = "/account" };
        properties.Items[ProviderEvents.Connect] = http.User.FindFirstValue(ClaimTypes.NameIdentifier);
        await http.ChallengeAsync(ProviderServices.Scheme(provider), properties);
        var to = http.Response.Headers.Location.ToString();
        http.Response.Headers.Remove("Location");
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.Headers["Refresh"] = "0; url=" + to;
        return Results.Content("<!DOCTYPE html><html lang=\"en\"><title>Connecting</title><p>On the way to the provider …</p></html>", "text/html");
    }

    /// <summary>OpenID Connect Back-Channel Logout 1.0, 2.6: signature, issuer, audience, lifetime, the event, and no nonce.</summary>
    private static async Task<IResult> BackChannelAsync(string provider, [FromForm(Name = "logout_token")] string? token, HttpContext http,
        SignInProviders providers, IOptionsMonitor<OpenIdConnectOptions> schemes, ExternalSignIn external, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (providers.Find(provider) is null || string.IsNullOrEmpty(token))
            return Results.BadRequest();
        var oidc = schemes.Get(ProviderServices.Scheme(provider));
        var configuration = await oidc.ConfigurationManager!.GetConfigurationAsync(ct);
        var parameters = oidc.TokenValidationParameters.Clone();
        parameters.ValidAudience = oidc.ClientId;
        parameters.ValidIssuer ??= configuration.Issuer;
        parameters.IssuerSigningKeys = configuration.SigningKeys;
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken logout)
            return Results.BadRequest();
        var said = logout.TryGetPayloadValue<JsonElement>("events", out var events) && events.ValueKind == JsonValueKind.Object && events.TryGetProperty(LogoutEvent, out _);
        if (!said || logout.TryGetPayloadValue<string>("nonce", out _) || string.IsNullOrEmpty(logout.Subject))
            return Results.BadRequest();
        await external.EndSessionsAsync(provider, logout.Issuer, logout.Subject, ct);
        return Results.Ok();
    }
}
