using System.Security.Claims;
using System.Text.Encodings.Web;
using Governance.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Governance.Web.Api;

/// <summary>
/// Signs programs in by a key in <c>Authorization: Bearer</c>. Never by a cookie, so that no page of another site can call the API with somebody's session.
/// The roles are read anew from the database with each call.
/// </summary>
internal sealed class ApiKeyScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeyService keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (await keys.FindCallerAsync(header[Bearer.Length..].Trim(), Context.Connection.RemoteIpAddress?.ToString(), Context.RequestAborted) is not { } caller)
            return AuthenticateResult.Fail("The key is unknown, has ended or was revoked.");
        Context.Features.Set(caller);
        var claims = caller.Actor.Roles!.Select(r => new Claim(ClaimTypes.Role, r)).Append(new Claim(ClaimTypes.NameIdentifier, caller.Actor.Id));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Name)), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return ApiResults.Problem(StatusCodes.Status401Unauthorized, "api-key.missing", "Send a key that is in force as 'Authorization: Bearer …'. Keys are made under My account.").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ApiResults.Problem(StatusCodes.Status403Forbidden, "not.allowed", "The key, or its account, doesn't hold the role that this needs.").ExecuteAsync(Context);
}
