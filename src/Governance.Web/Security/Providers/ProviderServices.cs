using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Identity.Web;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Governance.Web.Security.Providers;

/// <summary>A provider to choose on the sign-in page.</summary>
public sealed record ProviderChoice(string Name, string Title);

/// <summary>The configured providers.</summary>
public sealed class SignInProviders(SignInOptions options)
{
    public string Contact => options.Contact;

    public IReadOnlyList<ProviderChoice> All { get; } = [.. options.Providers.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new ProviderChoice(p.Key, p.Value.Title.Length == 0 ? p.Key : p.Value.Title))];

    public ProviderOptions? Find(string? name) => name is not null && options.Providers.TryGetValue(name, out var found) ? found : null;
}

/// <summary>Registers one authentication scheme a provider. Authorization code with PKCE, state and nonce; claims keep their own names.</summary>
public static class ProviderServices
{
    private const string PublicCloud = "https://login.microsoftonline.com/";

    public static string Scheme(string provider) => "provider:" + provider;

    public static void AddSignInProviders(this IServiceCollection services, AuthenticationBuilder authentication, IConfiguration configuration)
    {
        var options = new SignInOptions();
        configuration.GetSection(SignInOptions.Section).Bind(options);
        SignInOptionsCheck.Demand(options);
        services.AddSingleton(new SignInProviders(options));
        foreach (var (name, provider) in options.Providers)
        {
            if (provider.Kind == ProviderKind.Entra)
                AddEntra(authentication, name, provider);
            else
                authentication.AddOpenIdConnect(Scheme(name), oidc => oidc.Authority = provider.Authority);
            services.Configure<OpenIdConnectOptions>(Scheme(name), oidc => Common(oidc, name, provider));
            services.PostConfigure<OpenIdConnectOptions>(Scheme(name), oidc => KeepClaims(oidc, provider));
        }
    }

    private static void AddEntra(AuthenticationBuilder authentication, string name, ProviderOptions provider) =>
        authentication.AddMicrosoftIdentityWebApp(
            entra =>
            {
                entra.Instance = provider.Authority.Length == 0 ? PublicCloud : provider.Authority;
                entra.TenantId = provider.TenantId;
                entra.ClientId = provider.ClientId;
                // Its cookies are bound to these paths, so they are said here too.
                entra.CallbackPath = $"/sign-in/callback/{name}";
                entra.SignedOutCallbackPath = $"/sign-out/callback/{name}";
                entra.SignInScheme = IdentityConstants.ApplicationScheme;
            },
            configureCookieAuthenticationOptions: null,
            openIdConnectScheme: Scheme(name),
            cookieScheme: null);

    private static void Common(OpenIdConnectOptions oidc, string name, ProviderOptions provider)
    {
        oidc.ClientId = provider.ClientId;
        oidc.ClientSecret = Secret(provider.ClientSecret);
        oidc.SignInScheme = IdentityConstants.ApplicationScheme;
        oidc.SignOutScheme = IdentityConstants.ApplicationScheme;
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        // A form post comes from another site, and would need cookies that every site may send. The code in the query is worth nothing without the PKCE verifier.
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.UsePkce = true;
        oidc.MapInboundClaims = false;
        oidc.TokenHandler = new Microsoft.IdentityModel.JsonWebTokens.JsonWebTokenHandler { MapInboundClaims = false };
        oidc.SaveTokens = true;
        oidc.UseTokenLifetime = false;
        oidc.GetClaimsFromUserInfoEndpoint = provider.UserInfo;
        oidc.CallbackPath = $"/sign-in/callback/{name}";
        oidc.SignedOutCallbackPath = $"/sign-out/callback/{name}";
        oidc.SignedOutRedirectUri = "/sign-in";
        oidc.RemoteSignOutPath = PathString.Empty;
        oidc.RequireHttpsMetadata = !(Uri.TryCreate(provider.Authority, UriKind.Absolute, out var authority) && authority is { IsLoopback: true, Scheme: "http" });
        oidc.TokenValidationParameters.NameClaimType = "name";
        oidc.TokenValidationParameters.RoleClaimType = "none";
        oidc.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);
        if (provider.Kind == ProviderKind.Entra)
        {
            // One tenant, one issuer, compared whole.
            var instance = provider.Authority.Length == 0 ? PublicCloud : provider.Authority;
            oidc.TokenValidationParameters.ValidIssuer = $"{instance.TrimEnd('/')}/{provider.TenantId}/v2.0";
            oidc.TokenValidationParameters.IssuerValidator = (issuer, _, parameters) =>
                string.Equals(issuer, parameters.ValidIssuer, StringComparison.Ordinal) ? issuer : throw new Microsoft.IdentityModel.Tokens.SecurityTokenInvalidIssuerException("The token is not of this tenant.");
        }

        foreach (var scope in (string[])["openid", "profile", "email", .. provider.Scopes])
        {
            if (!oidc.Scope.Contains(scope))
                oidc.Scope.Add(scope);
        }

        foreach (var cookie in (CookieBuilder[])[oidc.NonceCookie, oidc.CorrelationCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        ProviderEvents.Attach(oidc.Events, name, provider);
    }

    // By default issuer, subject's time and others are dropped from what was verified.
    private static void KeepClaims(OpenIdConnectOptions oidc, ProviderOptions provider)
    {
        oidc.ClaimActions.Clear();
        if (provider.UserInfo)
            oidc.ClaimActions.Add(new UserInfoClaims());
    }

    private static string? Secret(string configured) =>
        configured.Length == 0 ? null
        : configured.StartsWith("env:", StringComparison.Ordinal) ? Environment.GetEnvironmentVariable(configured[4..])
        : configured.StartsWith("file:", StringComparison.Ordinal) ? File.ReadAllText(configured[5..]).TrimEnd('\r', '\n')
        : configured;

    /// <summary>Adds what the userinfo endpoint says and the token did not. What the token says is never replaced.</summary>
    private sealed class UserInfoClaims() : Microsoft.AspNetCore.Authentication.OAuth.Claims.ClaimAction("all", "string")
    {
        public override void Run(JsonElement userData, System.Security.Claims.ClaimsIdentity identity, string issuer)
        {
            var known = identity.Claims.Select(c => c.Type).ToHashSet(StringComparer.Ordinal);
            foreach (var member in userData.EnumerateObject().Where(m => !known.Contains(m.Name)))
            {
                foreach (var value in member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray().ToArray() : [member.Value])
                    identity.AddClaim(new System.Security.Claims.Claim(member.Name, value.ToString(), "string", issuer));
            }
        }
    }
}
