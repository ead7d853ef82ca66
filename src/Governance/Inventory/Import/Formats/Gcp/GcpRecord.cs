using System.Text.Json;

namespace Governance.Inventory;

/// <summary>What a record of Google Cloud is.</summary>
internal enum GcpKind
{
    Unknown,
    ServiceAccount,
    Key,
    ApiKey,
    Policy,
    Pool,
    PoolProvider,
    Role,

    /// <summary>An asset of another kind, of which only the policy counts.</summary>
    Asset,
}

/// <summary>The forms in which the same things come: the API's lists, gcloud's, and Cloud Asset Inventory's in snake_case and camelCase.</summary>
internal static class GcpRecord
{
    /// <summary>The thing itself; of an asset its data, with the asset's name where the data has none.</summary>
    public static (GcpKind Kind, JsonElement Element, string? Resource) Of(JsonElement e)
    {
        if (e.ValueKind != JsonValueKind.Object)
            return (GcpKind.Unknown, e, null);
        var type = e.Text("asset_type", "assetType");
        if (type is null)
            return (KindOf(e), e, e.Text("resource", "project", "projectId", "name"));
        var name = e.Text("name") ?? e.Text("resource");
        if (PolicyOf(e) is not null)
            return (GcpKind.Policy, e, name);
        var data = e.TryGetProperty("resource", out var resource) && resource.ValueKind == JsonValueKind.Object && resource.TryGetProperty("data", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : e;
        if (data.ValueKind == JsonValueKind.Object && e.TryGetProperty("additionalAttributes", out var more) && more.Text("email") is not null)
            data = more;
        return (type[(type.LastIndexOf('/') + 1)..] switch
        {
            "ServiceAccount" => GcpKind.ServiceAccount,
            "ServiceAccountKey" => GcpKind.Key,
            "Key" when type.StartsWith("apikeys", StringComparison.Ordinal) => GcpKind.ApiKey,
            "WorkloadIdentityPool" => GcpKind.Pool,
            "WorkloadIdentityPoolProvider" => GcpKind.PoolProvider,
            "Role" => GcpKind.Role,
            _ => GcpKind.Asset,
        }, data, name);
    }

    /// <summary>The policy in a record: under the names that the services and the asset inventory give it, or the record itself.</summary>
    public static JsonElement? PolicyOf(JsonElement e)
    {
        foreach (var name in new[] { "iam_policy", "iamPolicy", "policy" })
        {
            if (e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var policy) && policy.ValueKind == JsonValueKind.Object)
                return policy;
        }

        return e.ValueKind == JsonValueKind.Object && e.Has("bindings") ? e : null;
    }

    /// <summary>The unique id, which some write as a number.</summary>
    public static string? UniqueId(JsonElement e) =>
        e.Text("uniqueId", "unique_id", "oauth2ClientId") ?? (e.TryGetProperty("uniqueId", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetRawText() : null);

    private static GcpKind KindOf(JsonElement e)
    {
        var name = e.Text("name") ?? string.Empty;
        if (PolicyOf(e) is not null)
            return GcpKind.Policy;
        if (name.Contains("/serviceAccounts/", StringComparison.Ordinal) && name.Contains("/keys/", StringComparison.Ordinal))
            return GcpKind.Key;
        if (e.Has("email") && (e.Has("uniqueId") || name.Contains("/serviceAccounts/", StringComparison.Ordinal)))
            return GcpKind.ServiceAccount;
        if (name.Contains("/workloadIdentityPools/", StringComparison.Ordinal))
            return name.Contains("/providers/", StringComparison.Ordinal) ? GcpKind.PoolProvider : GcpKind.Pool;
        if (name.Contains("/keys/", StringComparison.Ordinal))
            return GcpKind.ApiKey;
        return e.Has("includedPermissions") || name.Contains("/roles/", StringComparison.Ordinal) || name.StartsWith("roles/", StringComparison.Ordinal) ? GcpKind.Role : GcpKind.Unknown;
    }
}
