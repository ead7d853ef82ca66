using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// What IAM tells: the credential report, <c>get-account-authorization-details</c>, <c>list-users</c>, <c>list-roles</c>, <c>list-access-keys</c> and
/// the access advisor, alone or together in one archive. A first reading learns policies, groups and users' names; records of one user or role are joined.
/// </summary>
public sealed class AwsReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(
        ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies", "Users", "Roles", "AccessKeyMetadata"], "IsTruncated", "Marker", "ResponseMetadata", "NextToken", "UserName");

    public string Format => "aws-iam";

    public string Description => "AWS IAM: a credential report, get-account-authorization-details, list-users, list-roles, list-access-keys, the access advisor";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Aws;

    public bool Joins => true;

    public bool Recognises(FileHead head) => AwsCredentialReport.Recognises(head) || (head.IsJson && (
        head.NamesAt(string.Empty).Overlaps(["UserDetailList", "RoleDetailList", "GroupDetailList", "AccessKeyMetadata", "ServicesLastAccessed", "AccessKeyLastUsed", "AssumeRolePolicyDocument"])
        || head.Has("Policies[].PolicyName") || head.Has("Users[].UserId", "Users[].Arn") || head.Has("Roles[].RoleId", "Roles[].Arn")
        || head.Has("User.UserId", "User.Arn") || head.Has("Role.RoleId", "Role.Arn") || head.Has("UserId", "UserName", "Arn") || head.Has("RoleId", "RoleName", "Arn") || head.Has("AccessKeyId", "UserName")));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var (reports, json) = (file.Documents.Where(d => AwsCredentialReport.Recognises(d.Head)).ToList(), file.Documents.Where(d => !AwsCredentialReport.Recognises(d.Head)).ToList());
        var rest = file.With(json);
        var lookups = Learn(rest, reports, file);
        return reports.SelectMany(d => AwsCredentialReport.Read(d, file))
            .Concat(Reading.Records(rest, Layout, ["Arn", "UserName"], record => Read(Unwrapped(record), lookups, file)).Select(i => Keyed(i, lookups)));
    }

    private static AwsLookups Learn(ImportFile json, List<ImportDocument> reports, ImportFile file)
    {
        var lookups = new AwsLookups();
        foreach (var identity in reports.SelectMany(d => AwsCredentialReport.Read(d, file)).Select(i => i.Identity).OfType<IdentityRecord>())
            lookups.Learn(identity.ExternalId.Split('#')[0], identity.ExternalId, identity.DisplayName);
        foreach (var record in JsonRecords.Of(json, Layout))
        {
            try
            {
                if (record.Problem is null && Unwrapped(record) is var one)
                    lookups.Learn(AwsIdentities.KindOf(one), one.Element);
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return lookups;
    }

    private static IEnumerable<ReadItem> Read(JsonRecord record, AwsLookups lookups, ImportFile file)
    {
        var e = record.Element;
        switch (AwsIdentities.KindOf(record))
        {
            case AwsKind.User:
                return [ReadItem.Of(record.Place, AwsIdentities.User(e, lookups, file))];
            case AwsKind.Role:
                return [ReadItem.Of(record.Place, AwsIdentities.Role(e, lookups, file))];
            case AwsKind.AccessKey:
                return [ReadItem.Of(record.Place, AwsIdentities.AccessKey(e, lookups, file))];
            case AwsKind.LastAccessed:
                if (e.Text("JobStatus") is "IN_PROGRESS" or "FAILED")
                    return [ReadItem.Rejected(record.Place, null, $"the access advisor's job is {e.Text("JobStatus")}: ask again when it is COMPLETED")];
                var told = AwsIdentities.LastAccessed(e, lookups).Select(i => ReadItem.Of(record.Place, i)).ToList();
                return told.Count > 0 ? told : [ReadItem.Skipped(record.Place, "an access advisor's answer that does not say of whom it is")];
            case AwsKind.Group:
                return [ReadItem.Skipped(record.Place, "groups (their policies are shown with their users)")];
            case AwsKind.Policy:
                if (e.List("PolicyVersionList").FirstOrDefault(v => v.YesNo("IsDefaultVersion") == Common.Reported.Yes) is { ValueKind: JsonValueKind.Object } version && version.TryGetProperty("Document", out var document))
                    _ = AwsStatement.Of(document);
                return [ReadItem.Skipped(record.Place, "policies (shown with whom they are attached to)")];
            default:
                return [ReadItem.Rejected(record.Place, e.Text("Arn", "Id"), "it is not a user, role, group, policy, access key or access advisor's answer of IAM")];
        }
    }

    /// <summary>The answers of get-user and get-role hold the one in a field.</summary>
    private static JsonRecord Unwrapped(JsonRecord record)
    {
        foreach (var name in new[] { "User", "Role" })
        {
            if (record.Element.ValueKind == JsonValueKind.Object && record.Element.TryGetProperty(name, out var inner) && inner.ValueKind == JsonValueKind.Object)
                return record with { Element = inner };
        }

        return record;
    }

    /// <summary>A rejected user or role must not be called missing: without its whole key, nothing is.</summary>
    private static ReadItem Keyed(ReadItem item, AwsLookups lookups) =>
        item.Reason is null ? item : item with { Key = item.Key is { } arn && lookups.KeyOf(arn) is var key && key.Contains('#', StringComparison.Ordinal) ? key : null };
}
