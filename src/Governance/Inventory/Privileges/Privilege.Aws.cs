namespace Governance.Inventory;

public static partial class Privilege
{
    /// <summary>
    /// Actions that give rights, credentials or control, with what they do: permissions management and the known ways to escalate (AWS Service
    /// Authorization Reference, access level "Permissions management"; Rhino Security Labs' list of IAM escalations).
    /// </summary>
    private static readonly Dictionary<string, string> AwsActions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["iam:CreatePolicyVersion"] = "rewrites a policy",
        ["iam:SetDefaultPolicyVersion"] = "brings back an older policy",
        ["iam:AttachUserPolicy"] = "gives users any policy",
        ["iam:AttachGroupPolicy"] = "gives groups any policy",
        ["iam:AttachRolePolicy"] = "gives roles any policy",
        ["iam:PutUserPolicy"] = "gives users any right",
        ["iam:PutGroupPolicy"] = "gives groups any right",
        ["iam:PutRolePolicy"] = "gives roles any right",
        ["iam:DeleteRolePermissionsBoundary"] = "lifts a role's boundary",
        ["iam:DeleteUserPermissionsBoundary"] = "lifts a user's boundary",
        ["iam:PutRolePermissionsBoundary"] = "changes a role's boundary",
        ["iam:PutUserPermissionsBoundary"] = "changes a user's boundary",
        ["iam:AddUserToGroup"] = "puts users into groups",
        ["iam:CreateAccessKey"] = "makes keys of other users",
        ["iam:CreateLoginProfile"] = "gives users a console password",
        ["iam:UpdateLoginProfile"] = "resets console passwords",
        ["iam:CreateServiceSpecificCredential"] = "makes credentials of other users",
        ["iam:ResetServiceSpecificCredential"] = "resets credentials of other users",
        ["iam:DeactivateMFADevice"] = "switches off second factors",
        ["iam:UpdateAssumeRolePolicy"] = "says who may assume roles",
        ["iam:PassRole"] = "hands roles to services",
        ["iam:CreateUser"] = "makes users",
        ["iam:CreateRole"] = "makes roles",
        ["iam:CreateSAMLProvider"] = "adds a sign-in provider",
        ["iam:UpdateSAMLProvider"] = "changes a sign-in provider",
        ["iam:CreateOpenIDConnectProvider"] = "adds a sign-in provider",
        ["iam:UpdateOpenIDConnectProviderThumbprint"] = "changes a sign-in provider",
        ["sts:AssumeRole"] = "becomes any role that trusts the account",
        ["sts:GetFederationToken"] = "makes sessions for others",
        ["sso:CreateAccountAssignment"] = "gives people access to accounts",
        ["sso:PutInlinePolicyToPermissionSet"] = "changes what people may do in accounts",
        ["sso:AttachManagedPolicyToPermissionSet"] = "changes what people may do in accounts",
        ["identitystore:CreateGroupMembership"] = "puts people into groups",
        ["organizations:AttachPolicy"] = "changes the guard rails of accounts",
        ["organizations:DetachPolicy"] = "lifts the guard rails of accounts",
        ["organizations:LeaveOrganization"] = "takes the account out of the organisation",
        ["secretsmanager:GetSecretValue"] = "reads secrets",
        ["secretsmanager:BatchGetSecretValue"] = "reads secrets",
        ["secretsmanager:PutResourcePolicy"] = "says who may read secrets",
        ["ssm:GetParameter"] = "reads parameters, which hold secrets too",
        ["ssm:GetParameters"] = "reads parameters, which hold secrets too",
        ["ssm:GetParametersByPath"] = "reads parameters, which hold secrets too",
        ["ssm:SendCommand"] = "runs commands on machines",
        ["ssm:StartSession"] = "opens shells on machines",
        ["ssm:CreateAssociation"] = "runs commands on machines",
        ["ec2-instance-connect:SendSSHPublicKey"] = "opens shells on machines",
        ["ec2:ModifyInstanceAttribute"] = "changes what machines run at start",
        ["ec2:AssociateIamInstanceProfile"] = "gives machines a role",
        ["ec2:ReplaceIamInstanceProfileAssociation"] = "gives machines another role",
        ["ec2:GetPasswordData"] = "reads machines' passwords",
        ["ecs:ExecuteCommand"] = "opens shells in containers",
        ["ecs:RegisterTaskDefinition"] = "runs containers with a role",
        ["ecr:SetRepositoryPolicy"] = "says who may use images",
        ["eks:CreateAccessEntry"] = "gives access to clusters",
        ["eks:AssociateAccessPolicy"] = "gives access to clusters",
        ["lambda:UpdateFunctionCode"] = "changes code that runs with a role",
        ["lambda:CreateFunction"] = "runs code with a role",
        ["lambda:UpdateFunctionConfiguration"] = "changes what functions run",
        ["lambda:AddPermission"] = "says who may call functions",
        ["lambda:AddLayerVersionPermission"] = "says who may use layers",
        ["glue:UpdateDevEndpoint"] = "opens shells that hold a role",
        ["glue:CreateDevEndpoint"] = "opens shells that hold a role",
        ["cloudformation:CreateStack"] = "builds with a role's rights",
        ["cloudformation:UpdateStack"] = "builds with a role's rights",
        ["cloudformation:SetStackPolicy"] = "lifts a stack's protection",
        ["codebuild:CreateProject"] = "runs builds with a role",
        ["codebuild:UpdateProject"] = "changes builds that run with a role",
        ["codestar:CreateProject"] = "makes a project with rights of its own",
        ["datapipeline:PutPipelineDefinition"] = "runs pipelines with a role",
        ["sagemaker:CreatePresignedNotebookInstanceUrl"] = "opens notebooks that hold a role",
        ["sagemaker:CreateNotebookInstance"] = "opens notebooks that hold a role",
        ["sagemaker:CreateProcessingJob"] = "runs jobs with a role",
        ["sagemaker:CreateTrainingJob"] = "runs jobs with a role",
        ["bedrock-agentcore:CreateCodeInterpreter"] = "runs code with a role",
        ["bedrock:CreateAgent"] = "makes agents that act with a role",
        ["bedrock:UpdateAgent"] = "changes agents that act with a role",
        ["s3:PutBucketPolicy"] = "says who may read buckets",
        ["s3:DeleteBucketPolicy"] = "lifts the protection of buckets",
        ["s3:PutBucketAcl"] = "says who may read buckets",
        ["s3:PutObjectAcl"] = "says who may read objects",
        ["s3:PutAccountPublicAccessBlock"] = "lifts the block on public buckets",
        ["s3:PutBucketPublicAccessBlock"] = "lifts the block on a public bucket",
        ["s3:PutAccessPointPolicy"] = "says who may read buckets",
        ["kms:PutKeyPolicy"] = "says who may use keys",
        ["kms:CreateGrant"] = "lets others use keys",
        ["kms:ScheduleKeyDeletion"] = "destroys keys and what they protect",
        ["sns:AddPermission"] = "says who may use topics",
        ["sqs:AddPermission"] = "says who may use queues",
        ["cloudtrail:StopLogging"] = "stops the audit log",
        ["cloudtrail:DeleteTrail"] = "removes the audit log",
        ["cloudtrail:PutEventSelectors"] = "narrows the audit log",
        ["cloudtrail:UpdateTrail"] = "changes the audit log",
        ["guardduty:DeleteDetector"] = "stops threat detection",
        ["config:StopConfigurationRecorder"] = "stops the record of changes",
        ["config:DeleteConfigurationRecorder"] = "removes the record of changes",
        ["securityhub:DisableSecurityHub"] = "stops security findings",
        ["logs:DeleteLogGroup"] = "removes logs",
        ["ram:CreateResourceShare"] = "shares resources with other accounts",
        ["cognito-identity:SetIdentityPoolRoles"] = "says which roles visitors get",
        ["cognito-idp:AdminSetUserPassword"] = "sets other users' passwords",
        ["dynamodb:PutResourcePolicy"] = "says who may read tables",
    };

    /// <summary>Actions whose harm is bounded where they name one resource and not a pattern of all.</summary>
    private static readonly HashSet<string> AwsBounded = new(StringComparer.OrdinalIgnoreCase)
    {
        "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "kms:CreateGrant", "logs:DeleteLogGroup",
    };

    /// <summary>Actions that are as strong as the role they are about.</summary>
    private static readonly HashSet<string> AwsByRole = new(StringComparer.OrdinalIgnoreCase) { "sts:AssumeRole", "iam:PassRole" };

    private static readonly string[] AwsReads = ["Get", "List", "Describe", "BatchGet", "Head", "Lookup", "Search", "View", "Select", "Query", "Scan", "Check", "Test", "Simulate", "Detect", "Preview", "Read", "Generate", "Count", "Estimate"];

    private static readonly Dictionary<string, PrivilegeRating> AwsPolicies = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AdministratorAccess"] = Yes("May do everything in the account"),
        ["PowerUserAccess"] = Yes("May do everything but manage users and the account"),
        ["IAMFullAccess"] = Yes("May give itself any right"),
        ["ReadOnlyAccess"] = Yes("Reads all data in the account"),
        ["ViewOnlyAccess"] = No("Lists resources without their content"),
        ["SecurityAudit"] = No("Reads configuration for auditing"),
        ["SystemAdministrator"] = Yes("Runs the account's machines and services"),
        ["NetworkAdministrator"] = Yes("Controls the account's networks"),
        ["DatabaseAdministrator"] = Yes("Controls the account's databases"),
        ["AWSDenyAll"] = No("Denies everything"),
        ["AWSLambdaBasicExecutionRole"] = No("Writes its own logs"),
        ["AmazonBedrockLimitedAccess"] = No("Uses models without managing access"),
        ["AWSDirectConnectReadOnlyAccess"] = No("Reads configuration"),
    };

    /// <summary>
    /// Of an allowed action, which may be a pattern (<c>iam:*</c>, <c>s3:Put*</c>, <c>*</c>), on a resource (an ARN or a pattern; null: not told).
    /// A pattern is privileged when it covers an action that is. What is outside our list only reads or changes data, and gives nobody rights.
    /// </summary>
    public static PrivilegeRating OfAwsAction(string action, string? resource = null)
    {
        var name = action.Trim();
        if (name is "*" or "*:*")
            return Yes("May do everything in the account");
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == name.Length - 1)
            return Unknown($"'{Shown(name)}' is not an action of AWS");
        var (service, verb) = (name[..colon], name[(colon + 1)..]);
        var anywhere = resource is null || IsEverything(resource);
        if (resource?.Contains("${aws:username}", StringComparison.OrdinalIgnoreCase) ?? false)
            return No("Only on itself");
        if (verb == "*" && service.Contains('*', StringComparison.Ordinal))
            return Yes("May do everything in the account");
        if (Strongest(name, anywhere) is { } rating)
            return rating;
        if (verb == "*")
            return anywhere ? Yes($"All actions of {service}") : No($"All actions of {service} on named resources, none of which gives rights by our list");
        if (GivesRights(verb))
            return Yes($"{service}:{verb} changes who may do what");
        return AwsReads.Any(r => verb.StartsWith(r, StringComparison.OrdinalIgnoreCase)) ? No("Reads, by our list nothing secret") : No("Changes data or settings, and by our list gives nobody rights");
    }

    /// <summary>Of a statement that allows everything but the named actions.</summary>
    public static PrivilegeRating OfAwsNotAction(IReadOnlyCollection<string> exceptions, string? resource = null)
    {
        var left = AwsActions.Keys.FirstOrDefault(a => !exceptions.Any(e => Covers(e.Trim(), a)));
        if (left is null)
            return Unknown("Everything but what our list calls privileged");
        if (resource?.Contains("${aws:username}", StringComparison.OrdinalIgnoreCase) ?? false)
            return No("Only on itself");
        return Yes($"Everything but {Shown(string.Join(", ", exceptions))}: also {left}, which {AwsActions[left]}");
    }

    /// <summary>Of a policy by name or ARN. Of a customer's own only its document can tell.</summary>
    public static PrivilegeRating OfAwsManagedPolicy(string nameOrArn)
    {
        var name = nameOrArn[(nameOrArn.LastIndexOf('/') + 1)..];
        if (AwsPolicies.TryGetValue(name, out var known))
            return known;
        var own = nameOrArn.StartsWith("arn:", StringComparison.Ordinal) && !nameOrArn.Contains(":iam::aws:policy/", StringComparison.Ordinal);
        if (own)
            return Unknown("The account's own policy: its document says what it allows");
        if (name.EndsWith("FullAccess", StringComparison.Ordinal))
            return Yes($"All actions of {name[..^"FullAccess".Length]}");
        return name.EndsWith("ReadOnlyAccess", StringComparison.Ordinal) || name.EndsWith("ReadOnly", StringComparison.Ordinal) ? No("Reads one service")
            : Unknown("Its document says what it allows");
    }

    private static PrivilegeRating? Strongest(string pattern, bool anywhere)
    {
        PrivilegeRating? weaker = null;
        foreach (var (action, does) in AwsActions)
        {
            if (!Covers(pattern, action))
                continue;
            var why = string.Equals(pattern, action, StringComparison.OrdinalIgnoreCase) ? $"{action} {does}" : $"{Shown(pattern)} covers {action}, which {does}";
            if (anywhere || !(AwsBounded.Contains(action) || AwsByRole.Contains(action)))
                return Yes(why);
            weaker ??= AwsByRole.Contains(action) ? Unknown($"{action} on named roles: as strong as they are") : No($"{action} on named resources only");
        }

        return weaker;
    }

    private static bool IsEverything(string resource) => resource == "*" || resource.Split(':') is [_, _, _, _, _, "*" or "secret" or "role/*" or "user/*" or "key/*" or "parameter/*", ..] parts && (parts.Length == 6 || parts[^1] == "*");

    private static bool GivesRights(string verb)
    {
        var words = WordsOf(verb);
        return words.Count > 1 && (words.Contains("put") || words.Contains("set") || words.Contains("attach") || words.Contains("add") || words.Contains("create") || words.Contains("update") || words.Contains("delete"))
            && (words.Contains("permission") || words.Contains("permissions") || words.Contains("acl") || (words.Contains("resource") && words.Contains("policy")) || (words.Contains("access") && words.Contains("policy")));
    }

    private static string Shown(string text) => text.Length <= 80 ? text : text[..79] + "…";
}
