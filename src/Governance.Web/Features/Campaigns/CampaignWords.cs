using System.Globalization;
using System.Text.RegularExpressions;
using Governance.Campaigns;
using Governance.Inventory;
using Governance.Web.Shared;

namespace Governance.Web.Features.Campaigns;

/// <summary>What a reviewer reads instead of the names in code.</summary>
internal static partial class CampaignWords
{
    public static string Kind(IdentityKind kind) => kind switch
    {
        IdentityKind.OAuthGrant => "OAuth grant",
        IdentityKind.ApiToken => "API token",
        IdentityKind.McpServer => "MCP server",
        IdentityKind.Other => "Identity",
        _ => Sentence(kind.ToString()),
    };

    /// <summary>"ClientSecret" becomes "Client secret".</summary>
    public static string Sentence(string name)
    {
        var words = Humps().Replace(name, m => " " + m.Value.ToLowerInvariant());
        return words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>Three answers: used then, never, or the source doesn't say.</summary>
    public static string LastUsed(UsageState usage, DateTimeOffset? at, DateTimeOffset now) => usage switch
    {
        UsageState.Used when at is { } then => "Last used " + Times.Relative(then, now),
        UsageState.Used => "In use",
        UsageState.NeverUsed => "Never used",
        UsageState.OutsideWindow => "Not used in the time its source keeps",
        _ => "Use not reported",
    };

    public static string Credential(CredentialLine credential, DateTimeOffset now)
    {
        var age = credential.CreatedAt is { } made ? string.Create(CultureInfo.InvariantCulture, $"{(int)(now - made).TotalDays} days old") : "age not reported";
        var end = credential.Expiry switch
        {
            ExpiryState.Known when credential.ExpiresAt is { } at => (at < now ? "expired " : "expires ") + Times.Relative(at, now),
            ExpiryState.Never => "never expires",
            ExpiryState.Sliding => "renewed with each use",
            _ => "expiry not reported",
        };
        return $"{Kinds(credential.Kind)} {age}, {end}, {LastUsed(credential.Usage, credential.LastUsedAt, now).ToLowerInvariant()}";
    }

    public static string Change(ChangeLine change) => (change.Field, change.Before, change.After) switch
    {
        ("grant", _, { } gained) => "New permission: " + gained,
        ("grant", { } lost, _) => "Permission gone: " + lost,
        ("credential", _, { } gained) => "New credential: " + gained,
        ("credential", { } lost, _) => "Credential gone: " + lost,
        ("missing", _, _) => "No longer named by its source",
        ("returned", _, _) => "Named by its source again",
        ("created", _, _) => "First seen",
        var (field, before, after) => $"{Sentence(field)}: {before ?? "empty"} → {after ?? "empty"}",
    };

    public static string Grant(GrantLine grant) => PlainWords.What(grant);

    public static string GrantNote(GrantLine grant)
    {
        var how = grant.Path switch
        {
            GrantPath.Delegated => string.Equals(grant.Consent, "AllPrincipals", StringComparison.Ordinal) ? "for all users, by an administrator's consent" : "for users who consented",
            GrantPath.Inherited => "inherited" + (grant.Via is { Length: > 0 } via ? " from " + via : string.Empty),
            GrantPath.Role => "by role" + (grant.Via is { Length: > 0 } role ? " " + role : string.Empty),
            _ => null,
        };
        var name = string.IsNullOrEmpty(grant.Description) ? null : grant.Name;
        return string.Join(" · ", new[] { name, how }.Where(p => p is not null));
    }

    public static string Verdict(Verdict verdict) => Governance.Campaigns.Words.Of(verdict) is var word ? char.ToUpperInvariant(word[0]) + word[1..] : word;

    /// <summary>What stops when it is revoked, as far as sources tell; what they don't tell is said.</summary>
    public static IReadOnlyList<string> Impact(ReviewDetail detail, DateTimeOffset now)
    {
        var (impact, lines) = (detail.Impact, new List<string>());
        if (detail.Line.Usage == UsageState.NotReported)
            lines.Add("Its source does not report use: nobody can tell from here what would stop.");
        else if (UsedLately(detail, now))
            lines.Add($"It was used {Times.Relative(detail.Line.LastUsedAt!.Value, now)}: whatever uses it stops.");
        else
            lines.Add("It was not used in the last 30 days.");
        if (impact.UsedAccess.Count > 0)
            lines.Add("In the last 30 days it used " + Listed(impact.UsedAccess, impact.UsedAccess.Count) + ".");
        if (impact.CredentialsUsed > 0)
            lines.Add(Count(impact.CredentialsUsed, "of its credentials was", "of its credentials were") + " used in the last 30 days.");
        if (impact.ActedAsCount > 0)
            lines.Add($"{Listed(impact.ActedAsBy, impact.ActedAsCount)} {(impact.ActedAsCount == 1 ? "acts" : "act")} as it and can't any more.");
        if (impact.DependantCount > 0)
            lines.Add($"{Listed(impact.Dependants, impact.DependantCount)} {(impact.DependantCount == 1 ? "inherits" : "inherit")} access from it.");
        if (impact.ForAllUsers)
            lines.Add("An administrator consented for all users: it stops for everybody.");
        else if (impact.Consenting > 0)
            lines.Add(Count(impact.Consenting, "person has consented and loses", "people have consented and lose") + " it.");
        return lines;
    }

    /// <summary>The one sentence before a revocation.</summary>
    public static string RevokeWarning(ReviewDetail detail, DateTimeOffset now) => string.Join(" ", Impact(detail, now).Take(3));

    private static bool UsedLately(ReviewDetail detail, DateTimeOffset now) => detail.Line is { Usage: UsageState.Used, LastUsedAt: { } at } && at > now.AddDays(-30);

    private static string Listed(IReadOnlyList<string> names, int all) => all switch
    {
        1 => names[0],
        <= 5 => string.Join(", ", names.Take(all - 1)) + " and " + names[all - 1],
        _ => string.Join(", ", names.Take(3)) + $" and {all - 3} more",
    };

    public static string State(CampaignState state) => state switch
    {
        CampaignState.Running => "Running",
        CampaignState.Closed => "Closed, not applied",
        CampaignState.Prepared => "Prepared",
        CampaignState.Cancelled => "Cancelled",
        _ => "Applied",
    };

    public static string Due(DateTimeOffset due, DateTimeOffset now) => due < now ? "was due " + Times.Relative(due, now) : "due " + Times.Relative(due, now);

    public static string Count(int n, string one, string? many = null) => n.ToString("N0", CultureInfo.InvariantCulture) + " " + (n == 1 ? one : many ?? one + "s");

    private static string Kinds(CredentialKind kind) => kind == CredentialKind.Other ? "Credential" : Sentence(kind.ToString()).Replace("Api", "API", StringComparison.Ordinal);

    [GeneratedRegex("(?<=[a-z])[A-Z]", RegexOptions.None, 1000)]
    private static partial Regex Humps();
}
