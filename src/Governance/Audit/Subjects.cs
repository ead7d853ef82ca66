namespace Governance.Audit;

/// <summary>The kinds of record that audit entries are about.</summary>
public static class Subjects
{
    public const string Source = "source";
    public const string ImportRun = "import-run";
    public const string Identity = "identity";
    public const string Person = "person";
    public const string Tool = "tool";
    public const string Catalogue = "catalogue";
    public const string OwnerRule = "owner-rule";
    public const string OwnershipPolicy = "ownership-policy";
    public const string Repository = "repository";
    public const string Finding = "finding";
    public const string Definition = "campaign-definition";
    public const string Campaign = "campaign";
    public const string ReviewItem = "review-item";
    public const string LifecyclePolicy = "lifecycle-policy";
    public const string Request = "identity-request";
    public const string Order = "revocation-order";
    public const string Sweep = "sweep";
    public const string Brakes = "brakes";
    public const string Exemption = "exemption";
    public const string Connector = "connector";
    public const string AuditLog = "audit-log";
    public const string SignalReceiver = "signal-receiver";
    public const string EvidencePackage = "evidence-package";
    public const string Account = "account";
    public const string ApiKey = "api-key";
    public const string Notifications = "notifications";
    public const string Channel = "channel";
}
