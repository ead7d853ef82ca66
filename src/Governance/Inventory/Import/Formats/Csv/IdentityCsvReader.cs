using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>The documented table of identities: what every system that can make a CSV can be imported with.</summary>
public sealed class IdentityCsvReader : IInventoryReader
{
    /// <summary>The columns in the order of the template; the first two are required.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "external_id", "name", "kind", "description", "environment", "enabled", "publisher", "owner", "creator", "tool", "autonomy", "purpose",
        "created_at", "last_used_at", "expires_at", "parent_id", "credentials", "entitlements",
    ];

    private static readonly HashSet<string> Known = Columns.ToHashSet(StringComparer.Ordinal);

    public string Format => "csv-identities";

    public string Description => "a CSV of identities (columns external_id and name)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Generic;

    public bool Recognises(FileHead head) => !head.IsJson && head.Columns is var columns && columns.Contains("external_id") && columns.Contains("name");

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        foreach (var row in CsvTable.Read(file))
        {
            ReadItem item;
            try
            {
                item = row.Problem is { } problem
                    ? ReadItem.Rejected(row.Place, row["external_id"], problem)
                    : new ReadItem(row.Place, row["external_id"]) { Identity = Identity(row, file) };
            }
            catch (BadValueException e)
            {
                item = ReadItem.Rejected(row.Place, row["external_id"], e.Message);
            }

            yield return item;
        }
    }

    internal static IdentityRecord Identity(CsvRecord row, ImportFile file)
    {
        var (used, usage) = CsvValues.Usage("last_used_at", row["last_used_at"]);
        var (expires, _) = CsvValues.Expiry("expires_at", row["expires_at"]);
        var autonomy = CsvValues.Name<Autonomy>("autonomy", row["autonomy"]);
        var name = CsvValues.Required("name", row["name"]);
        return new IdentityRecord
        {
            ExternalId = CsvValues.Required("external_id", row["external_id"]),
            DisplayName = name,
            Kind = CsvValues.Name<IdentityKind>("kind", row["kind"]),
            Description = row["description"],
            Enabled = CsvValues.YesNo("enabled", row["enabled"]),
            Environment = CsvValues.Name<DeploymentEnvironment>("environment", row["environment"]),
            Publisher = row["publisher"],
            ParentExternalId = row["parent_id"],
            OwnerHint = row["owner"],
            CreatorHint = row["creator"],
            Purpose = row["purpose"],
            CreatedAt = CsvValues.Time("created_at", row["created_at"]),
            LastUsedAt = used,
            Usage = usage,
            ExpiresAt = expires,
            Tool = row["tool"] is { } tool
                ? new ToolMatch(file.Secrets.Clean(tool), null, autonomy, "Named in the import file", null)
                : file.Catalogue.Match(null, name, row["publisher"], []),
            Credentials = Credentials(row["credentials"], file.Secrets),
            Grants = Grants(row["entitlements"]),
            GrantCoverage = GrantCoverage.All,
            Attributes = AttributeJson.Of(row.Except(Known).Select(p => KeyValuePair.Create(p.Key, JsonSerializer.SerializeToElement(p.Value))), file.Secrets),
        };
    }

    /// <summary><c>id|kind|created|expires|last_used</c>, separated by semicolons.</summary>
    private static List<CredentialRecord> Credentials(string? cell, SecretFilter secrets)
    {
        var list = new List<CredentialRecord>();
        foreach (var entry in Entries(cell))
        {
            var parts = entry.Split('|', StringSplitOptions.TrimEntries);
            if (parts.Length > 5 || parts[0].Length == 0)
                throw new BadValueException($"credentials holds '{CsvValues.Short(secrets.Clean(entry))}', which is not id|kind|created|expires|last_used");
            var (expires, expiry) = CsvValues.Expiry("a credential's expiry", Part(3));
            var (used, usage) = CsvValues.Usage("a credential's last use", Part(4));
            list.Add(new CredentialRecord(secrets.Clean(parts[0]), CsvValues.Name<CredentialKind>("a credential's kind", Part(1)))
            {
                CreatedAt = CsvValues.Time("a credential's creation", Part(2)),
                ExpiresAt = expires,
                Expiry = expiry,
                LastUsedAt = used,
                Usage = usage,
            });

            string? Part(int index) => index < parts.Length && parts[index].Length > 0 ? parts[index] : null;
        }

        return list;
    }

    /// <summary><c>[!]permission@resource</c>, separated by semicolons; the mark says privileged.</summary>
    private static List<GrantRecord> Grants(string? cell)
    {
        var list = new List<GrantRecord>();
        foreach (var entry in Entries(cell))
        {
            var privileged = entry.StartsWith('!');
            var text = privileged ? entry[1..] : entry;
            var at = text.IndexOf('@', StringComparison.Ordinal);
            var (name, resource) = at < 0 ? (text, null) : (text[..at].Trim(), text[(at + 1)..].Trim());
            if (name.Length == 0)
                throw new BadValueException($"entitlements holds '{CsvValues.Short(entry)}', which is not permission@resource");
            list.Add(new GrantRecord(name, string.IsNullOrEmpty(resource) ? null : resource, GrantPath.Direct, privileged ? Reported.Yes : Reported.No));
        }

        return list;
    }

    private static string[] Entries(string? cell) => cell?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
