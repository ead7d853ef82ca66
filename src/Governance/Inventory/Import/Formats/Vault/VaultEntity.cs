using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>An entity of Vault: its aliases say how it signs in, its policies what it may.</summary>
internal static class VaultEntity
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "id", "name", "disabled", "creation_time", "last_update_time", "policies", "aliases", "group_ids", "direct_group_ids", "inherited_group_ids", "bucket_key_hash" };

    public static IdentityRecord Read(JsonElement data, ImportFile file)
    {
        var aliases = data.List("aliases").Where(a => a.ValueKind == JsonValueKind.Object).ToList();
        var name = data.Text("name") ?? aliases.Select(a => a.Text("name")).FirstOrDefault() ?? CsvValues.Required("id", data.Text("id"));
        var metadata = data.Inner("metadata");
        var hints = metadata.ValueKind == JsonValueKind.Object
            ? TagHints.Of(metadata.EnumerateObject().Where(m => metadata.Text(m.Name) is not null).Select(m => KeyValuePair.Create(m.Name, metadata.Text(m.Name)!)))
            : TagHints.None;
        return new IdentityRecord
        {
            ExternalId = CsvValues.Required("id", data.Text("id")),
            DisplayName = name,
            Kind = KindOf(aliases),
            Enabled = data.YesNo("disabled") switch { Reported.Yes => Reported.No, Reported.No => Reported.Yes, _ => Reported.Unknown },
            Environment = hints.Environment,
            OwnerHint = hints.Owner,
            CreatorHint = hints.Creator,
            Purpose = hints.Purpose,
            CreatedAt = data.Time("creation_time"),
            Tool = file.Catalogue.Match(null, name, null, []),
            Credentials = aliases.Where(a => a.Text("id") is not null).DistinctBy(a => a.Text("id"), StringComparer.Ordinal).Select(Alias).ToList(),
            Grants = Policies(data, "policies", GrantPath.Direct, "entity").Concat(Groups(data)).ToList(),
            GrantCoverage = GrantCoverage.All,
            Attributes = AttributeJson.Of(
                data.EnumerateObject().Where(p => !Used.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value))
                    .Append(KeyValuePair.Create("aliases", JsonSerializer.SerializeToElement(aliases.Select(a => new { name = a.Text("name"), mount_type = a.Text("mount_type"), mount_path = a.Text("mount_path") }).OrderBy(a => a.name, StringComparer.Ordinal)))),
                file.Secrets),
        };
    }

    /// <summary>An alias read by itself: one more way in of the entity that it names.</summary>
    public static IdentityRecord OfAlias(JsonElement data)
    {
        var entity = CsvValues.Required("canonical_id", data.Text("canonical_id"));
        return IdentityRecord.SeenOnlyThrough("an alias", entity, data.Text("name") ?? entity, IdentityKind.Other, "the entity itself") with { Credentials = [Alias(data)] };
    }

    public static IEnumerable<GrantRecord> Policies(JsonElement data, string list, GrantPath path, string via) =>
        data.List(list).Where(p => p.ValueKind == JsonValueKind.String).Select(p => p.GetString()!).Distinct(StringComparer.Ordinal).Select(p =>
        {
            var rating = Privilege.OfVaultPolicy(p);
            return new GrantRecord(p, "Vault", path, rating.Privileged) { Description = rating.Why, Via = $"policy of the {via}" };
        });

    private static IEnumerable<GrantRecord> Groups(JsonElement data) => data.List("group_ids").Where(g => g.ValueKind == JsonValueKind.String).Select(g => g.GetString()!).Distinct(StringComparer.Ordinal)
        .Select(g => new GrantRecord($"policies of group {g}", "Vault", GrantPath.Inherited, Reported.Unknown) { Via = $"group {g}", Description = "The group's policies are not in this answer" });

    private static CredentialRecord Alias(JsonElement a) => new($"alias/{CsvValues.Required("id", a.Text("id"))}", CredentialKind.FederatedTrust)
    {
        DisplayName = $"{a.Text("name")} at {a.Text("mount_path") ?? a.Text("mount_accessor")} ({a.Text("mount_type") ?? "auth method not told"})",
        CreatedAt = a.Time("creation_time"),
        Expiry = ExpiryState.Never,
    };

    private static IdentityKind KindOf(List<JsonElement> aliases) => aliases.Select(a => a.Text("mount_type")).FirstOrDefault(t => t is not null) switch
    {
        "approle" => IdentityKind.ServiceAccount,
        "kubernetes" or "aws" or "gcp" or "azure" or "cert" or "jwt" or "spiffe" => IdentityKind.Workload,
        _ => IdentityKind.Other,
    };
}
