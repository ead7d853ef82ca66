using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>AppRoles: the answers for a role's settings, its role id and its secret-id accessors name it only together, so that one file holds one role, or names it.</summary>
internal static class VaultAppRole
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "role_id", "token_policies", "policies", "role_name", "name", "secret_id" };

    public static ReadItem Read(string place, JsonElement data, VaultNames names, ImportFile file)
    {
        var id = data.Text("role_id") ?? names.OnlyRole
            ?? throw new BadValueException("role_id is missing, and the file tells of several roles or of none: put the answers for role, role-id and secret-ids of one role into one file");
        var name = data.Text("role_name", "name") ?? $"AppRole {id}";
        var policies = VaultEntity.Policies(data, data.Has("token_policies") ? "token_policies" : "policies", GrantPath.Direct, "AppRole").ToList();
        return ReadItem.Of(place, new IdentityRecord
        {
            ExternalId = $"approle/{id}",
            DisplayName = name,
            Kind = IdentityKind.ServiceAccount,
            Enabled = Reported.Yes,
            Tool = file.Catalogue.Match(null, name, null, []),
            Grants = policies,
            GrantCoverage = file.Full && policies.Count > 0 ? GrantCoverage.All : GrantCoverage.None,
            Attributes = AttributeJson.Of(data.EnumerateObject().Where(p => !Used.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value)), file.Secrets),
            Part = RecordPart.Sighting,
            CredentialsComplete = false,
        });
    }

    /// <summary>A secret id by its accessor; the secret itself is never in it. A time of year 1 says no end.</summary>
    public static ReadItem Accessor(string place, JsonElement answer, JsonElement data, VaultNames names)
    {
        var role = names.OnlyRole ?? throw new BadValueException("it is not said whose secret id it is: put the answers for role-id and secret-ids of one role into one file");
        var (created, expires) = (data.Time("creation_time"), data.Time("expiration_time"));
        var forever = expires is null && (data.Has("expiration_time") || (data.TryGetProperty("secret_id_ttl", out var ttl) && ttl.ValueKind == JsonValueKind.Number && ttl.TryGetInt64(out var seconds) && seconds == 0));
        return ReadItem.Of(place, new IdentityRecord
        {
            ExternalId = $"approle/{role}",
            DisplayName = $"AppRole {role}",
            Kind = IdentityKind.ServiceAccount,
            Credentials =
            [
                new CredentialRecord(CsvValues.Required("secret_id_accessor", data.Text("secret_id_accessor")), CredentialKind.ClientSecret)
                {
                    CreatedAt = created,
                    ExpiresAt = expires,
                    Expiry = expires is not null ? ExpiryState.Known : forever ? ExpiryState.Never : ExpiryState.NotReported,
                    Enabled = answer.Has("data") ? Reported.Yes : Reported.Unknown,
                },
            ],
            Part = RecordPart.Detail,
            CredentialsComplete = false,
        });
    }
}

/// <summary>What the first reading finds: the role id that the file's other answers are of.</summary>
internal sealed record VaultNames(string? OnlyRole)
{
    public static VaultNames Of(IEnumerable<JsonElement> answers)
    {
        string? only = null;
        foreach (var answer in answers)
        {
            try
            {
                if (answer.Inner("data").Text("role_id") is not { } id)
                    continue;
                if (only is not null && only != id)
                    return new VaultNames((string?)null);
                only = id;
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return new VaultNames(only);
    }
}
