using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// What <c>spire-server entry show -output json</c> and <c>spire-server agent list -output json</c> print. An identity is a SPIFFE id; each of its registration entries
/// is a trust that lets a workload with those selectors have it. Numbers are texts there, and "0" is no end.
/// </summary>
public sealed class SpireReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(["entries", "agents"], "next_page_token");

    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "id", "spiffe_id", "created_at", "expires_at", "admin", "downstream", "revision_number", "banned", "x509svid_serial_number", "x509svid_expires_at",
    };

    public string Format => "spire";

    public string Description => "SPIRE entries or agents (spire-server entry show or agent list, -output json)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Spiffe;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson
        && (head.Has("entries[].spiffe_id") || head.Has("agents[].attestation_type") || head.Has("agents[].x509svid_expires_at") || head.Has("spiffe_id", "selectors") || head.Has("entries", "next_page_token"));

    public IEnumerable<ReadItem> Read(ImportFile file) => Reading.Records(file, Layout, [], record => [
        ReadItem.Of(record.Place, record.Collection == "agents" || record.Element.Has("attestation_type") ? Agent(record.Element, file) : Entry(record.Element, file)),
    ]);

    private static IdentityRecord Entry(JsonElement e, ImportFile file)
    {
        var id = SpiffeId(e, "spiffe_id");
        var expires = e.Moment("expires_at");
        var entry = e.Text("id") ?? $"{SpiffeIdOrNull(e, "parent_id")} {Selectors(e)}";
        if (entry.Length > 300)
            entry = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(entry)));
        var rest = e.EnumerateObject().Where(p => !Used.Contains(p.Name)).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        return new IdentityRecord
        {
            ExternalId = id,
            DisplayName = NameOf(id),
            Kind = IdentityKind.Workload,
            Enabled = Reported.Yes,
            CreatedAt = e.Moment("created_at"),
            Tool = file.Catalogue.Match(null, NameOf(id), null, []),
            Credentials =
            [
                new CredentialRecord(entry, CredentialKind.FederatedTrust)
                {
                    DisplayName = $"For a workload with {Selectors(e)}",
                    CreatedAt = e.Moment("created_at"),
                    ExpiresAt = expires,
                    Expiry = expires is not null ? ExpiryState.Known : e.Has("expires_at") ? ExpiryState.Never : ExpiryState.NotReported,
                },
            ],
            Grants = [.. Marks(e)],
            GrantCoverage = file.Full ? GrantCoverage.All : GrantCoverage.None,
            Part = RecordPart.Sighting,
            CredentialsComplete = file.Full,
            Attributes = AttributeJson.Of(
                new Dictionary<string, JsonElement>(StringComparer.Ordinal)
                {
                    [$"entry {entry}"] = JsonSerializer.SerializeToElement(rest),
                    ["serviceAccount"] = ServiceAccount(e) is { } account ? JsonSerializer.SerializeToElement(account) : default,
                },
                file.Secrets),
        };
    }

    private static IdentityRecord Agent(JsonElement e, ImportFile file)
    {
        var id = SpiffeId(e, "id");
        var serial = e.Text("x509svid_serial_number");
        var rest = e.EnumerateObject().Where(p => !Used.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value));
        return new IdentityRecord
        {
            ExternalId = id,
            DisplayName = NameOf(id),
            Kind = IdentityKind.Workload,
            Description = "Agent of SPIRE on a node: hands identities to the workloads there",
            Enabled = e.YesNo("banned") switch { Reported.Yes => Reported.No, Reported.No => Reported.Yes, _ => Reported.Unknown },
            Credentials = serial is null && e.Moment("x509svid_expires_at") is null ? []
                : [new CredentialRecord("x509-svid", CredentialKind.Certificate) { DisplayName = serial, ExpiresAt = e.Moment("x509svid_expires_at"), Expiry = ExpiryState.Sliding }],
            Part = RecordPart.Sighting,
            Attributes = AttributeJson.Of(rest, file.Secrets),
        };
    }

    private static IEnumerable<GrantRecord> Marks(JsonElement e)
    {
        foreach (var mark in (string[])["admin", "downstream"])
        {
            if (e.IsTrue(mark))
                yield return new GrantRecord(mark, "SPIRE server", GrantPath.Direct, Privilege.OfSpireEntry(mark).Privileged) { Description = Privilege.OfSpireEntry(mark).Why };
        }
    }

    private static string SpiffeId(JsonElement e, string name) => SpiffeIdOrNull(e, name) ?? throw new BadValueException($"{name} is missing or is no SPIFFE id");

    /// <summary>As text, or in its two parts.</summary>
    private static string? SpiffeIdOrNull(JsonElement e, string name)
    {
        if (e.Text(name) is { } text)
            return text.StartsWith("spiffe://", StringComparison.OrdinalIgnoreCase) && text.Length > "spiffe://".Length ? text : null;
        return e.Inner(name) is { ValueKind: JsonValueKind.Object } parts && parts.Text("trust_domain") is { } domain ? $"spiffe://{domain}/{parts.Text("path")?.TrimStart('/')}".TrimEnd('/') : null;
    }

    private static string NameOf(string id) => id["spiffe://".Length..];

    /// <summary>Sorted, so that another order is no change.</summary>
    private static string Selectors(JsonElement e)
    {
        var list = e.List("selectors").Select(s => $"{s.Text("type")}:{s.Text("value")}").Order(StringComparer.Ordinal).ToList();
        return list.Count == 0 ? "no selectors" : string.Join(", ", list);
    }

    /// <summary>The cluster's service account that the selectors ask for, in the form that tokens name it.</summary>
    private static string? ServiceAccount(JsonElement e)
    {
        var selectors = e.List("selectors").Where(s => s.Text("type") == "k8s").Select(s => s.Text("value") ?? string.Empty).ToList();
        var space = selectors.Find(s => s.StartsWith("ns:", StringComparison.Ordinal))?[3..];
        var account = selectors.Find(s => s.StartsWith("sa:", StringComparison.Ordinal))?[3..];
        return space is null || account is null ? null : string.Create(CultureInfo.InvariantCulture, $"system:serviceaccount:{space}:{account}");
    }
}
