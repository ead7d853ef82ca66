using System.Text.RegularExpressions;
using Governance.Common;

namespace Governance.Web.Security.Providers;

/// <summary>Section <c>Governance:SignIn</c>: the providers by name, and whom to ask.</summary>
public sealed class SignInOptions
{
    public const string Section = "Governance:SignIn";

    /// <summary>Whom somebody asks who is refused: a mail address, a page, a name. Shown as text.</summary>
    public string Contact { get; set; } = string.Empty;

    /// <summary>By name: lower-case letters, digits and dashes, since it is part of the callback's address.</summary>
    public Dictionary<string, ProviderOptions> Providers { get; } = new(StringComparer.Ordinal);
}

/// <summary>What kind of provider it is.</summary>
public enum ProviderKind
{
    /// <summary>Anything that speaks OpenID Connect with discovery: Keycloak, Okta, Google, Authentik.</summary>
    OpenIdConnect,

    /// <summary>Microsoft Entra ID, one tenant.</summary>
    Entra,
}

/// <summary>One provider.</summary>
public sealed class ProviderOptions
{
    public ProviderKind Kind { get; set; }

    /// <summary>On the button: "Sign in with …".</summary>
    public string Title { get; set; } = string.Empty;

    /// <summary>OpenIdConnect: the issuer's address. Entra: the cloud's, by default the public one's.</summary>
    public string Authority { get; set; } = string.Empty;

    /// <summary>Entra only: the tenant's id (a GUID). "common" and "organizations" are refused: they let every tenant of the world in.</summary>
    public string TenantId { get; set; } = string.Empty;

    public string ClientId { get; set; } = string.Empty;

    /// <summary>The secret, or <c>env:NAME</c> or <c>file:/path</c>.</summary>
    public string ClientSecret { get; set; } = string.Empty;

    /// <summary>Beyond <c>openid profile email</c>.</summary>
    public IList<string> Scopes { get; } = [];

    /// <summary>The claim with the id that the directory's people were imported under. Entra: <c>oid</c>. Others: none unless named.</summary>
    public string? DirectoryIdClaim { get; set; }

    /// <summary>Whether claims are read from the userinfo endpoint too.</summary>
    public bool UserInfo { get; set; }

    /// <summary>How long a session may last before the provider is asked again; at most ten hours.</summary>
    public int SessionMinutes { get; set; } = 60;

    /// <summary>Which values of which claims give which of our roles. What is not listed gives nothing.</summary>
    public IList<RoleRule> Roles { get; } = [];
}

/// <summary>A claim value that gives a role.</summary>
public sealed class RoleRule
{
    /// <summary><c>roles</c>, <c>groups</c>, or another.</summary>
    public string Claim { get; set; } = "roles";

    public string Value { get; set; } = string.Empty;

    public string Role { get; set; } = string.Empty;
}

/// <summary>Refuses a configuration that could let in the wrong people, at start and in words.</summary>
internal static partial class SignInOptionsCheck
{
    /// <exception cref="InvalidOperationException">It cannot be used as it is.</exception>
    public static void Demand(SignInOptions options)
    {
        foreach (var (name, p) in options.Providers)
        {
            if (Problem(name, p) is { } problem)
                throw new InvalidOperationException($"{SignInOptions.Section}:Providers:{name}: {problem}");
        }
    }

    private static string? Problem(string name, ProviderOptions p)
    {
        if (!Name().IsMatch(name))
            return "the name of a provider has 1 to 40 lower-case letters, digits and dashes.";
        if (p.ClientId.Length == 0)
            return "ClientId is missing.";
        if (p.SessionMinutes < 5 || p.SessionMinutes > Sessions.Limit.TotalMinutes)
            return $"SessionMinutes has to be 5 to {Sessions.Limit.TotalMinutes:0}.";
        if (p.Kind == ProviderKind.Entra && !Guid.TryParseExact(p.TenantId, "D", out _))
            return "TenantId has to be the tenant's id, a GUID. 'common' and 'organizations' would let every tenant in.";
        if (p.Kind == ProviderKind.OpenIdConnect && p.Authority.Length == 0)
            return "Authority is missing.";
        if (p.Authority.Length > 0 && !(Uri.TryCreate(p.Authority, UriKind.Absolute, out var authority) && (authority.Scheme == Uri.UriSchemeHttps || authority.IsLoopback)))
            return "Authority has to begin with https://.";
        foreach (var rule in p.Roles)
        {
            if (!Governance.Common.Roles.All.Contains(rule.Role, StringComparer.Ordinal))
                return $"there is no role '{rule.Role}'. The roles are {string.Join(", ", Governance.Common.Roles.All)}.";
            if (rule.Claim.Length == 0 || rule.Value.Length == 0)
                return "a role rule needs Claim and Value.";
        }

        return p.ClientSecret.StartsWith("env:", StringComparison.Ordinal) || p.ClientSecret.StartsWith("file:", StringComparison.Ordinal) ? SecretReference.Check(p.ClientSecret)?.Message : null;
    }

    [GeneratedRegex("^[a-z0-9-]{1,40}$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
