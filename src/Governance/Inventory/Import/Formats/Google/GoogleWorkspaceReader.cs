using System.Globalization;

namespace Governance.Inventory;

/// <summary>
/// Third-party access of Google Workspace (Directory API <c>tokens.list</c> of each user, or GAM's table): one row per user and client, one identity per client.
/// Its grants are the delegated scopes with the number of users who gave them. Google tells no dates here, neither of the grant nor of use.
/// </summary>
public sealed class GoogleWorkspaceReader : IInventoryReader
{
    public string Format => "google-workspace-tokens";

    public string Description => "Google Workspace OAuth tokens by user (Directory API JSON, or GAM's CSV)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Saas;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson
        ? AreTokens(head, string.Empty) || head.NamesAt(string.Empty).Any(user => AreTokens(head, user + "[]"))
        : head.Columns.Contains("clientid") && head.Columns.Contains("displaytext");

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var clients = new SortedDictionary<string, Client>(StringComparer.Ordinal);
        foreach (var token in GoogleTokens.Of(file).Where(t => t.Problem is null && t.ClientId is not null))
        {
            if (!clients.TryGetValue(token.ClientId!, out var client))
                clients.Add(token.ClientId!, client = new Client());
            client.Add(token);
        }

        foreach (var token in GoogleTokens.Of(file))
        {
            if (token.Problem is { } problem)
                yield return ReadItem.Rejected(token.Place, null, problem);
            else if (token.ClientId is null)
                yield return ReadItem.Rejected(token.Place, token.Name, "clientId is empty");
            else
                yield return ReadItem.Of(token.Place, clients[token.ClientId].ToRecord(token.ClientId, file));
        }
    }

    private static bool AreTokens(FileHead head, string path) => head.NamesAt(path) is var names && names.Contains("clientId") && names.Contains("displayText");

    /// <summary>What all rows of one client say together.</summary>
    private sealed class Client
    {
        private readonly HashSet<string> users = new(StringComparer.OrdinalIgnoreCase);
        private readonly SortedDictionary<string, int> scopes = new(StringComparer.Ordinal);
        private string? name;
        private bool anonymous;
        private bool native;
        private int unnamed;
        private bool told;

        public void Add(GoogleToken token)
        {
            if (token.User is null)
                unnamed++;
            else if (!users.Add(token.User))
                return;
            foreach (var scope in token.Scopes.Distinct(StringComparer.Ordinal))
                scopes[scope] = scopes.GetValueOrDefault(scope) + 1;
            name = name is null || (token.Name is not null && string.CompareOrdinal(token.Name, name) < 0) ? token.Name ?? name : name;
            (anonymous, native) = (anonymous || token.Anonymous, native || token.Native);
        }

        public IdentityRecord ToRecord(string clientId, ImportFile file)
        {
            // The first record carries it all; the others only count as sightings of it.
            var first = !told;
            told = true;
            var record = new IdentityRecord { ExternalId = clientId, DisplayName = name ?? clientId, Kind = IdentityKind.OAuthGrant, Part = RecordPart.Sighting };
            return !first ? record : record with
            {
                Description = string.Create(CultureInfo.InvariantCulture, $"Third-party app with access given by {People(users.Count + unnamed)}"),
                Tool = file.Catalogue.Match(clientId, name ?? string.Empty, null, []),
                Grants = scopes.Select(s =>
                {
                    var rating = Privilege.OfGoogleScope(s.Key);
                    return new GrantRecord(s.Key, "Google Workspace", GrantPath.Delegated, rating.Privileged) { Description = rating.Why, Consent = People(s.Value) };
                }).ToList(),
                GrantCoverage = file.Full ? GrantCoverage.Delegated : GrantCoverage.None,
                Attributes = new AttributeFields().Add("appId", clientId).Add("users", users.Count + unnamed).Add("native app", native ? "yes" : "no").Add("anonymous", anonymous ? "yes" : "no").ToJson(file.Secrets),
            };
        }

        private static string People(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "user" : "users")}");
    }
}
