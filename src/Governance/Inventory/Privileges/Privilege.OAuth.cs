using System.Globalization;

namespace Governance.Inventory;

public static partial class Privilege
{
    private static readonly Lazy<Dictionary<string, (int Tier, string Text)>> GoogleScopes = new(LoadGoogleScopes);

    private static readonly HashSet<string> HarmlessScopes = new(StringComparer.OrdinalIgnoreCase) { "openid", "profile", "email", "offline_access", "address", "phone", "identity.basic", "identify" };

    /// <summary>Of a Google OAuth scope by its tier (blackmer/oauth-shadow-ai-audit): 1 is privileged, 2 where it reaches everybody's.</summary>
    /// <param name="domainWide">True: delegated for the whole domain, so that it acts as any user.</param>
    public static PrivilegeRating OfGoogleScope(string scope, bool domainWide = false)
    {
        var name = scope.Trim().TrimEnd('/');
        var who = domainWide ? ", as any user of the domain" : ", as the consenting user";
        if (GoogleScopes.Value.TryGetValue(name, out var known))
            return known.Tier == 1 || (known.Tier == 2 && domainWide) ? Yes(known.Text + who) : No(known.Text + who);
        if (name.StartsWith("https://www.googleapis.com/auth/admin.", StringComparison.Ordinal) || name.StartsWith("https://www.googleapis.com/auth/cloud-", StringComparison.Ordinal))
            return name.EndsWith(".readonly", StringComparison.Ordinal) || name.EndsWith(".read-only", StringComparison.Ordinal) ? Unknown("An administrator's scope that only reads") : Yes("An administrator's scope");
        return name.EndsWith(".readonly", StringComparison.Ordinal) && !domainWide ? No("Reads" + who) : OfOAuthScope(name);
    }

    /// <summary>Of any other OAuth scope, by its words: what administers, owns or holds all is privileged, what only reads isn't, the rest can't be told.</summary>
    public static PrivilegeRating OfOAuthScope(string scope)
    {
        var name = scope.Trim();
        if (HarmlessScopes.Contains(name))
            return No("Says who the user is");
        if (name.StartsWith("https://www.googleapis.com/auth/", StringComparison.Ordinal) && GoogleScopes.Value.ContainsKey(name.TrimEnd('/')))
            return OfGoogleScope(name);
        if (name.StartsWith("okta.", StringComparison.Ordinal))
            return OfOktaScope(name);
        var words = WordsOf(name);
        if (name is "*" or "all" || words.Overlaps(["admin", "administrator", "superuser", "sudo", "root", "owner", "god", "impersonate", "impersonation"]) || (words.Contains("full") && words.Overlaps(["access", "control"])))
            return words.Contains("user") && words.Contains("impersonation") ? Unknown("As strong as the signed-in user") : Yes("By its name it administers, or holds all");
        if (words.Contains("secrets") || words.Contains("credentials"))
            return Yes("By its name it reaches secrets");
        var writes = words.Overlaps(["write", "manage", "delete", "create", "update", "modify", "execute", "send", "post", "edit", "*"]);
        if (!writes && words.Overlaps(["read", "readonly", "view", "list", "history", "search"]))
            return No("By its name it only reads");
        return Unknown("Its maker doesn't say how much it gives away");
    }

    /// <summary>Of a Slack scope: <c>admin.*</c> and the old <c>client</c> are privileged; <c>channels:history</c> only reads.</summary>
    /// <param name="sensitive">What Slack says of it (<c>is_sensitive</c>); null: not told.</param>
    public static PrivilegeRating OfSlackScope(string scope, bool? sensitive = null)
    {
        if (scope == "admin" || scope.StartsWith("admin.", StringComparison.Ordinal) || scope.StartsWith("auditlogs:", StringComparison.Ordinal) || scope.StartsWith("discovery:", StringComparison.Ordinal))
            return Yes("Administers the workspace, or reads all of it");
        if (scope is "client" or "post" or "read")
            return Yes("An old scope that acts as the user in everything");
        if (sensitive is true)
            return Yes("Slack calls it sensitive");
        return scope.Contains(':', StringComparison.Ordinal) || sensitive is false ? No("Bounded to what its name says") : Unknown("Not a scope of our list");
    }

    /// <summary>Of an Okta scope: <c>okta.users.manage</c>.</summary>
    public static PrivilegeRating OfOktaScope(string scope)
    {
        if (scope.EndsWith(".read", StringComparison.Ordinal) || scope.EndsWith(".read.self", StringComparison.Ordinal) || scope.EndsWith(".self", StringComparison.Ordinal) || scope.EndsWith(".manage.self", StringComparison.Ordinal))
            return No("Reads, or only on itself");
        if (!scope.EndsWith(".manage", StringComparison.Ordinal))
            return Unknown("Not a scope of our list");
        return scope is "okta.brands.manage" or "okta.templates.manage" or "okta.schemas.manage" or "okta.linkedObjects.manage" or "okta.deviceAssurance.manage"
            ? No("Changes settings that give nobody rights") : Yes("Manages identities, apps or policies");
    }

    private static Dictionary<string, (int, string)> LoadGoogleScopes()
    {
        using var stream = typeof(Privilege).Assembly.GetManifestResourceStream("Governance.Inventory.google-scopes.csv")!;
        return CsvTable.Read(stream, "scope,tier").ToDictionary(r => r["scope"]!.TrimEnd('/'), r => (int.Parse(r["tier"]!, CultureInfo.InvariantCulture), r["description"]!), StringComparer.Ordinal);
    }
}
