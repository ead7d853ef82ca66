using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Governance.Web.Tests.Security.Providers;

/// <summary>A real authorisation server on a port of its own: OpenIddict over Kestrel. Who signs in next, and with which claims, is set by the test.</summary>
public sealed class AuthorisationServer : IAsyncDisposable
{
    public const string Client = "governance-console";
    public const string Secret = "secret-of-the-tests-only";

    private readonly WebApplication app;
    private readonly ConcurrentQueue<string> logouts = new();

    private AuthorisationServer(WebApplication app) => this.app = app;

    /// <summary>Issuer, without a slash at its end where it has a path.</summary>
    public string Issuer { get; private set; } = string.Empty;

    /// <summary>Claims of the next sign-in.</summary>
    public Dictionary<string, object> Claims { get; } = new(StringComparer.Ordinal);

    /// <summary>Changes the identity token before it is signed.</summary>
    public Action<ClaimsPrincipal>? Spoil { get; set; }

    /// <summary>Addresses to which the server was asked to return after signing out.</summary>
    public IReadOnlyCollection<string> Logouts => logouts;

    /// <param name="path">Path of the issuer; Entra has the tenant in it.</param>
    public static async Task<AuthorisationServer> StartAsync(string path = "")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        AuthorisationServer? self = null;
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode().AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange()
                .AddEphemeralEncryptionKey().AddEphemeralSigningKey().DisableAccessTokenEncryption()
                .SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token").SetEndSessionEndpointUris("connect/logout")
                .RegisterScopes("openid", "profile", "email")
                .UseAspNetCore().DisableTransportSecurityRequirement();
            server.Configure(o => o.Issuer = new Uri(self!.Issuer));
            server.AddEventHandler<ValidateAuthorizationRequestContext>(b => b.UseInlineHandler(context =>
            {
                if (context.ClientId != Client || !(context.RedirectUri?.StartsWith("http://localhost/sign-in/callback/", StringComparison.Ordinal) ?? false))
                    context.Reject(OpenIddictConstants.Errors.InvalidClient);
                return ValueTask.CompletedTask;
            }));
            server.AddEventHandler<ValidateTokenRequestContext>(b => b.UseInlineHandler(context =>
            {
                if (context.ClientId != Client || context.ClientSecret != Secret)
                    context.Reject(OpenIddictConstants.Errors.InvalidClient);
                return ValueTask.CompletedTask;
            }));
            server.AddEventHandler<ValidateEndSessionRequestContext>(b => b.UseInlineHandler(_ => ValueTask.CompletedTask));
            server.AddEventHandler<HandleEndSessionRequestContext>(b => b.UseInlineHandler(context =>
            {
                self!.logouts.Enqueue(context.Request.PostLogoutRedirectUri ?? string.Empty);
                context.SignOut();
                return ValueTask.CompletedTask;
            }));
            server.AddEventHandler<HandleAuthorizationRequestContext>(b => b.UseInlineHandler(context =>
            {
                context.SignIn(self!.Principal(context.Request.GetScopes()));
                return ValueTask.CompletedTask;
            }));
            server.AddEventHandler<ProcessSignInContext>(b => b.UseInlineHandler(context =>
            {
                if (context.IdentityTokenPrincipal is { } token)
                    self!.Spoil?.Invoke(token);
                return ValueTask.CompletedTask;
            }).SetOrder(OpenIddictServerHandlers.PrepareIdentityTokenPrincipal.Descriptor.Order + 500));
        });
        var app = builder.Build();
        if (path.Length > 0)
            app.UsePathBase(path);
        app.UseRouting();
        app.UseAuthentication();
        self = new AuthorisationServer(app);
        await app.StartAsync();
        self.Issuer = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + (path.Length > 0 ? path : "/");
        return self;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    /// <summary>A logout token, as the server would send it to the back channel.</summary>
    public string LogoutToken(string subject, bool withEvent = true, string audience = Client)
    {
        var options = app.Services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(2),
            TokenType = "logout+jwt",
            SigningCredentials = options.SigningCredentials[0],
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = subject,
                [withEvent ? "events" : "other"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["http://schemas.openid.net/event/backchannel-logout"] = new Dictionary<string, object>(StringComparer.Ordinal) },
            },
        });
    }

    private ClaimsPrincipal Principal(IEnumerable<string> scopes)
    {
        var identity = new ClaimsIdentity("test", "name", "roles");
        foreach (var (type, value) in Claims)
        {
            _ = value switch
            {
                bool flag => identity.SetClaim(type, flag),
                string[] many => identity.SetClaims(type, [.. many]),
                _ => identity.SetClaim(type, (string)value),
            };
        }

        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetDestinations(_ => [OpenIddictConstants.Destinations.IdentityToken]);
        return principal;
    }
}
