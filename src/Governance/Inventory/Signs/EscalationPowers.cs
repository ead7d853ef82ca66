namespace Governance.Inventory;

/// <summary>What an access lets its holder do to other identities, by which privilege spreads.</summary>
public enum EscalationPower
{
    /// <summary>Nothing of the kind, by our list.</summary>
    None,

    /// <summary>Is administration itself: where a path ends.</summary>
    Administers,

    /// <summary>Gives rights, to itself too.</summary>
    EditsGrants,

    /// <summary>Makes or resets what others prove themselves with.</summary>
    EditsCredentials,

    /// <summary>Reads what others prove themselves with.</summary>
    ReadsSecrets,

    /// <summary>Acts as others.</summary>
    ActsAs,
}

/// <summary>A power and over whom.</summary>
/// <param name="Power">Of which kind.</param>
/// <param name="Over">Lower case id of the one identity; <see cref="Everyone"/> for all of the source; null without a power.</param>
public readonly record struct PowerRating(EscalationPower Power, string? Over)
{
    public const string Everyone = "*";
}

/// <summary>
/// Which access is such a power, by each source's own names. Pure. The lists are of the known ways: AWS by Rhino Security Labs' escalations, Entra by the
/// permissions that Microsoft's reference calls able to escalate, Google by roles that set policies or mint tokens, Kubernetes by the verbs of its RBAC guide.
/// </summary>
public static class EscalationPowers
{
    private static readonly Dictionary<string, EscalationPower> Entra = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Global Administrator"] = EscalationPower.Administers,
        ["Privileged Role Administrator"] = EscalationPower.EditsGrants,
        ["Privileged Authentication Administrator"] = EscalationPower.EditsCredentials,
        ["Application Administrator"] = EscalationPower.EditsCredentials,
        ["Cloud Application Administrator"] = EscalationPower.EditsCredentials,
        ["RoleManagement.ReadWrite.Directory"] = EscalationPower.EditsGrants,
        ["RoleManagement.ReadWrite.All"] = EscalationPower.EditsGrants,
        ["RoleAssignmentSchedule.ReadWrite.Directory"] = EscalationPower.EditsGrants,
        ["AppRoleAssignment.ReadWrite.All"] = EscalationPower.EditsGrants,
        ["PrivilegedAccess.ReadWrite.AzureADGroup"] = EscalationPower.EditsGrants,
        ["Application.ReadWrite.All"] = EscalationPower.EditsCredentials,
        ["Owner"] = EscalationPower.Administers,
        ["User Access Administrator"] = EscalationPower.EditsGrants,
        ["Role Based Access Control Administrator"] = EscalationPower.EditsGrants,
        ["Key Vault Administrator"] = EscalationPower.ReadsSecrets,
        ["Key Vault Secrets Officer"] = EscalationPower.ReadsSecrets,
        ["Key Vault Secrets User"] = EscalationPower.ReadsSecrets,
        ["Managed Identity Operator"] = EscalationPower.ActsAs,
    };

    private static readonly Dictionary<string, EscalationPower> Google = new(StringComparer.Ordinal)
    {
        ["roles/owner"] = EscalationPower.Administers,
        ["roles/resourcemanager.organizationAdmin"] = EscalationPower.EditsGrants,
        ["roles/resourcemanager.folderAdmin"] = EscalationPower.EditsGrants,
        ["roles/resourcemanager.projectIamAdmin"] = EscalationPower.EditsGrants,
        ["roles/iam.securityAdmin"] = EscalationPower.EditsGrants,
        ["roles/iam.organizationRoleAdmin"] = EscalationPower.EditsGrants,
        ["roles/iam.serviceAccountAdmin"] = EscalationPower.EditsCredentials,
        ["roles/iam.serviceAccountKeyAdmin"] = EscalationPower.EditsCredentials,
        ["roles/iam.serviceAccountTokenCreator"] = EscalationPower.ActsAs,
        ["roles/iam.serviceAccountUser"] = EscalationPower.ActsAs,
        ["roles/iam.workloadIdentityUser"] = EscalationPower.ActsAs,
        ["roles/secretmanager.admin"] = EscalationPower.ReadsSecrets,
        ["roles/secretmanager.secretAccessor"] = EscalationPower.ReadsSecrets,
    };

    private static readonly Dictionary<string, EscalationPower> Aws = new(StringComparer.OrdinalIgnoreCase)
    {
        ["iam:CreatePolicyVersion"] = EscalationPower.EditsGrants,
        ["iam:SetDefaultPolicyVersion"] = EscalationPower.EditsGrants,
        ["iam:AttachUserPolicy"] = EscalationPower.EditsGrants,
        ["iam:AttachGroupPolicy"] = EscalationPower.EditsGrants,
        ["iam:AttachRolePolicy"] = EscalationPower.EditsGrants,
        ["iam:PutUserPolicy"] = EscalationPower.EditsGrants,
        ["iam:PutGroupPolicy"] = EscalationPower.EditsGrants,
        ["iam:PutRolePolicy"] = EscalationPower.EditsGrants,
        ["iam:AddUserToGroup"] = EscalationPower.EditsGrants,
        ["iam:UpdateAssumeRolePolicy"] = EscalationPower.EditsGrants,
        ["iam:CreateAccessKey"] = EscalationPower.EditsCredentials,
        ["iam:CreateLoginProfile"] = EscalationPower.EditsCredentials,
        ["iam:UpdateLoginProfile"] = EscalationPower.EditsCredentials,
        ["secretsmanager:GetSecretValue"] = EscalationPower.ReadsSecrets,
        ["sts:AssumeRole"] = EscalationPower.ActsAs,
        ["iam:PassRole"] = EscalationPower.ActsAs,
    };

    /// <param name="system">The kind of source.</param>
    /// <param name="name">As the source names it.</param>
    /// <param name="resource">On what.</param>
    /// <param name="description">What the import found out of it: of a Kubernetes role its telling rule.</param>
    public static PowerRating Of(SourceSystem system, string name, string? resource, string? description)
    {
        var power = system switch
        {
            SourceSystem.Entra => Entra.GetValueOrDefault(name),
            SourceSystem.Gcp => Google.GetValueOrDefault(name),
            SourceSystem.Aws => OfAws(name, resource),
            SourceSystem.Kubernetes => OfKubernetes(name, description),
            SourceSystem.PostgreSql => name.ToUpperInvariant() switch { "SUPERUSER" => EscalationPower.Administers, "CREATEROLE" => EscalationPower.EditsGrants, _ => EscalationPower.None },
            SourceSystem.GitHub => name.ToUpperInvariant() switch { "ADMIN:ORG" => EscalationPower.Administers, "ORGANIZATION_ADMINISTRATION:WRITE" => EscalationPower.EditsGrants, "MEMBERS:WRITE" => EscalationPower.EditsGrants, _ => EscalationPower.None },
            SourceSystem.Okta => name.ToUpperInvariant() switch { "SUPER_ADMIN" => EscalationPower.Administers, "ORG_ADMIN" or "APP_ADMIN" or "OKTA.ROLES.MANAGE" => EscalationPower.EditsGrants, "OKTA.APPS.MANAGE" => EscalationPower.EditsCredentials, _ => EscalationPower.None },
            SourceSystem.Vault => name switch { "root" => EscalationPower.Administers, _ => EscalationPower.None },
            _ => EscalationPower.None,
        };
        return power == EscalationPower.None ? new PowerRating(power, null) : new PowerRating(power, Over(resource));
    }

    private static EscalationPower OfAws(string name, string? resource)
    {
        if (name is "*" or "*:*" || name.EndsWith("/AdministratorAccess", StringComparison.Ordinal) || name is "AdministratorAccess" or "Everything")
            return resource is null or "*" or "AWS account" || name.Contains("Administrator", StringComparison.Ordinal) ? EscalationPower.Administers : EscalationPower.None;
        if (name is "iam:*" or "IAMFullAccess" || name.EndsWith("/IAMFullAccess", StringComparison.Ordinal))
            return EscalationPower.EditsGrants;
        if (resource?.Contains("${aws:username}", StringComparison.OrdinalIgnoreCase) == true && name.StartsWith("iam:", StringComparison.OrdinalIgnoreCase) && Aws.GetValueOrDefault(name) == EscalationPower.EditsCredentials)
            return EscalationPower.None;
        if (name == "secretsmanager:*")
            return EscalationPower.ReadsSecrets;
        return name == "sts:*" ? EscalationPower.ActsAs : Aws.GetValueOrDefault(name);
    }

    /// <summary>Roles by name, and rules as the reader words them: <c>create clusterrolebindings</c>.</summary>
    private static EscalationPower OfKubernetes(string name, string? description)
    {
        if (name.EndsWith("cluster-admin", StringComparison.Ordinal))
            return EscalationPower.Administers;
        var lower = $"{name} {description}".ToLowerInvariant();
        var all = lower.Contains('*', StringComparison.Ordinal);
        if ((lower.Contains("rolebindings", StringComparison.Ordinal) && (all || lower.Contains("create", StringComparison.Ordinal) || lower.Contains("update", StringComparison.Ordinal) || lower.Contains("patch", StringComparison.Ordinal)))
            || lower.Contains("escalate", StringComparison.Ordinal) || lower.StartsWith("bind ", StringComparison.Ordinal))
            return EscalationPower.EditsGrants;
        if (lower.Contains("impersonate", StringComparison.Ordinal) || (lower.Contains("serviceaccounts/token", StringComparison.Ordinal) && (all || lower.Contains("create", StringComparison.Ordinal))))
            return EscalationPower.ActsAs;
        return lower.Contains("secrets", StringComparison.Ordinal) && (all || lower.Contains("get", StringComparison.Ordinal) || lower.Contains("list", StringComparison.Ordinal)) ? EscalationPower.ReadsSecrets : EscalationPower.None;
    }

    /// <summary>One identity where the resource is one; else all of the source: what a pattern leaves out is not known, and is not taken for safe.</summary>
    private static string Over(string? resource)
    {
        if (resource is null || resource.Contains('*', StringComparison.Ordinal))
            return PowerRating.Everyone;
        var at = resource.IndexOf("serviceAccounts/", StringComparison.Ordinal);
        var one = at >= 0 ? resource[(at + "serviceAccounts/".Length)..] : resource;
        var named = at >= 0 || one.Contains(":role/", StringComparison.Ordinal) || one.Contains(":user/", StringComparison.Ordinal) || one.Contains('@', StringComparison.Ordinal) || Guid.TryParse(one, out _) || one.StartsWith("spiffe://", StringComparison.Ordinal);
        return named && one.Length <= 300 ? one.ToLowerInvariant() : PowerRating.Everyone;
    }
}
