using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Machine identities of Infisical and the client secrets of their universal auth.</summary>
internal static class Infisical
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "id", "identity", "identityId", "role", "roles", "customRole", "createdAt", "updatedAt", "lastLoginTime" };

    public static IdentityRecord Identity(JsonElement e, ImportFile file)
    {
        var identity = e.Inner("identity");
        var name = CsvValues.Required("identity.name", identity.Text("name"));
        var used = e.Time("lastLoginTime") ?? identity.Time("lastLoginTime");
        var roles = e.List("roles").Select(r => r.Text("customRoleName", "role")).Append(e.Text("role")).OfType<string>().Distinct(StringComparer.Ordinal);
        return new IdentityRecord
        {
            ExternalId = CsvValues.Required("identityId", e.Text("identityId") ?? identity.Text("id")),
            DisplayName = name,
            Kind = IdentityKind.ServiceAccount,
            CreatedAt = e.Time("createdAt"),
            LastUsedAt = used,
            Usage = used is null ? UsageState.NotReported : UsageState.Used,
            Tool = file.Catalogue.Match(null, name, null, []),
            Grants = roles.Select(r => new GrantRecord(r, "Infisical", GrantPath.Role, r == "admin" ? Reported.Yes : r is "no-access" or "viewer" ? Reported.No : Reported.Unknown)).ToList(),
            GrantCoverage = GrantCoverage.None,
            CredentialsComplete = false,
            Attributes = AttributeJson.Of(e.EnumerateObject().Where(p => !Used.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value)), file.Secrets),
        };
    }

    /// <summary>A lifetime of 0 says no end.</summary>
    public static IdentityRecord ClientSecret(JsonElement e)
    {
        var created = e.Time("createdAt");
        var used = e.Time("clientSecretLastUsedAt");
        long? ttl = e.TryGetProperty("clientSecretTTL", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is >= 0 and < 3_000_000_000 ? seconds : null;
        var identity = CsvValues.Required("identityId", e.Text("identityId"));
        return IdentityRecord.SeenOnlyThrough("a client secret", identity, $"Machine identity {identity}", IdentityKind.ServiceAccount, "the identity itself") with
        {
            Credentials =
            [
                new CredentialRecord(CsvValues.Required("id", e.Text("id")), CredentialKind.ClientSecret)
                {
                    DisplayName = e.Text("description"),
                    CreatedAt = created,
                    ExpiresAt = ttl > 0 ? created?.AddSeconds(ttl.Value) : null,
                    Expiry = ttl switch { null => ExpiryState.NotReported, 0 => ExpiryState.Never, _ => created is null ? ExpiryState.NotReported : ExpiryState.Known },
                    LastUsedAt = used,
                    Usage = used is null ? UsageState.NotReported : UsageState.Used,
                    Enabled = e.YesNo("isClientSecretRevoked") switch { Reported.Yes => Reported.No, Reported.No => Reported.Yes, _ => Reported.Unknown },
                },
            ],
        };
    }
}
