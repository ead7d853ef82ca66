using System.Text.RegularExpressions;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Whether an access is privileged, and why: one sentence for a reviewer, without a full stop.</summary>
/// <param name="Privileged">Yes, no, or not to be said from what is known.</param>
/// <param name="Why">Never empty.</param>
public readonly record struct PrivilegeRating(Reported Privileged, string Why)
{
    /// <summary>Of many, the one that counts: a yes, else an unknown, else a no. With none at all, nothing is known.</summary>
    public static PrivilegeRating Worst(IEnumerable<PrivilegeRating> ratings)
    {
        var worst = default(PrivilegeRating?);
        foreach (var rating in ratings)
        {
            if (worst is null || Weight(rating.Privileged) > Weight(worst.Value.Privileged))
                worst = rating;
        }

        return worst ?? new PrivilegeRating(Reported.Unknown, "Nothing is reported");
    }

    private static int Weight(Reported reported) => reported switch { Reported.Yes => 2, Reported.Unknown => 1, _ => 0 };
}

/// <summary>
/// The one place that says which access is privileged, by each source's own rules: it controls identities or access, reads secrets, turns off
/// what watches, or holds all of something for everybody. Pure functions; what they can't tell is <see cref="Reported.Unknown"/>, never No.
/// NIST SP 800-53 AC-6(1), AC-6(5); NIST CSF 2.0 PR.AA-05.
/// </summary>
public static partial class Privilege
{
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);

    private static PrivilegeRating Yes(string why) => new(Reported.Yes, why);

    private static PrivilegeRating No(string why) => new(Reported.No, why);

    private static PrivilegeRating Unknown(string why) => new(Reported.Unknown, why);

    /// <summary>Why a stored entitlement is or isn't privileged, in the words of its source's rules; where they say otherwise, the import's word stands.</summary>
    public static string Explain(SourceSystem system, string name, string? resource, GrantPath path, Reported stored)
    {
        var rating = system switch
        {
            SourceSystem.Entra when path == GrantPath.Delegated => OfGraphPermission(name, delegated: true),
            SourceSystem.Entra => OfEntraDirectoryRole(name) is { Privileged: not Reported.Unknown } role ? role
                : OfGraphPermission(name, delegated: false) is { Privileged: not Reported.Unknown } permission ? permission : OfAzureRole(name),
            SourceSystem.Aws => name.Contains(':', StringComparison.Ordinal) && !name.StartsWith("arn:", StringComparison.Ordinal) || name == "*" ? OfAwsAction(name, resource) : OfAwsManagedPolicy(name),
            SourceSystem.Gcp => OfGcpRole(name),
            SourceSystem.Kubernetes => OfKubernetesRole(name),
            SourceSystem.PostgreSql => OfPostgresRole(name),
            SourceSystem.GitHub => name.Split(':') is [var permission, var level] && level is "read" or "write" or "admin" ? OfGitHubPermission(permission, level) : OfGitHubScope(name),
            SourceSystem.Okta => OfOktaRole(name) is { Privileged: not Reported.Unknown } administrator ? administrator : OfOktaScope(name),
            SourceSystem.Keycloak => OfKeycloakRole(name),
            SourceSystem.Vault => OfVaultPolicy(name),
            SourceSystem.Spiffe => OfSpireEntry(name),
            _ => Guessed(name, resource, stored),
        };
        return rating.Privileged == stored ? rating.Why : stored switch
        {
            Reported.Yes => "The source, or its import, calls it privileged",
            Reported.No => "The source, or its import, calls it not privileged",
            _ => "Neither the source nor our list for it says whether it is privileged",
        };
    }

    /// <summary>Of a source that doesn't say what kind of system it is: the first rules that know the name and agree.</summary>
    private static PrivilegeRating Guessed(string name, string? resource, Reported stored)
    {
        if (name.Split(':') is [var permission, "read" or "write" or "admin"] parts && OfGitHubPermission(permission, parts[1], resource is null ? null : resource.StartsWith("all ", StringComparison.OrdinalIgnoreCase)) is var gitHub && gitHub.Privileged == stored)
            return gitHub;
        if (OfKubernetesRole(name) is var role && role.Privileged == stored && stored != Reported.Unknown)
            return role;
        if (name.StartsWith("roles/", StringComparison.Ordinal))
            return OfGcpRole(name);
        return name.Contains(':', StringComparison.Ordinal) && OfAwsAction(name, resource) is var action && action.Privileged == stored ? action : OfOAuthScope(name);
    }

    /// <summary>Whether a pattern with * and ? covers the text; case plays no part.</summary>
    private static bool Covers(string pattern, string text)
    {
        if (!pattern.AsSpan().ContainsAny('*', '?'))
            return string.Equals(pattern, text, StringComparison.OrdinalIgnoreCase);
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && (pattern[p] == '?' || char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(text[t])))
                (p, t) = (p + 1, t + 1);
            else if (p < pattern.Length && pattern[p] == '*')
                (star, mark) = (p++, t);
            else if (star >= 0)
                (p, t) = (star + 1, ++mark);
            else
                return false;
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    /// <summary>The words of a name: <c>users.readWrite:all</c> has users, read, write, all.</summary>
    private static HashSet<string> WordsOf(string name) => Word().Matches(name).Select(m => m.Value.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|\\*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();
}
