namespace Governance.Inventory;

public static partial class Privilege
{
    private static readonly HashSet<string> Workloads = new(StringComparer.Ordinal)
    {
        "pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs",
    };

    /// <summary>
    /// Of one rule of a (cluster) role: verbs on resources of API groups (none given: any). After the Kubernetes documentation, "Role Based
    /// Access Control Good Practices", privilege escalation risks.
    /// </summary>
    /// <param name="resourceNames">Objects that the rule is limited to; empty: all.</param>
    public static PrivilegeRating OfKubernetesRule(
        IReadOnlyCollection<string> apiGroups, IReadOnlyCollection<string> resources, IReadOnlyCollection<string> verbs, IReadOnlyCollection<string>? resourceNames = null)
    {
        var named = resourceNames is { Count: > 0 };
        if (verbs.Count == 0 || resources.Count == 0)
            return No("It names no resource");
        if (Has(verbs, "*") && Has(resources, "*") && (apiGroups.Count == 0 || Has(apiGroups, "*")))
            return Yes("May do everything");
        return PrivilegeRating.Worst(resources.Select(r => OfResource(r, verbs, named, apiGroups)));
    }

    /// <summary>Of a role by name, where its rules are not at hand: the cluster's own four, else unknown.</summary>
    public static PrivilegeRating OfKubernetesRole(string name) => name switch
    {
        "cluster-admin" => Yes("May do everything in the cluster"),
        "admin" => Yes("Controls everything of its namespace, secrets and roles too"),
        "edit" => Yes("Reads secrets, and runs workloads as any service account of its namespace"),
        "view" => No("Reads everything but secrets and roles"),
        "system:discovery" or "system:public-info-viewer" or "system:basic-user" => No("What every signed-in user may"),
        "system:masters" => Yes("May do everything, past all rules"),
        "system:node" => Yes("Acts as a node: reads the secrets of its pods"),
        _ => Unknown("Its rules say what it allows"),
    };

    private static PrivilegeRating OfResource(string resource, IReadOnlyCollection<string> verbs, bool named, IReadOnlyCollection<string> groups)
    {
        var any = resource == "*";
        var reads = Has(verbs, "get", "list", "watch", "*");
        var creates = Has(verbs, "create", "*");
        var writes = Has(verbs, "create", "update", "patch", "*");
        if (Has(verbs, "impersonate"))
            return Yes($"Impersonates {Of(resource)}");
        if (Has(verbs, "escalate"))
            return Yes("Gives roles more rights than it has (escalate)");
        if (Has(verbs, "bind"))
            return Yes("Gives anyone any role (bind)");
        if ((any && Core(groups)) || resource == "secrets")
        {
            if (reads && !(named && !Has(verbs, "list", "watch", "*")))
                return Yes("Reads secrets");
            if (writes && !named)
                return Yes("Writes secrets, and so gets tokens of service accounts");
            if (reads && !any)
                return No("Reads the secrets that it names only");
        }

        return resource switch
        {
            "serviceaccounts/token" when creates => Yes("Makes tokens of service accounts"),
            "serviceaccounts" when Has(verbs, "*") => Yes("Impersonates service accounts (*)"),
            "users" or "groups" or "userextras" when Has(verbs, "*") => Yes($"Impersonates {resource} (*)"),
            "roles" or "clusterroles" when Has(verbs, "*") => Yes("Gives roles more rights than it has (* holds escalate and bind)"),
            "rolebindings" or "clusterrolebindings" when writes => Yes("Gives roles to anyone, as far as it has their rights itself"),
            "pods/exec" or "pods/attach" or "pods/portforward" when Has(verbs, "create", "get", "*") => Yes("Opens shells in pods"),
            "pods/ephemeralcontainers" when writes => Yes("Puts containers into running pods"),
            "nodes/proxy" => Yes("Runs commands on every node's pods, past admission and audit"),
            "nodes" when Has(verbs, "*") => Yes("Controls nodes"),
            "persistentvolumes" when creates => Yes("Mounts the nodes' disks"),
            "certificatesigningrequests/approval" when writes => Yes("Approves certificates, and so identities"),
            "certificatesigningrequests" when Has(verbs, "*") => Yes("Asks for certificates of other identities"),
            "signers" when Has(verbs, "approve", "sign", "*") => Yes("Approves certificates, and so identities"),
            "validatingwebhookconfigurations" or "mutatingwebhookconfigurations" or "validatingadmissionpolicies" or "mutatingadmissionpolicies" when writes || Has(verbs, "delete") => Yes("Changes what the cluster admits, and sees what passes"),
            "namespaces" when Has(verbs, "patch", "update", "*") => Yes("Changes labels that policies depend on"),
            _ when (Workloads.Contains(resource) || (any && Core(groups))) && writes => Yes("Runs workloads, and so as any service account of the namespace"),
            _ when Workloads.Contains(resource.Split('/')[0]) && resource.EndsWith("/status", StringComparison.Ordinal) => No("Writes a status"),
            _ when any && Has(verbs, "*") => Yes($"Everything in {string.Join(", ", groups)}"),
            _ => reads && !writes ? No("Reads, nothing secret") : No("Changes objects that give nobody rights"),
        };
    }

    private static bool Core(IReadOnlyCollection<string> groups) => groups.Count == 0 || groups.Contains(string.Empty, StringComparer.Ordinal) || Has(groups, "*", "core", "v1", "apps", "batch");

    private static string Of(string resource) => resource == "*" ? "anyone" : resource;

    private static bool Has(IReadOnlyCollection<string> given, params ReadOnlySpan<string> any)
    {
        foreach (var one in any)
        {
            if (given.Contains(one, StringComparer.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
