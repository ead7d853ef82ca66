using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>The log's events of one app or service, replayed by date. The log only reaches back so far: what came before it is not reported.</summary>
internal sealed class SlackLog
{
    private readonly List<(DateTimeOffset At, string Change, string? Scopes, string? User, string? Name)> events = [];

    public static string? KeyOf(JsonElement e) => e.Id("app_id") ?? (e.Id("service_id") is { } service ? $"service:{service}" : null);

    public static Dictionary<string, SlackLog> Gather(IEnumerable<JsonRecord> records)
    {
        var all = new Dictionary<string, SlackLog>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            try
            {
                if (KeyOf(record.Element) is not { } key)
                    continue;
                var at = record.Element.Moment("date") ?? throw new BadValueException("date is empty");
                if (!all.TryGetValue(key, out var log))
                    all.Add(key, log = new SlackLog());
                log.events.Add((at, record.Element.Text("change_type") ?? string.Empty, record.Element.Text("scope"), record.Element.Text("user_name", "user_id"), record.Element.Text("app_type", "service_type")));
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return all;
    }

    /// <param name="first">The first record carries it all; the others only count as sightings of it.</param>
    public IdentityRecord ToRecord(string key, bool first, ImportFile file)
    {
        var inOrder = events.OrderBy(e => e.At).ThenBy(e => e.Change, StringComparer.Ordinal).ThenBy(e => e.Scopes, StringComparer.Ordinal).ToList();
        var name = inOrder.FindLast(e => e.Name is not null).Name ?? key;
        var record = new IdentityRecord { ExternalId = key, DisplayName = name, Kind = IdentityKind.AppInstallation, Part = RecordPart.Sighting };
        if (!first)
            return record;
        var added = inOrder.Find(e => e.Change == "added");
        var scopes = new SortedDictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var state = Reported.Unknown;
        foreach (var (at, change, list, _, _) in inOrder)
        {
            state = change switch { "added" or "enabled" or "expanded" or "updated" => Reported.Yes, "removed" or "disabled" => Reported.No, _ => state };
            if (change is "removed" or "added")
                scopes.Clear();
            foreach (var scope in (list ?? string.Empty).Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
                scopes.TryAdd(scope, at);
        }

        return record with
        {
            Enabled = state,
            OwnerHint = added.User,
            CreatorHint = added.User,
            CreatedAt = added.Change is null ? null : added.At,
            Tool = file.Catalogue.Match(key, name, null, []),
            Grants = scopes.Select(s =>
            {
                var rating = Privilege.OfSlackScope(s.Key);
                return new GrantRecord(s.Key, "Slack", GrantPath.Delegated, rating.Privileged) { Description = rating.Why, GrantedAt = s.Value };
            }).ToList(),
            Attributes = new AttributeFields().Add("appId", key).Add("events", inOrder.Count).Add("last event", inOrder[^1].Change.Length == 0 ? "of no kind that is told" : inOrder[^1].Change)
                .Add("last event at", inOrder[^1].At.ToString("yyyy-MM-dd'T'HH:mm:ssK", System.Globalization.CultureInfo.InvariantCulture)).ToJson(file.Secrets),
        };
    }
}
