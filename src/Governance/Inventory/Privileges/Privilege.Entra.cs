namespace Governance.Inventory;

public static partial class Privilege
{
    /// <summary>
    /// Directory roles that Microsoft labels privileged (learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference,
    /// read April 2026), with their template ids; and two that reach all mail and all files, which are ours.
    /// </summary>
    private static readonly (string Name, string TemplateId)[] PrivilegedDirectoryRoles =
    [
        ("Agent ID Administrator", "db506228-d27e-4b7d-95e5-295956d6615f"), ("AI Administrator", "d2562ede-74db-457e-a7b6-544e236ebb61"),
        ("AI Reader", "1fe13547-53f6-408d-ac04-7f8eed167b38"), ("Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
        ("Application Developer", "cf1c38e5-3621-4004-a7cb-879624dced7c"), ("Authentication Administrator", "c4e39bd9-1100-46d3-8c65-fb160da0071f"),
        ("Authentication Extensibility Administrator", "25a516ed-2fa0-40ea-a2d0-12923a21473a"), ("B2C IEF Keyset Administrator", "aaf43236-0c0d-4d5f-883a-6955382ac081"),
        ("Cloud Application Administrator", "158c047a-c907-4556-b7ef-446551a6b5f7"), ("Cloud Device Administrator", "7698a772-787b-4ac8-901f-60d6b08affd2"),
        ("Conditional Access Administrator", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"), ("Directory Synchronization Accounts", "d29b2b05-8046-44ba-8758-1e26182fcf32"),
        ("Directory Writers", "9360feb5-f418-4baa-8175-e2a00bac4301"), ("Domain Name Administrator", "8329153b-31d0-4727-b945-745eb3bc5f31"),
        ("External Identity Provider Administrator", "be2f45a1-457d-42af-a067-6ec1fa63bc45"), ("Global Administrator", "62e90394-69f5-4237-9190-012177145e10"),
        ("Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451"), ("Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8"),
        ("Hybrid Identity Administrator", "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"), ("Intune Administrator", "3a2c62db-5318-420d-8d74-23affee5d9d5"),
        ("Lifecycle Workflows Administrator", "59d46f88-662b-457b-bceb-5c3809e5908f"), ("Partner Tier1 Support", "4ba39ca4-527c-499a-b93d-d9b492c50246"),
        ("Partner Tier2 Support", "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8"), ("Password Administrator", "966707d0-3269-4727-9be2-8c3a10f19b9d"),
        ("Privileged Authentication Administrator", "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"), ("Privileged Role Administrator", "e8611ab8-c189-46e8-94e1-60213ab1f814"),
        ("Security Administrator", "194ae4cb-b126-40b2-bd5b-6091b380977d"), ("Security Operator", "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"),
        ("Security Reader", "5d6b6bb7-de71-4623-b4af-96380a352509"), ("User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1"),
        ("Exchange Administrator", "29232cdf-9323-42fd-ade2-1d097af3e4de"), ("SharePoint Administrator", "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"),
    ];

    private static readonly HashSet<string> OrdinaryDirectoryRoles = new(StringComparer.OrdinalIgnoreCase)
    {
        "Directory Readers", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Message Center Reader", "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b", "Reports Reader", "4a5d8f65-41da-4de4-8968-e035b65339cf",
        "Usage Summary Reports Reader", "75934031-6c7e-415a-99d7-48dbd49e875e", "Guest Inviter", "95e79109-95c0-4d8e-aee3-d01accf2d47b", "User", "Guest User", "Restricted Guest User",
        "Insights Business Leader", "Service Support Administrator", "License Administrator", "Printer Technician", "Attack Payload Author", "Organizational Messages Writer", "Tenant Creator",
    };

    private static readonly Dictionary<string, string> DirectoryRoleNames = PrivilegedDirectoryRoles.SelectMany(r => new[] { (Key: r.Name, r.Name), (Key: r.TemplateId, r.Name) })
        .ToDictionary(r => r.Key, r => r.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a permission of Graph is about that control of identities, access or protection depends on.</summary>
    private static readonly string[] GraphControl =
    [
        "Application", "AppRoleAssignment", "DelegatedPermissionGrant", "Directory", "Domain", "EntitlementManagement", "IdentityProvider", "PrivilegedAccess", "PrivilegedAssignmentSchedule",
        "PrivilegedEligibilitySchedule", "RoleManagement", "RoleAssignmentSchedule", "RoleEligibilitySchedule", "RoleManagementPolicy", "UserAuthenticationMethod", "User-PasswordProfile",
        "User-Phone", "User-Mail", "UserAuthMethod", "DeviceManagementConfiguration", "DeviceManagementManagedDevices", "DeviceManagementRBAC", "DeviceManagementScripts", "AgentIdentity", "AgentIdentityBlueprint",
        "AgentIdentityBlueprintPrincipal", "CustomAuthenticationExtension", "LifecycleWorkflows", "OnPremDirectorySynchronization", "HybridIdentity", "MultiTenantOrganization", "CrossTenantUserProfileSharing",
    ];

    /// <summary>What reads as much as a mailbox or a file store when it reads everybody's.</summary>
    private static readonly string[] GraphContent =
    [
        "Mail", "MailboxItem", "MailboxFolder", "Files", "Sites", "Chat", "ChatMessage", "ChannelMessage", "Calendars", "Contacts", "Notes", "OnlineMeetingTranscript", "OnlineMeetingRecording", "CallTranscripts",
        "CallRecordings", "CallRecords", "AiEnterpriseInteraction", "AuditLog", "AuditLogsQuery", "BitlockerKey", "DeviceLocalCredential", "SecurityAlert", "SecurityIncident", "ThreatHunting", "IdentityRiskyUser",
        "User", "Group", "Directory", "eDiscovery", "DataLossPreventionPolicy", "ShortNotes", "Tasks", "Team", "RoleManagement", "Application", "Policy",
    ];

    /// <summary>Of a role in the directory, by name or template id.</summary>
    public static PrivilegeRating OfEntraDirectoryRole(string nameOrTemplateId)
    {
        var key = nameOrTemplateId.Trim();
        if (key.Equals("Company Administrator", StringComparison.OrdinalIgnoreCase))
            key = "Global Administrator";
        if (DirectoryRoleNames.TryGetValue(key, out var name))
        {
            return Yes(name switch
            {
                "Global Administrator" => "Global Administrator controls the whole tenant",
                "Exchange Administrator" => "Exchange Administrator reaches every mailbox",
                "SharePoint Administrator" => "SharePoint Administrator reaches every site",
                _ => $"Microsoft labels {name} as privileged",
            });
        }

        return OrdinaryDirectoryRoles.Contains(key) ? No("Microsoft does not label it privileged") : Unknown("Not a directory role of our list");
    }

    /// <summary>
    /// Of a Microsoft Graph permission by name. The rated ones by tier (tier 1, or 2 without a user: privileged); the others of Graph's own list by what
    /// they are about. What is not in that list belongs to another API, of which only its maker could tell.
    /// </summary>
    public static PrivilegeRating OfGraphPermission(string permission, bool delegated)
    {
        if (GraphPermissions.Find(permission, delegated) is not { } known)
            return Unknown("Not a permission of Microsoft Graph");
        var words = $"{known.Text.TrimEnd('.')}{(delegated ? ", as the signed-in user" : ", for everybody and without a user")}";
        if (known.Tier is { } tier)
            return tier == 1 || (tier == 2 && !delegated) ? Yes(words) : No(words);
        var parts = permission.Split('.');
        var writes = parts.Any(p => p.Contains("Write", StringComparison.Ordinal) || p is "FullControl" or "Manage" or "Create" or "CreateAsManager" or "Send" or "Import" or "Invite" or "Authorize" or "Export" or "Deploy")
            || permission.Contains("PrivilegedOperations", StringComparison.Ordinal);
        var all = parts[^1] is "All" or "Directory" or "AzureADGroup" or "AzureResources" or "AzureAD";
        var about = parts[0];
        if (Is(GraphControl, about) && writes && (all || !delegated) || permission.StartsWith("Policy.ReadWrite", StringComparison.Ordinal))
            return Yes(words);
        if (!delegated && all && (writes || Is(GraphContent, about)))
            return Yes(words);
        return No(words);
    }

    /// <summary>Of a role on Azure resources, by name or definition id; custom roles and unlisted ones by their name's last word where it says enough.</summary>
    public static PrivilegeRating OfAzureRole(string nameOrId) => nameOrId.Trim().ToLowerInvariant() switch
    {
        "owner" or "8e3af657-a8ff-443c-a75c-2fe8c4bcb635" => Yes("Owner: everything, access to it too"),
        "contributor" or "b24988ac-6180-42a0-ab88-20f7382dd24c" => Yes("Contributor: everything but access"),
        "user access administrator" or "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9" => Yes("Says who may do what"),
        "role based access control administrator" or "f58310d9-a9f6-439a-9e8d-f62e7b41a168" => Yes("Says who may do what"),
        "key vault administrator" or "00482a5a-887f-4fb3-b363-3b7fe8e74483" => Yes("Controls the vault and what is in it"),
        "key vault secrets officer" or "b86a8fe4-44ce-4948-aee5-eccb2c155cd7" or "key vault secrets user" or "4633458b-17de-408a-b874-0445c86b69e6" => Yes("Reads secrets"),
        "managed identity operator" or "f1a07417-d97a-45cb-824c-7a7467783830" => Yes("Gives managed identities to machines, and so acts as them"),
        "virtual machine contributor" or "9980e02c-c2be-4d73-94e8-173b1dc7cf3c" => Yes("Runs commands on machines"),
        "storage blob data owner" or "b7e6dc6d-f1e8-4753-8033-0f276bb0955b" => Yes("Owns the data, access to it too"),
        "reader" or "acdd72a7-3385-48ef-bd42-f606fba81ae7" => No("Reads configuration"),
        var name when name.EndsWith(" administrator", StringComparison.Ordinal) || name.EndsWith(" owner", StringComparison.Ordinal) || name.EndsWith(" admin login", StringComparison.Ordinal) || name.EndsWith(" admin", StringComparison.Ordinal)
            => Yes($"{nameOrId.Trim()}: controls what it is about"),
        var name when name.EndsWith(" reader", StringComparison.Ordinal) || name.EndsWith(" user", StringComparison.Ordinal) => No("Reads or uses one service"),
        var name when name.EndsWith(" contributor", StringComparison.Ordinal) => No("Changes one service, and by our list gives nobody rights"),
        _ => Unknown("Not a role of our list"),
    };

    private static bool Is(string[] list, string word) => Array.Exists(list, l => string.Equals(l, word, StringComparison.OrdinalIgnoreCase));
}
