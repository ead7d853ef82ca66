namespace Governance.Inventory;

public static partial class Privilege
{
    /// <summary>Of an Okta administrator role.</summary>
    public static PrivilegeRating OfOktaRole(string role) => role.Trim().ToUpperInvariant() switch
    {
        "SUPER_ADMIN" => Yes("Controls the whole organisation"),
        "ORG_ADMIN" or "APP_ADMIN" or "USER_ADMIN" or "GROUP_MEMBERSHIP_ADMIN" or "API_ACCESS_MANAGEMENT_ADMIN" or "API_ADMIN" or "HELP_DESK_ADMIN" or "MOBILE_ADMIN" or "WORKFLOWS_ADMIN"
            => Yes("Administers users, apps or policies"),
        "READ_ONLY_ADMIN" or "REPORT_ADMIN" => No("Reads"),
        "CUSTOM" => Unknown("A role of its own: its permissions say what it allows"),
        _ => Unknown("Not a role of our list"),
    };

    /// <summary>Of an attribute or predefined role of a PostgreSQL role.</summary>
    public static PrivilegeRating OfPostgresRole(string name) => name.Trim().ToLowerInvariant() switch
    {
        "superuser" or "rds_superuser" or "azure_pg_admin" or "cloudsqlsuperuser" => Yes("Past every check"),
        "createrole" => Yes("Makes roles and gives them rights"),
        "bypassrls" => Yes("Past row-level security"),
        "replication" => Yes("Copies the whole database"),
        "pg_read_all_data" => Yes("Reads all data"),
        "pg_write_all_data" => Yes("Changes all data"),
        "pg_read_server_files" or "pg_write_server_files" or "pg_execute_server_program" => Yes("Reaches the server itself"),
        "pg_signal_backend" or "pg_maintain" or "pg_checkpoint" or "pg_create_subscription" or "createdb" => No("Bounded to what its name says"),
        "pg_monitor" or "pg_read_all_settings" or "pg_read_all_stats" or "pg_stat_scan_tables" or "login" or "connect" => No("Reads figures, or signs in"),
        _ => Unknown("Its own grants say what it may"),
    };

    /// <summary>Of a Keycloak role of a realm or of <c>realm-management</c>.</summary>
    public static PrivilegeRating OfKeycloakRole(string name) => name.Trim().ToLowerInvariant() switch
    {
        "admin" or "realm-admin" or "create-realm" => Yes("Administers the realm"),
        "impersonation" => Yes("Becomes any user"),
        "manage-users" or "manage-clients" or "manage-realm" or "manage-identity-providers" or "manage-authorization" or "create-client" => Yes("Changes who may do what"),
        "manage-events" => Yes("Changes what is recorded"),
        "offline_access" or "uma_authorization" or "manage-account" or "view-profile" or "manage-account-links" => No("What every user may"),
        var role when role.StartsWith("view-", StringComparison.Ordinal) || role.StartsWith("query-", StringComparison.Ordinal) || role.StartsWith("default-roles-", StringComparison.Ordinal) => No("Reads, or what every user may"),
        _ => Unknown("The applications that read it say what it allows"),
    };

    /// <summary>Of a Vault policy by name: of others than its own two only the policy's text can tell.</summary>
    public static PrivilegeRating OfVaultPolicy(string name) => name.Trim() switch
    {
        "root" => Yes("May do everything in Vault"),
        "default" => No("What every token may, on itself"),
        _ => Unknown("Its text says what it allows"),
    };

    /// <summary>Of capabilities on a path of a Vault policy.</summary>
    public static PrivilegeRating OfVaultCapability(string path, IReadOnlyCollection<string> capabilities)
    {
        if (capabilities.Count == 0 || Has(capabilities, "deny"))
            return No("Denied");
        if (Has(capabilities, "sudo"))
            return Yes("Root-protected paths (sudo)");
        var writes = Has(capabilities, "create", "update", "patch");
        if (path is "*" or "+/*" && (writes || Has(capabilities, "read")))
            return Yes("Everything in Vault");
        return writes && (path.StartsWith("sys/", StringComparison.Ordinal) || path.StartsWith("auth/", StringComparison.Ordinal) || path.StartsWith("identity/", StringComparison.Ordinal))
            ? Yes("Changes policies, sign-in or identities") : Has(capabilities, "read") && path.EndsWith("/*", StringComparison.Ordinal) && path.Count(c => c == '/') <= 2 ? Yes("Reads all secrets of a store")
            : No("Bounded to its path");
    }

    /// <summary>Of a mark of a SPIRE registration entry.</summary>
    public static PrivilegeRating OfSpireEntry(string mark) => mark switch
    {
        "admin" => Yes("Administers the SPIRE server: makes any identity of the trust domain"),
        "downstream" => Yes("Issues identities of the trust domain itself, as a server below"),
        _ => Unknown("Not a mark of a SPIRE entry"),
    };

    /// <summary>Of a role in an AI vendor's organisation or project.</summary>
    public static PrivilegeRating OfAiVendorRole(string role) => role.Trim().ToLowerInvariant() switch
    {
        "owner" or "admin" or "organization_admin" or "workspace_admin" or "admin_api_key" => Yes("Manages people, keys and data of the organisation or workspace"),
        "member" or "reader" or "user" or "developer" or "workspace_user" or "workspace_developer" or "claude_code_user" or "service_account" or "billing" or "workspace_billing" => No("Uses models"),
        _ => Unknown("Not a role of our list"),
    };
}
