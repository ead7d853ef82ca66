using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Governance.Inventory;

/// <summary>
/// What <c>azurehound list</c> writes: <c>{"data":[{kind,data}, ...],"meta":{type,version,count}}</c>, meta last, which tells whether the file is whole.
/// AzureHound does not collect delegated grants: each import says so. It writes ids and names in upper case; ids are compared in lower case.
/// </summary>
public sealed partial class AzureHoundReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(["data"]);

    public string Format => "azurehound";

    public string Description => "AzureHound output ({data: [{kind, data}], meta})";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Entra;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson && head.Has("data[].kind", "data[].data") && (head.TextAt("data[].kind")?.StartsWith("AZ", StringComparison.Ordinal) ?? false);

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var owners = new Dictionary<string, SortedSet<string>>(StringComparer.OrdinalIgnoreCase);
        var lookups = GraphReader.Learn(JsonRecords.Of(file, Layout).Where(r => r.Problem is null && r.Element.ValueKind == JsonValueKind.Object).SelectMany(r => Learn(r.Element, owners)));
        var counted = new Dictionary<ImportDocument, int>();
        foreach (var item in Reading.Records(file, Layout, ["id"], record =>
        {
            counted[record.Document!] = counted.GetValueOrDefault(record.Document!) + 1;
            return Items(record, lookups, owners, file);
        }))
        {
            // A rejected row holds its id inside; without it nothing may be called missing.
            yield return item.Reason is not null ? item with { Key = item.Key?.ToLowerInvariant() } : item;
        }

        foreach (var item in GraphReader.Rest(lookups))
            yield return item;
        foreach (var document in file.Documents)
        {
            if (Incomplete(document, counted.GetValueOrDefault(document)) is { } why)
                yield return ReadItem.Rejected(document.Place("meta"), null, why);
        }

        yield return ReadItem.Skipped(string.Empty, "delegated grants (AzureHound can't see them; import Graph's oauth2PermissionGrants too)");
    }

    private static IEnumerable<(GraphObjectKind, JsonElement)> Learn(JsonElement row, Dictionary<string, SortedSet<string>> owners)
    {
        if (!row.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            yield break;
        switch (row.Text("kind"))
        {
            case "AZServicePrincipal":
                yield return (GraphObjectKind.ServicePrincipal, data);
                break;
            case "AZApp":
                yield return (GraphObjectKind.Application, data);
                break;
            case "AZRole":
                yield return (GraphObjectKind.DirectoryRoleDefinition, data);
                break;
            case "AZAppRoleAssignment":
                yield return (GraphObjectKind.RoleAssignment, data);
                break;
            case "AZRoleAssignment":
                foreach (var assignment in data.List("roleAssignments").Append(data))
                    yield return (GraphObjectKind.DirectoryAssignment, assignment);
                break;
            case "AZAppOwner" or "AZServicePrincipalOwner" when data.Text("appId", "servicePrincipalId") is { } of:
                if (!owners.TryGetValue(of, out var known))
                    owners.Add(of, known = new SortedSet<string>(StringComparer.Ordinal));
                known.UnionWith(data.List("owners").Select(o => o.TryGetProperty("owner", out var owner) ? owner.Text("mail", "userPrincipalName", "displayName", "id") : o.Text("mail", "userPrincipalName", "displayName", "id")).OfType<string>());
                break;
        }
    }

    private static IEnumerable<ReadItem> Items(JsonRecord record, GraphLookups lookups, Dictionary<string, SortedSet<string>> owners, ImportFile file)
    {
        var kind = record.Element.Text("kind") ?? throw new BadValueException("kind is missing: it is not a row of AzureHound");
        if (!record.Element.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            throw new BadValueException("data is missing: it is not a row of AzureHound");
        switch (kind)
        {
            case "AZServicePrincipal" or "AZApp":
                return Described(record with { Element = data }, kind == "AZApp" ? GraphObjectKind.Application : GraphObjectKind.ServicePrincipal, lookups, owners, file);
            case "AZAppRoleAssignment":
                return GraphReader.Items(record with { Element = data }, GraphObjectKind.RoleAssignment, lookups, file);
            case "AZFederatedIdentityCredential":
                var trust = data.TryGetProperty("federatedIdentityCredential", out var inner) ? inner : data;
                return data.Text("appId", "applicationId", "appObjectId") is { } app && trust.Has("issuer")
                    ? [ReadItem.Of(record.Place, GraphReader.Detail(app, IdentityKind.Application) with { Credentials = [GraphCredentials.Federated(trust)], Attributes = AttributeJson.Of([GraphCredentials.Trusts([trust])], file.Secrets) })]
                    : [ReadItem.Skipped(record.Place, "federated credentials that do not say of which application")];
            case "AZRoleAssignment" or "AZAppOwner" or "AZServicePrincipalOwner":
                // Given out with whom they are about.
                return [];
            case var other when other.EndsWith("RoleAssignment", StringComparison.Ordinal):
                return AzureRoles(data, record.Place, other);
            default:
                return [ReadItem.Skipped(record.Place, kind)];
        }
    }

    private static IEnumerable<ReadItem> Described(JsonRecord record, GraphObjectKind kind, GraphLookups lookups, Dictionary<string, SortedSet<string>> owners, ImportFile file)
    {
        try
        {
            var identity = GraphObject.Read(record.Element, kind, file, lookups);
            var known = owners.GetValueOrDefault(identity.ExternalId) ?? (record.Element.Text("appId") is { } appId && kind == GraphObjectKind.Application ? owners.GetValueOrDefault(appId) : null);
            var hint = known is not { Count: > 0 } ? null : known.Count <= 5 ? string.Join(", ", known) : $"{string.Join(", ", known.Take(5))} and {known.Count - 5} more";
            // Delegated grants are not in the file, so never all of its grants.
            return [ReadItem.Of(record.Place, identity with { OwnerHint = hint ?? identity.OwnerHint, GrantCoverage = identity.GrantCoverage is GrantCoverage.All or GrantCoverage.DelegatedAndRole ? GrantCoverage.Role : identity.GrantCoverage })];
        }
        catch (BadValueException e)
        {
            return [ReadItem.Rejected(record.Place, record.Element.Text("id")?.ToLowerInvariant(), e.Message)];
        }
    }

    /// <summary>Roles on Azure resources.</summary>
    private static IEnumerable<ReadItem> AzureRoles(JsonElement data, string place, string kind)
    {
        var told = false;
        foreach (var row in data.List("roleAssignments").Append(data))
        {
            var assignment = row.TryGetProperty("roleAssignment", out var inner) ? inner : row;
            var properties = assignment.ValueKind == JsonValueKind.Object && assignment.TryGetProperty("properties", out var p) ? p : assignment;
            if (properties.Text("principalId") is not { } principal || properties.Text("principalType") is { } type && type != "ServicePrincipal")
                continue;
            // Without a type it may be a person's.
            if (properties.Text("principalType") is null)
                continue;
            told = true;
            var role = properties.Text("roleDefinitionId") is { } id ? id[(id.LastIndexOf('/') + 1)..].ToLowerInvariant() : "unknown";
            var rating = Privilege.OfAzureRole(role);
            yield return ReadItem.Of(place, GraphReader.Detail(principal, IdentityKind.ServicePrincipal) with
            {
                Grants = [new GrantRecord(role, ShortText.Unique(properties.Text("scope")?.ToLowerInvariant() ?? "Azure", 300), GrantPath.Direct, rating.Privileged) { Description = $"Role on Azure resources. {rating.Why}" }],
            });
        }

        if (!told)
            yield return ReadItem.Skipped(place, kind);
    }

    /// <summary>Why the file is not whole by its own count, which stands at its end.</summary>
    private static string? Incomplete(ImportDocument document, int read)
    {
        using var stream = document.Open();
        var (tail, chunk, length) = (new byte[4096], new byte[64 * 1024], 0);
        for (int got; (got = stream.Read(chunk)) > 0;)
        {
            var keep = Math.Min(length, Math.Max(0, tail.Length - got));
            tail.AsSpan(length - keep, keep).CopyTo(tail);
            var take = Math.Min(got, tail.Length);
            chunk.AsSpan(got - take, take).CopyTo(tail.AsSpan(keep));
            length = keep + take;
        }

        var meta = Count().Matches(Encoding.UTF8.GetString(tail, 0, length)).LastOrDefault();
        if (meta is null)
            return "the file ends without meta.count: it is cut short, or was edited; what it holds was taken, and nothing was called missing";
        return long.TryParse(meta.Groups["count"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count == read ? null
            : $"meta.count says {meta.Groups["count"].Value} rows and the file holds {read}: it is not whole; what it holds was taken, and nothing was called missing";
    }

    [GeneratedRegex("""["]meta["]\s*:\s*\{[^{}]*["]count["]\s*:\s*(?<count>\d{1,18})""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Count();
}
