using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// A CycloneDX bill of materials of an application that uses services (SaaSBOM) or models (ML-BOM), as JSON. A service whose endpoints ask who is there is told as an identity: the one
/// that the application shows itself to that service with. The bill names no credential. Models and libraries are no identities, and are counted.
/// </summary>
public sealed class CycloneDxReader : IInventoryReader
{
    private static readonly JsonLayout Layout = new(
        new HashSet<string>(StringComparer.Ordinal) { "components", "services" },
        new HashSet<string>(StringComparer.Ordinal) { "$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "externalReferences", "dependencies", "compositions", "properties", "vulnerabilities", "annotations", "formulation", "declarations", "definitions", "signature" });

    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "name", "description", "provider", "services", "licenses", "releaseNotes", "signature", "properties" };

    public string Format => "cyclonedx";

    public string Description => "a CycloneDX bill of materials in JSON (services, models)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Generic;

    public bool Recognises(FileHead head) => head.IsJson && head.TextAt("bomFormat") == "CycloneDX";

    public IEnumerable<ReadItem> Read(ImportFile file) => Reading.Records(file, Layout, ["bom-ref"], record => Items(record, file));

    private static IEnumerable<ReadItem> Items(JsonRecord record, ImportFile file)
    {
        var e = record.Element;
        if (record.Collection == "services")
            return Services(record, e, null, file);
        if (record.Collection == "components")
            return [ReadItem.Skipped(record.Place, e.Text("type") == "machine-learning-model" ? "models" : $"components ({CsvValues.Short(e.Text("type") ?? "without type")})")];
        return [ReadItem.Skipped(record.Place, "bills without services or components")];
    }

    private static IEnumerable<ReadItem> Services(JsonRecord record, JsonElement e, string? parent, ImportFile file)
    {
        var authenticated = e.YesNo("authenticated");
        var id = IdOf(e);
        yield return authenticated == Reported.No ? ReadItem.Skipped(record.Place, "services that ask for no identity") : ReadItem.Of(record.Place, Service(e, id, parent, record, file));
        foreach (var inner in e.List("services").Where(s => s.ValueKind == JsonValueKind.Object))
        {
            foreach (var item in Services(record, inner, id, file))
                yield return item;
        }
    }

    private static IdentityRecord Service(JsonElement e, string id, string? parent, JsonRecord record, ImportFile file)
    {
        var name = CsvValues.Required("name", e.Text("name"));
        var provider = e.Inner("provider");
        var contact = provider.List("contact").Select(c => c.Text("email", "name")).OfType<string>().Order(StringComparer.Ordinal).FirstOrDefault();
        var endpoints = e.List("endpoints").Where(u => u.ValueKind == JsonValueKind.String).Select(u => u.GetString()!).Order(StringComparer.Ordinal).ToList();
        var application = record.Document?.Head.TextAt("metadata.component.name");
        return new IdentityRecord
        {
            ExternalId = id,
            DisplayName = application is null ? $"Access to {name}" : $"{application}: access to {name}",
            Kind = IdentityKind.Workload,
            Description = $"{(e.YesNo("authenticated") == Reported.Yes ? "The service asks who is there" : "Whether the service asks who is there is not reported")}. The bill of materials names no credential. {e.Text("description")}".TrimEnd(),
            Publisher = provider.Text("name"),
            ParentExternalId = parent,
            Tool = file.Catalogue.Match(null, name, provider.Text("name"), endpoints.Concat(provider.List("url").Where(u => u.ValueKind == JsonValueKind.String).Select(u => u.GetString()!))),
            CredentialsComplete = false,
            Grants = e.List("data").Select(d => (Flow: d.Text("flow"), Kind: d.Text("classification"))).Where(d => d.Kind is not null).Distinct()
                .Select(d => new GrantRecord($"{Words(d.Flow)} {d.Kind} data", name, GrantPath.Direct, Reported.Unknown) { Description = "Flow of data that the bill of materials declares" }).ToList(),
            GrantCoverage = GrantCoverage.All,
            Attributes = new AttributeFields().Add("endpoints", endpoints).Add("providerContact", contact).AddRest(e, Used).ToJson(file.Secrets),
        };
    }

    private static string IdOf(JsonElement e) => e.Text("bom-ref") ?? $"service/{e.Text("group")}/{CsvValues.Required("name", e.Text("name"))}/{e.Text("version")}";

    private static string Words(string? flow) => flow switch { "inbound" => "receives", "outbound" => "sends", "bi-directional" => "exchanges", _ => "handles" };
}
