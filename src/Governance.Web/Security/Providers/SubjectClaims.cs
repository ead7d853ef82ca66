using System.Security.Claims;
using Governance.Accounts;

namespace Governance.Web.Security.Providers;

/// <summary>Reads a subject from the claims of a token that was verified. Pure; deny by default.</summary>
internal static class SubjectClaims
{
    public static ExternalSubject Read(string provider, ProviderOptions options, ClaimsPrincipal principal)
    {
        var entra = options.Kind == ProviderKind.Entra;
        var mail = First(principal, "email")?.Trim().ToLowerInvariant();
        var directory = options.DirectoryIdClaim ?? (entra ? "oid" : null);
        return new ExternalSubject(
            provider,
            First(principal, "iss") ?? string.Empty,
            // Microsoft.Identity.Web may have put the long name in the place of the short one.
            First(principal, "sub") ?? First(principal, ClaimTypes.NameIdentifier) ?? string.Empty,
            directory is null ? null : First(principal, directory),
            mail,
            // Entra lets a tenant's administrator write any mail into a user; only xms_edov says that the domain is theirs.
            Says(First(principal, entra ? "xms_edov" : "email_verified")),
            First(principal, "name") ?? First(principal, "preferred_username") ?? mail ?? string.Empty,
            RolesOf(options, principal));
    }

    /// <summary>Entra leaves the groups out when there are too many for a token, and says so: then none are known.</summary>
    public static bool HasTooManyGroups(ClaimsPrincipal principal) =>
        principal.HasClaim(c => c.Type == "hasgroups") || (First(principal, "_claim_names")?.Contains("\"groups\"", StringComparison.Ordinal) ?? false);

    private static List<string> RolesOf(ProviderOptions options, ClaimsPrincipal principal) =>
        [.. options.Roles.Where(rule => principal.HasClaim(rule.Claim, rule.Value)).Select(rule => rule.Role).Distinct(StringComparer.Ordinal)];

    private static bool Says(string? value) => value is "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static string? First(ClaimsPrincipal principal, string type) => principal.FindFirst(type)?.Value is { Length: > 0 } value ? value : null;
}
