using System.Text.Json;

namespace Governance.Inventory;

/// <summary>What the second reading refers to: service accounts by address and by unique id, and what custom roles allow.</summary>
internal sealed class GcpLookups
{
    private readonly Dictionary<string, string> accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, PrivilegeRating> roles = new(StringComparer.Ordinal);

    /// <summary>Whether the file has policies: only then can a grant be missing from it.</summary>
    public bool HasPolicies { get; private set; }

    public void Learn(GcpKind kind, JsonElement e)
    {
        HasPolicies |= kind == GcpKind.Policy || GcpRecord.PolicyOf(e) is not null;
        if (kind == GcpKind.ServiceAccount && e.Text("email") is { } email && GcpRecord.UniqueId(e) is { } id)
        {
            accounts[email] = GcpNames.Key(email, id);
            accounts[id] = GcpNames.Key(email, id);
        }
        else if (kind == GcpKind.Role && e.Text("name") is { } name && e.List("includedPermissions").Any())
        {
            roles[name] = PrivilegeRating.Worst(e.List("includedPermissions").Where(p => p.ValueKind == JsonValueKind.String).Select(p => Privilege.OfGcpPermission(p.GetString()!)));
        }
    }

    /// <summary>The key of a service account by address or unique id; what was given where the file does not describe it.</summary>
    public string Account(string emailOrId) => accounts.GetValueOrDefault(emailOrId, emailOrId);

    public PrivilegeRating Rate(string role) => roles.TryGetValue(role, out var rating) ? rating : Privilege.OfGcpRole(role);
}
