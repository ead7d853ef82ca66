using Governance.Common;
using Governance.Inventory;

namespace Governance.Tests.Inventory;

/// <summary>Which access is privileged, by each source's own rules.</summary>
public sealed class PrivilegeTests
{
    [Theory]
    [InlineData("*", null, Reported.Yes)]
    [InlineData("iam:*", "*", Reported.Yes)]
    [InlineData("IAM:putrolepolicy", "*", Reported.Yes)]
    [InlineData("iam:Get*", "*", Reported.No)]
    [InlineData("iam:P*Role", "*", Reported.Yes)]
    [InlineData("iam:PassRole", "arn:aws:iam::123456789012:role/report-writer", Reported.Unknown)]
    [InlineData("iam:PassRole", "arn:aws:iam::123456789012:role/*", Reported.Yes)]
    [InlineData("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}", Reported.No)]
    [InlineData("sts:AssumeRole", "*", Reported.Yes)]
    [InlineData("secretsmanager:GetSecretValue", "*", Reported.Yes)]
    [InlineData("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm-AbCdEf", Reported.No)]
    [InlineData("s3:GetObject", "*", Reported.No)]
    [InlineData("s3:*", "arn:aws:s3:::reports", Reported.Yes)]
    [InlineData("s3:Put*", "*", Reported.Yes)]
    [InlineData("dynamodb:*", "*", Reported.Yes)]
    [InlineData("dynamodb:PutItem", "*", Reported.No)]
    [InlineData("bedrock:InvokeModel", "*", Reported.No)]
    [InlineData("backup:PutBackupVaultAccessPolicy", "*", Reported.Yes)]
    [InlineData("Mail.Read", null, Reported.Unknown)]
    public void An_AWS_action_is_privileged_when_it_covers_one_that_gives_rights_or_reads_secrets(string action, string? resource, Reported expected) =>
        Privilege.OfAwsAction(action, resource).Privileged.ShouldBe(expected);

    [Fact]
    public void A_pattern_says_which_action_makes_it_privileged() =>
        Privilege.OfAwsAction("cloudtrail:Stop*").Why.ShouldBe("cloudtrail:Stop* covers cloudtrail:StopLogging, which stops the audit log");

    [Fact]
    public void Everything_but_some_actions_is_privileged_while_one_that_gives_rights_is_left()
    {
        var rating = Privilege.OfAwsNotAction(["iam:*", "sts:*", "organizations:*"]);
        rating.Privileged.ShouldBe(Reported.Yes);
        rating.Why.ShouldContain("Everything but iam:*, sts:*, organizations:*");
        Privilege.OfAwsNotAction(["*"]).Privileged.ShouldBe(Reported.Unknown);
    }

    [Theory]
    [InlineData("arn:aws:iam::aws:policy/AdministratorAccess", Reported.Yes)]
    [InlineData("arn:aws:iam::aws:policy/AmazonS3FullAccess", Reported.Yes)]
    [InlineData("arn:aws:iam::aws:policy/SecurityAudit", Reported.No)]
    [InlineData("arn:aws:iam::123456789012:policy/S3FullAccess", Reported.Unknown)]
    public void A_policy_of_the_accounts_own_is_not_judged_by_its_name(string arn, Reported expected) => Privilege.OfAwsManagedPolicy(arn).Privileged.ShouldBe(expected);

    [Theory]
    [InlineData("", "secrets", "get", null, Reported.Yes, "Reads secrets")]
    [InlineData("", "secrets", "get", "tls", Reported.No, "Reads the secrets that it names only")]
    [InlineData("", "secrets", "list", "tls", Reported.Yes, "Reads secrets")]
    [InlineData("", "configmaps", "get,list,watch", null, Reported.No, "Reads, nothing secret")]
    [InlineData("*", "*", "*", null, Reported.Yes, "May do everything")]
    [InlineData("", "*", "get,list,watch", null, Reported.Yes, "Reads secrets")]
    [InlineData("metrics.k8s.io", "*", "get,list", null, Reported.No, "Reads, nothing secret")]
    [InlineData("rbac.authorization.k8s.io", "clusterroles", "escalate", null, Reported.Yes, "Gives roles more rights than it has (escalate)")]
    [InlineData("rbac.authorization.k8s.io", "roles", "bind", null, Reported.Yes, "Gives anyone any role (bind)")]
    [InlineData("", "serviceaccounts", "impersonate", null, Reported.Yes, "Impersonates serviceaccounts")]
    [InlineData("", "serviceaccounts/token", "create", null, Reported.Yes, "Makes tokens of service accounts")]
    [InlineData("", "pods", "create", null, Reported.Yes, "Runs workloads, and so as any service account of the namespace")]
    [InlineData("", "pods", "get,list,watch", null, Reported.No, "Reads, nothing secret")]
    [InlineData("", "pods/exec", "create", null, Reported.Yes, "Opens shells in pods")]
    [InlineData("apps", "deployments/status", "update", null, Reported.No, "Writes a status")]
    public void A_Kubernetes_rule_is_privileged_by_the_escalation_risks_that_Kubernetes_documents(string group, string resource, string verbs, string? named, Reported expected, string why)
    {
        var rating = Privilege.OfKubernetesRule([group], [resource], verbs.Split(','), named is null ? null : [named]);
        (rating.Privileged, rating.Why).ShouldBe((expected, why));
    }

    [Fact]
    public void A_rule_on_several_resources_is_as_privileged_as_its_worst() =>
        Privilege.OfKubernetesRule([""], ["configmaps", "secrets"], ["get"]).ShouldBe(new PrivilegeRating(Reported.Yes, "Reads secrets"));

    [Theory]
    [InlineData("roles/owner", Reported.Yes)]
    [InlineData("roles/editor", Reported.Yes)]
    [InlineData("roles/viewer", Reported.No)]
    [InlineData("roles/storage.admin", Reported.Yes)]
    [InlineData("roles/compute.instanceAdmin.v1", Reported.Yes)]
    [InlineData("roles/storage.objectViewer", Reported.No)]
    [InlineData("roles/iam.serviceAccountTokenCreator", Reported.Yes)]
    [InlineData("roles/iam.somethingNew", Reported.Yes)]
    [InlineData("roles/iam.securityReviewer", Reported.No)]
    [InlineData("roles/secretmanager.secretAccessor", Reported.Yes)]
    [InlineData("roles/aiplatform.user", Reported.No)]
    [InlineData("roles/aiplatform.serviceAgent", Reported.Unknown)]
    [InlineData("projects/p/roles/deployer", Reported.Unknown)]
    public void A_GCP_role_is_privileged_by_its_name_where_the_name_says_enough(string role, Reported expected) => Privilege.OfGcpRole(role).Privileged.ShouldBe(expected);

    [Theory]
    [InlineData("Global Administrator", Reported.Yes)]
    [InlineData("62E90394-69F5-4237-9190-012177145E10", Reported.Yes)]
    [InlineData("Application Administrator", Reported.Yes)]
    [InlineData("Directory Readers", Reported.No)]
    [InlineData("A role of our own", Reported.Unknown)]
    public void A_directory_role_is_privileged_where_Microsoft_labels_it_so(string role, Reported expected) => Privilege.OfEntraDirectoryRole(role).Privileged.ShouldBe(expected);

    [Theory]
    [InlineData("Mail.Read", false, Reported.Yes)]
    [InlineData("Mail.Read", true, Reported.No)]
    [InlineData("Directory.ReadWrite.All", true, Reported.Yes)]
    [InlineData("RoleManagement.ReadWrite.Directory", true, Reported.Yes)]
    [InlineData("AgentIdentity.Create.All", false, Reported.Yes)]
    [InlineData("UserAuthenticationMethod.ReadWrite.All", false, Reported.Yes)]
    [InlineData("OnlineMeetingTranscript.Read.All", false, Reported.Yes)]
    [InlineData("Acronym.Read.All", false, Reported.No)]
    [InlineData("User.Read", true, Reported.No)]
    [InlineData("crm.contacts.manage", true, Reported.Unknown)]
    public void A_Graph_permission_weighs_more_without_a_user(string permission, bool delegated, Reported expected) => Privilege.OfGraphPermission(permission, delegated).Privileged.ShouldBe(expected);

    [Theory]
    [InlineData("administration", "write", null, Reported.Yes)]
    [InlineData("contents", "write", true, Reported.Yes)]
    [InlineData("contents", "write", false, Reported.No)]
    [InlineData("contents", "write", null, Reported.Unknown)]
    [InlineData("contents", "read", true, Reported.No)]
    [InlineData("workflows", "write", false, Reported.Yes)]
    [InlineData("issues", "write", true, Reported.No)]
    [InlineData("repository_projects", "admin", null, Reported.Yes)]
    [InlineData("secret_scanning_alerts", "read", null, Reported.Yes)]
    public void A_GitHub_permission_counts_with_its_level_and_reach(string name, string level, bool? all, Reported expected) => Privilege.OfGitHubPermission(name, level, all).Privileged.ShouldBe(expected);

    [Theory]
    [InlineData("repo", Reported.Yes)]
    [InlineData("admin:org", Reported.Yes)]
    [InlineData("read:org", Reported.No)]
    [InlineData("gist", Reported.No)]
    [InlineData("something", Reported.Unknown)]
    public void A_classic_GitHub_scope_is_rated(string scope, Reported expected) => Privilege.OfGitHubScope(scope).Privileged.ShouldBe(expected);

    [Theory]
    [InlineData("https://www.googleapis.com/auth/admin.directory.user", false, Reported.Yes)]
    [InlineData("https://mail.google.com/", false, Reported.Yes)]
    [InlineData("https://www.googleapis.com/auth/gmail.readonly", false, Reported.No)]
    [InlineData("https://www.googleapis.com/auth/gmail.readonly", true, Reported.Yes)]
    [InlineData("openid", false, Reported.No)]
    [InlineData("https://www.googleapis.com/auth/admin.reports.audit", false, Reported.Yes)]
    public void A_Google_scope_is_rated_by_its_tier_and_reach(string scope, bool domainWide, Reported expected) => Privilege.OfGoogleScope(scope, domainWide).Privileged.ShouldBe(expected);

    [Theory]
    [InlineData("openid", Reported.No)]
    [InlineData("users.read", Reported.No)]
    [InlineData("sys:admin", Reported.Yes)]
    [InlineData("administrative_units.list", Reported.No)]
    [InlineData("full_access", Reported.Yes)]
    [InlineData("tickets:write", Reported.Unknown)]
    [InlineData("vault.secrets.read", Reported.Yes)]
    [InlineData("okta.users.manage", Reported.Yes)]
    [InlineData("user_impersonation", Reported.Unknown)]
    [InlineData("badminton.read", Reported.No)]
    public void An_unknown_scope_is_judged_by_whole_words_or_not_at_all(string scope, Reported expected) => Privilege.OfOAuthScope(scope).Privileged.ShouldBe(expected);

    [Fact]
    public void Of_many_an_unknown_counts_more_than_a_no_and_nothing_at_all_is_unknown()
    {
        PrivilegeRating.Worst([new(Reported.No, "a"), new(Reported.Unknown, "b")]).ShouldBe(new PrivilegeRating(Reported.Unknown, "b"));
        PrivilegeRating.Worst([]).Privileged.ShouldBe(Reported.Unknown);
    }

    [Fact]
    public void What_the_import_says_stands_where_the_rules_say_otherwise()
    {
        Privilege.Explain(SourceSystem.Aws, "s3:GetObject", null, GrantPath.Direct, Reported.Yes).ShouldBe("The source, or its import, calls it privileged");
        Privilege.Explain(SourceSystem.Kubernetes, "cluster-admin", null, GrantPath.Role, Reported.Yes).ShouldBe("May do everything in the cluster");
    }

    [Theory]
    [InlineData("aws", "SELECT")]
    [InlineData("", "x:")]
    public void Nonsense_is_unknown_and_never_a_no(string a, string b)
    {
        Privilege.OfAwsAction(a).Privileged.ShouldBe(Reported.Unknown);
        Privilege.OfAwsAction(b).Privileged.ShouldBe(Reported.Unknown);
        Privilege.OfGcpRole(a).Privileged.ShouldBe(Reported.Unknown);
        Privilege.OfEntraDirectoryRole(a).Privileged.ShouldBe(Reported.Unknown);
        Privilege.OfGitHubPermission(a, b).Privileged.ShouldBe(Reported.Unknown);
        Privilege.OfPostgresRole(a).Privileged.ShouldBe(Reported.Unknown);
        Privilege.OfOktaRole(a).Privileged.ShouldBe(Reported.Unknown);
    }
}
