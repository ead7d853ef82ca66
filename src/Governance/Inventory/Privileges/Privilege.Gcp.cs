namespace Governance.Inventory;

public static partial class Privilege
{
    private static readonly Dictionary<string, PrivilegeRating> GcpRoles = new(StringComparer.Ordinal)
    {
        ["roles/owner"] = Yes("Owns the project: everything, access to it too"),
        ["roles/editor"] = Yes("Changes everything in the project, and acts as its service accounts"),
        ["roles/viewer"] = No("Reads the project, by our list nothing secret"),
        ["roles/browser"] = No("Sees the tree of projects"),
        ["roles/iam.serviceAccountTokenCreator"] = Yes("Makes tokens of service accounts, and so acts as them"),
        ["roles/iam.serviceAccountUser"] = Yes("Runs machines and jobs as service accounts"),
        ["roles/iam.serviceAccountKeyAdmin"] = Yes("Makes keys of service accounts"),
        ["roles/iam.workloadIdentityUser"] = Yes("Acts as the service account from outside"),
        ["roles/iam.securityReviewer"] = No("Reads who may do what"),
        ["roles/iam.roleViewer"] = No("Reads roles"),
        ["roles/secretmanager.secretAccessor"] = Yes("Reads secrets"),
        ["roles/secretmanager.viewer"] = No("Sees secrets' names, not their values"),
        ["roles/cloudkms.cryptoKeyDecrypter"] = Yes("Decrypts with the keys"),
        ["roles/cloudkms.cryptoKeyEncrypterDecrypter"] = Yes("Decrypts with the keys"),
        ["roles/cloudfunctions.developer"] = Yes("Deploys code that runs as a service account"),
        ["roles/run.developer"] = Yes("Deploys code that runs as a service account"),
        ["roles/appengine.deployer"] = Yes("Deploys code that runs as a service account"),
        ["roles/cloudbuild.builds.editor"] = Yes("Runs builds as a service account"),
        ["roles/deploymentmanager.editor"] = Yes("Builds as the project's editor"),
        ["roles/dataflow.developer"] = Yes("Runs jobs as a service account"),
        ["roles/compute.osLogin"] = Yes("Signs in to machines"),
        ["roles/compute.osAdminLogin"] = Yes("Signs in to machines as their administrator"),
        ["roles/iap.tunnelResourceAccessor"] = Yes("Reaches machines inside the network"),
        ["roles/container.developer"] = Yes("Controls workloads and secrets in clusters"),
        ["roles/container.clusterViewer"] = No("Reads clusters"),
    };

    /// <summary>Of a role: basic, predefined (<c>roles/storage.admin</c>), or custom, of which only its permissions can tell.</summary>
    public static PrivilegeRating OfGcpRole(string role)
    {
        var name = role.Trim();
        if (GcpRoles.TryGetValue(name, out var known))
            return known;
        if (!name.StartsWith("roles/", StringComparison.Ordinal))
            return Unknown("A custom role: its permissions say what it allows");
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
            return Unknown("Not a role of our list");
        var (service, kind) = (name["roles/".Length..dot], name[(dot + 1)..]);
        if (kind.EndsWith("serviceAgent", StringComparison.OrdinalIgnoreCase))
            return Unknown("Google's own agent for the service: Google says what it allows");
        if (kind.Contains("admin", StringComparison.OrdinalIgnoreCase) || kind.EndsWith("Owner", StringComparison.OrdinalIgnoreCase))
            return Yes($"Administers {service}");
        if (kind.EndsWith("viewer", StringComparison.OrdinalIgnoreCase) || kind.EndsWith("reader", StringComparison.OrdinalIgnoreCase))
            return No($"Reads {service}");
        if (service is "iam" or "resourcemanager" or "orgpolicy" or "accesscontextmanager" or "securitycenter" or "privilegedaccessmanager")
            return Yes($"Changes {service}, on which access depends");
        return No($"Uses or changes {service}, and by our list gives nobody rights");
    }

    /// <summary>Of one permission of a custom role: <c>iam.serviceAccounts.actAs</c>.</summary>
    public static PrivilegeRating OfGcpPermission(string permission)
    {
        if (permission.EndsWith(".setIamPolicy", StringComparison.Ordinal))
            return Yes("Says who may do what");
        if (permission.Contains('*', StringComparison.Ordinal))
            return Yes("All of it");
        return permission switch
        {
            "iam.serviceAccounts.actAs" or "iam.serviceAccounts.getAccessToken" or "iam.serviceAccounts.signBlob" or "iam.serviceAccounts.signJwt" or "iam.serviceAccounts.implicitDelegation"
                or "iam.serviceAccounts.getOpenIdToken" => Yes("Acts as service accounts"),
            "iam.serviceAccountKeys.create" or "iam.serviceAccountKeys.upload" => Yes("Makes keys of service accounts"),
            "iam.roles.update" or "iam.roles.create" or "iam.roles.undelete" => Yes("Changes what roles allow"),
            "secretmanager.versions.access" => Yes("Reads secrets"),
            "orgpolicy.policy.set" => Yes("Changes the organisation's guard rails"),
            "deploymentmanager.deployments.create" or "cloudbuild.builds.create" or "cloudfunctions.functions.create" or "cloudfunctions.functions.update" or "run.services.create" => Yes("Runs code as a service account"),
            "compute.instances.setMetadata" or "compute.projects.setCommonInstanceMetadata" or "compute.instances.osAdminLogin" => Yes("Opens shells on machines"),
            "logging.sinks.delete" or "logging.logs.delete" => Yes("Removes logs"),
            _ => permission.Split('.') is [_, _, ..] ? No("Not among those that give rights, by our list") : Unknown("Not a permission of Google Cloud"),
        };
    }
}
