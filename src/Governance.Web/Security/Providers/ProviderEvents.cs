using System.Globalization;
using System.Security.Claims;
using Governance.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Governance.Web.Security.Providers;

/// <summary>What happens where a provider's answer meets this console.</summary>
internal static class ProviderEvents
{
    /// <summary>Claim type: which provider the session was begun with.</summary>
    public const string Provider = "governance:provider";

    /// <summary>Item of the round trip: the account that the subject is to be connected to.</summary>
    public const string Connect = "connect";

    public static void Attach(OpenIdConnectEvents events, string name, ProviderOptions options)
    {
        // The ticket, and not the token: it is received after state, signature, lifetime and nonce were verified.
        events.OnTicketReceived = context => ReceivedAsync(context, name, options);
        events.OnRemoteFailure = context => FailedAsync(context, name);
        events.OnRedirectToIdentityProviderForSignOut = SignOutAsync;
    }

    private static async Task ReceivedAsync(TicketReceivedContext context, string name, ProviderOptions options)
    {
        var http = context.HttpContext;
        var services = http.RequestServices;
        var external = services.GetRequiredService<ExternalSignIn>();
        var subject = SubjectClaims.Read(name, options, context.Principal!);
        var origin = http.Connection.RemoteIpAddress?.ToString();
        string? connect = null;
        var outcome = context.Properties?.Items.TryGetValue(Connect, out connect) is true && Guid.TryParse(connect, out var account)
            ? await external.ConnectAsync(account, subject, origin, http.RequestAborted)
            : await external.SignInAsync(subject, origin, http.RequestAborted);
        if (outcome.IsRefused)
        {
            var why = outcome.Refusal.Code == SubjectRefusals.NobodyCode && SubjectClaims.HasTooManyGroups(context.Principal!) ? "groups" : outcome.Refusal.Code;
            context.HandleResponse();
            http.Response.Redirect("/sign-in/refused" + QueryString.Create("why", why));
            return;
        }

        var users = services.GetRequiredService<UserManager<Account>>();
        var principal = await services.GetRequiredService<SignInManager<Account>>().CreateUserPrincipalAsync((await users.FindByIdAsync(outcome.Value.ToString("D")))!);
        var identity = (ClaimsIdentity)principal.Identity!;
        identity.AddClaim(new Claim(Provider, name));
        identity.AddClaim(new Claim(Sessions.Minutes, options.SessionMinutes.ToString(CultureInfo.InvariantCulture)));
        context.Principal = principal;
        // Only what signing out at the provider needs is kept, in the sealed cookie; no access token is used here.
        var properties = context.Properties ??= new AuthenticationProperties();
        var token = properties.GetTokenValue(OpenIdConnectParameterNames.IdToken);
        properties.StoreTokens(token is null ? [] : [new AuthenticationToken { Name = OpenIdConnectParameterNames.IdToken, Value = token }]);
        properties.IsPersistent = false;
        properties.ExpiresUtc = null;
        context.ReturnUri = SignInEndpoints.Local(context.ReturnUri);
    }

    private static Task FailedAsync(RemoteFailureContext context, string name)
    {
        var logger = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Governance.SignIn");
        // The kind only: the message quotes what came from outside.
        logger.LogWarning("A sign-in with the provider {Provider} failed: {Kind}", name, context.Failure?.GetType().Name);
        context.HandleResponse();
        context.Response.Redirect("/sign-in/refused?why=failed");
        return Task.CompletedTask;
    }

    // A page and not a redirect: this answers a form post, and browsers hold the redirects of a form to the policy's form-action.
    private static async Task SignOutAsync(RedirectContext context)
    {
        context.HandleResponse();
        context.ProtocolMessage.State = context.Options.StateDataFormat.Protect(context.Properties);
        var address = context.ProtocolMessage.CreateLogoutRequestUrl();
        await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
        context.Response.Headers["Refresh"] = "0; url=" + address;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync($"<!DOCTYPE html><html lang=\"en\"><title>Signing out</title><p>You are signed out here. <a href=\"{System.Text.Encodings.Web.HtmlEncoder.Default.Encode(address)}\">Sign out at the provider too</a></p></html>");
    }
}
