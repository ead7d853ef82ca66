namespace Governance.Inventory;

/// <summary>
/// What Google Cloud tells of machine identities: service accounts, their keys, API keys, workload identity pools, IAM policies, and all of these from Cloud
/// Asset Inventory; lists or JSON Lines. Policies and keys name accounts by address, which a first reading learns.
/// </summary>
public sealed class GcpReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(
        ["accounts", "keys", "assets", "results", "workloadIdentityPools", "workloadIdentityPoolProviders", "roles"], "nextPageToken", "readTime");

    public string Format => "gcp";

    public string Description => "Google Cloud: service accounts, their keys, API keys, workload identity pools, IAM policies, Cloud Asset Inventory";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Gcp;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson && (
        Google(head, string.Empty) || Google(head, "accounts[].") || Google(head, "keys[].") || Google(head, "assets[].") || Google(head, "results[].")
        || head.Has("workloadIdentityPools[].name") || head.Has("workloadIdentityPoolProviders[].name") || head.Has("roles[].includedPermissions"));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var lookups = new GcpLookups();
        foreach (var record in JsonRecords.Of(file, Layout))
        {
            try
            {
                if (record.Problem is null && GcpRecord.Of(record.Element) is var (kind, element, _))
                    lookups.Learn(kind, element);
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return Reading.Records(file, Layout, [], record => Items(record, lookups, file));
    }

    private static IEnumerable<ReadItem> Items(JsonRecord record, GcpLookups lookups, ImportFile file)
    {
        var (kind, e, resource) = GcpRecord.Of(record.Element);
        switch (kind)
        {
            case GcpKind.ServiceAccount:
                return [ReadItem.Of(record.Place, GcpIdentities.ServiceAccount(e, lookups, file))];
            case GcpKind.Key:
                return [GcpIdentities.Key(e, resource, lookups, file) is { } key ? ReadItem.Of(record.Place, key) : ReadItem.Skipped(record.Place, "keys that Google manages by itself (SYSTEM_MANAGED)")];
            case GcpKind.ApiKey:
                return [ReadItem.Of(record.Place, GcpIdentities.ApiKey(e, resource, lookups, file))];
            case GcpKind.Pool:
                return [ReadItem.Of(record.Place, GcpIdentities.Pool(e, resource, file))];
            case GcpKind.PoolProvider:
                return [ReadItem.Of(record.Place, GcpIdentities.Provider(e, resource, file))];
            case GcpKind.Policy:
                return GcpGrants.Of(record, GcpRecord.PolicyOf(e)!.Value, resource, lookups, file);
            case GcpKind.Role:
                return [ReadItem.Skipped(record.Place, "roles (shown with whom they are granted to)")];
            case GcpKind.Asset:
                return [ReadItem.Skipped(record.Place, $"assets of the kind {CsvValues.Short(record.Element.Text("asset_type", "assetType") ?? "unknown")}")];
            default:
                return [ReadItem.Rejected(record.Place, null, "it is not a service account, key, API key, workload identity pool, IAM policy or asset of Google Cloud")];
        }
    }

    private static bool Google(FileHead head, string at) =>
        head.Has($"{at}asset_type", $"{at}name") || head.Has($"{at}assetType") || head.Has($"{at}uniqueId", $"{at}email") || head.Has($"{at}validAfterTime", $"{at}name")
        || (at.Length == 0 && (head.Has("bindings[].role", "bindings[].members") || (head.Has("bindings", "etag") && head.NamesAt(string.Empty).Count <= 5)))
        || (head.TextAt($"{at}name") is { } name && name.StartsWith("projects/", StringComparison.Ordinal)
            && (name.Contains("/locations/global/keys/", StringComparison.Ordinal) || name.Contains("/workloadIdentityPools/", StringComparison.Ordinal) || name.Contains("/serviceAccounts/", StringComparison.Ordinal)));
}
