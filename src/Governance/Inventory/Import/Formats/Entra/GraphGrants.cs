using System.Text.Json;

namespace Governance.Inventory;

/// <summary>The grants of a file by client: delegated (<c>oauth2PermissionGrants</c>) and as application (<c>appRoleAssignments</c>).</summary>
internal sealed class GraphGrants
{
    private readonly Dictionary<string, Client> clients = new(StringComparer.Ordinal);

    /// <summary>Why the record can't be attached to a client; null when it can.</summary>
    public static string? Problem(JsonElement record, GraphObjectKind kind)
    {
        if (kind == GraphObjectKind.Grant)
        {
            return record.Text("clientId") is null ? "clientId is missing: it is not said who holds the grant"
                : record.Text("scope")?.Trim() is null or "" ? "scope is empty: the grant gives nothing" : null;
        }

        return record.Text("principalId") is null ? "principalId is missing: it is not said who holds the role"
            : record.Text("principalType") is { } type && type != "ServicePrincipal" ? $"it is of a {CsvValues.Short(type)}, and only service principals are inventoried" : null;
    }

    public void Add(JsonRecord record, GraphObjectKind kind)
    {
        if (Problem(record.Element, kind) is null)
            AddTo(record.Element.Text(kind == GraphObjectKind.Grant ? "clientId" : "principalId")!.ToLowerInvariant(), record.Element, kind, record.Place);
    }

    public void AddTo(string client, JsonElement record, GraphObjectKind kind, string place)
    {
        if (!clients.TryGetValue(client, out var list))
            clients.Add(client, list = new Client(place));
        list.DisplayName ??= kind == GraphObjectKind.RoleAssignment ? record.Text("principalDisplayName") : null;
        var resource = record.Text("resourceDisplayName") ?? record.Text("resourceId")?.ToLowerInvariant();
        if (kind == GraphObjectKind.RoleAssignment)
        {
            list.Add(GraphPermissions.NameOf(record.Text("appRoleId") ?? "unknown"), resource, GrantPath.Role, null, record.Time("createdDateTime"));
            return;
        }

        var consent = record.Text("consentType") == "AllPrincipals" ? "AllPrincipals" : record.Text("principalId")?.ToLowerInvariant();
        foreach (var scope in record.Text("scope")?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
            list.Add(scope, resource, GrantPath.Delegated, consent, record.Time("startTime"));
    }

    /// <summary>The client's grants, which are then not among the rest.</summary>
    public Client? Take(string client) => clients.Remove(client, out var list) ? list : null;

    public IEnumerable<KeyValuePair<string, Client>> Rest() => clients;

    /// <summary>What one client holds.</summary>
    public sealed class Client(string place)
    {
        private readonly SortedDictionary<(string Name, string Resource, GrantPath Path), Held> held = new();

        public string Place { get; } = place;

        public string? DisplayName { get; set; }

        public void Add(string name, string? resource, GrantPath path, string? consent, DateTimeOffset? at)
        {
            var key = (name, resource ?? string.Empty, path);
            if (!held.TryGetValue(key, out var one))
                held.Add(key, one = new Held { At = at });
            if (consent is not null)
                one.Consents.Add(consent);
        }

        /// <summary>Only a file that claims to be whole names all grants of a client; and only those of the feeds that it holds.</summary>
        public GrantCoverage Coverage(bool full)
        {
            if (!full)
                return GrantCoverage.None;
            var paths = held.Keys.Select(k => k.Path).Distinct().ToList();
            return paths.Count > 1 ? GrantCoverage.All : paths[0] == GrantPath.Delegated ? GrantCoverage.Delegated : GrantCoverage.Role;
        }

        public IReadOnlyList<GrantRecord> ToRecords() => held.Select(h =>
        {
            var (privileged, description) = GraphPermissions.Rate(h.Key.Name, h.Key.Path == GrantPath.Delegated);
            return new GrantRecord(h.Key.Name, h.Key.Resource.Length == 0 ? null : h.Key.Resource, h.Key.Path, privileged)
            {
                Description = description,
                Consent = h.Value.Consent,
                GrantedAt = h.Value.At,
            };
        }).ToList();
    }

    private sealed class Held
    {
        public HashSet<string> Consents { get; } = new(StringComparer.Ordinal);

        public DateTimeOffset? At { get; init; }

        public string? Consent => Consents.Contains("AllPrincipals") ? "AllPrincipals" : Consents.Count > 1 ? $"{Consents.Count} people" : Consents.FirstOrDefault();
    }
}
