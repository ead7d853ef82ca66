using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// What <c>vault read -format=json</c> prints for entities, AppRoles and secret-id accessors (one answer after another), and Infisical's lists of machine identities and client
/// secrets. An entity is an identity, its aliases are how it signs in. An AppRole is one too: until it signs in no entity stands for it.
/// </summary>
public sealed class VaultReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(["identities", "identityMemberships", "clientSecretData"], "totalCount", "count");

    public string Format => "vault";

    public string Description => "HashiCorp Vault answers (vault read -format=json of identity entities, AppRoles, secret-id accessors) or Infisical machine identities";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Vault;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson
        && ((head.Has("request_id", "data") && (head.Has("data.aliases") || head.Has("data.role_id") || head.Has("data.secret_id_accessor") || head.Has("data.token_policies") || head.Has("data.keys") || head.Has("data.canonical_id")))
            || head.Has("identities[].identity") || head.Has("identityMemberships[].identity") || head.Has("clientSecretData[].clientSecretPrefix"));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var names = VaultNames.Of(JsonRecords.Of(file, Layout).Where(r => r.Problem is null).Select(r => r.Element));
        return Reading.Records(file, Layout, [], record => Items(record, names, file));
    }

    private static IEnumerable<ReadItem> Items(JsonRecord record, VaultNames names, ImportFile file)
    {
        var e = record.Element;
        if (record.Collection is "identities" or "identityMemberships")
            return [ReadItem.Of(record.Place, Infisical.Identity(e, file))];
        if (record.Collection == "clientSecretData")
            return [ReadItem.Of(record.Place, Infisical.ClientSecret(e))];
        var data = e.Inner("data");
        if (data.ValueKind != JsonValueKind.Object)
            return [ReadItem.Skipped(record.Place, "answers without data")];
        if (data.Has("aliases") && data.Has("id"))
            return [ReadItem.Of(record.Place, VaultEntity.Read(data, file))];
        if (data.Has("canonical_id"))
            return [ReadItem.Of(record.Place, VaultEntity.OfAlias(data))];
        if (data.Has("role_id") || data.Has("token_policies"))
            return [VaultAppRole.Read(record.Place, data, names, file)];
        if (data.Has("secret_id_accessor"))
            return [VaultAppRole.Accessor(record.Place, e, data, names)];
        return [ReadItem.Skipped(record.Place, data.Has("keys") ? "lists of names (read each of them)" : "other answers of Vault")];
    }
}
