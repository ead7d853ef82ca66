namespace Governance.Inventory;

public static partial class Privilege
{
    private static readonly Dictionary<string, string> GitHubWrites = new(StringComparer.Ordinal)
    {
        ["administration"] = "Administers repositories: their settings, access and protection",
        ["organization_administration"] = "Administers the organisation",
        ["members"] = "Says who is a member, and of which teams",
        ["workflows"] = "Changes workflows, which run with the repository's secrets",
        ["secrets"] = "Writes the secrets that workflows use",
        ["organization_secrets"] = "Writes the organisation's secrets",
        ["dependabot_secrets"] = "Writes secrets",
        ["organization_dependabot_secrets"] = "Writes secrets",
        ["codespaces_secrets"] = "Writes secrets",
        ["organization_codespaces_secrets"] = "Writes secrets",
        ["organization_self_hosted_runners"] = "Adds machines that run the organisation's workflows",
        ["organization_hooks"] = "Sends every event of the organisation elsewhere",
        ["repository_hooks"] = "Sends every event of repositories elsewhere",
        ["organization_custom_roles"] = "Changes what roles allow",
        ["organization_custom_org_roles"] = "Changes what roles allow",
        ["organization_personal_access_tokens"] = "Approves personal access tokens",
        ["organization_personal_access_token_requests"] = "Approves personal access tokens",
        ["actions"] = "Starts and approves workflow runs",
        ["environments"] = "Lifts the protection of deployments",
        ["enterprise_administration"] = "Administers the enterprise",
    };

    private static readonly Dictionary<string, PrivilegeRating> GitHubScopes = new(StringComparer.Ordinal)
    {
        ["repo"] = Yes("Reads and writes all repositories of its user, private ones too"),
        ["public_repo"] = No("Writes public repositories of its user"),
        ["repo:status"] = No("Writes commit statuses"),
        ["repo_deployment"] = No("Writes deployment statuses"),
        ["repo:invite"] = No("Accepts invitations"),
        ["security_events"] = No("Reads and writes code scanning alerts"),
        ["delete_repo"] = Yes("Deletes repositories"),
        ["workflow"] = Yes("Changes workflows, which run with the repository's secrets"),
        ["site_admin"] = Yes("Administers the site"),
        ["codespace"] = Yes("Opens shells with the repository's secrets"),
        ["user"] = No("Changes its user's profile"),
        ["user:email"] = No("Reads its user's addresses"),
        ["user:follow"] = No("Follows users"),
        ["project"] = No("Writes projects"),
        ["gist"] = No("Writes gists"),
        ["notifications"] = No("Reads notifications"),
        ["copilot"] = No("Manages its user's Copilot"),
        ["audit_log"] = No("Reads the audit log"),
    };

    /// <summary>Of a permission of an app installation or a fine-grained token, with its level.</summary>
    /// <param name="level">read, write or admin.</param>
    /// <param name="allRepositories">True: of all repositories; false: of selected ones; null: not told.</param>
    public static PrivilegeRating OfGitHubPermission(string name, string level, bool? allRepositories = null)
    {
        var writes = level is "write" or "admin";
        if (name == "secret_scanning_alerts")
            return Yes("Reads secrets that were found in code");
        if (writes && GitHubWrites.TryGetValue(name, out var why))
            return Yes(why);
        if (level == "admin")
            return Yes($"Administers {name.Replace('_', ' ')}");
        if (name is "contents" or "packages" && writes)
        {
            return allRepositories switch
            {
                true => Yes("Writes code or packages in every repository"),
                false => No("Writes code or packages in selected repositories"),
                null => Unknown("Writes code or packages; in which repositories is not reported"),
            };
        }

        return level switch
        {
            "read" => No("Reads"),
            "write" => No("Writes, and by our list gives nobody rights"),
            _ => Unknown($"'{Shown(level)}' is not a level of GitHub"),
        };
    }

    /// <summary>Of a scope of a classic token or OAuth app: <c>repo</c>, <c>admin:org</c>.</summary>
    public static PrivilegeRating OfGitHubScope(string scope)
    {
        if (GitHubScopes.TryGetValue(scope, out var known))
            return known;
        return scope.StartsWith("admin:", StringComparison.Ordinal) ? Yes($"Administers {scope["admin:".Length..].Replace('_', ' ')}")
            : scope.StartsWith("manage_", StringComparison.Ordinal) || scope.StartsWith("manage:", StringComparison.Ordinal) ? Yes($"Manages {scope["manage_".Length..]}")
            : scope.StartsWith("read:", StringComparison.Ordinal) ? No("Reads")
            : scope is "write:packages" or "delete:packages" ? Yes("Writes packages, which builds and machines then run")
            : scope == "write:org" ? Yes("Changes the organisation's teams")
            : scope.StartsWith("write:", StringComparison.Ordinal) ? No("Writes, and by our list gives nobody rights")
            : Unknown("Not a scope of our list");
    }
}
