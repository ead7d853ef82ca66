using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// Slack's apps: the integration log (<c>team.integrationLogs</c>), replayed by date to what is installed now, and an organisation's approved and restricted
/// apps (<c>admin.apps.approved.list</c>). Requests for apps are told and not inventoried. Slack tells nothing of use.
/// </summary>
public sealed class SlackReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(["approved_apps", "restricted_apps", "app_requests", "logs"], "ok", "warning", "error", "needed", "provided", "paging", "response_metadata");

    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "id", "name", "description", "icons" };

    public string Format => "slack-apps";

    public string Description => "Slack apps (integration logs, approved and restricted apps)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Saas;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson && (head.Has("ok") && (head.Has("logs") || head.Has("approved_apps") || head.Has("restricted_apps") || head.Has("app_requests"))
        || head.NamesAt("logs[]").Contains("change_type"));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var log = SlackLog.Gather(JsonRecords.Of(file, Layout).Where(r => r.Problem is null && r.Collection == "logs"));
        var told = new HashSet<string>(StringComparer.Ordinal);
        return Reading.Records(file, Layout, [], record => [Item(record, log, told, file)]);
    }

    private static ReadItem Item(JsonRecord record, Dictionary<string, SlackLog> log, HashSet<string> told, ImportFile file) => record.Collection switch
    {
        "approved_apps" => ReadItem.Of(record.Place, Listed(record.Element, restricted: false, file)),
        "restricted_apps" => ReadItem.Of(record.Place, Listed(record.Element, restricted: true, file)),
        "app_requests" => ReadItem.Skipped(record.Place, "requests for apps"),
        "logs" => SlackLog.KeyOf(record.Element) is { } key && log.TryGetValue(key, out var app) ? ReadItem.Of(record.Place, app.ToRecord(key, told.Add(key), file))
            : ReadItem.Rejected(record.Place, null, "it names neither app_id nor service_id"),
        _ => ReadItem.Rejected(record.Place, null, "it stands in none of logs, approved_apps, restricted_apps"),
    };

    private static IdentityRecord Listed(JsonElement e, bool restricted, ImportFile file)
    {
        var app = e.Inner("app");
        var id = CsvValues.Required("app.id", app.Text("id"));
        var at = e.Moment("date_updated");
        var grants = e.List("scopes").Where(s => s.Text("name") is not null).Select(s => (Name: s.Text("name")!, Rating: Privilege.OfSlackScope(s.Text("name")!, s.YesNo("is_sensitive") switch { Reported.Yes => true, Reported.No => false, _ => null }), Token: s.Text("token_type")));
        return new IdentityRecord
        {
            ExternalId = id,
            DisplayName = app.Text("name") ?? id,
            Kind = IdentityKind.AppInstallation,
            Description = app.Text("description"),
            Enabled = restricted ? Reported.No : Reported.Unknown,
            Tool = file.Catalogue.Match(id, app.Text("name") ?? string.Empty, null, new[] { app.Text("app_homepage_url"), app.Text("privacy_policy_url"), app.Text("help_url") }.OfType<string>()),
            Grants = grants.DistinctBy(g => g.Name, StringComparer.Ordinal).OrderBy(g => g.Name, StringComparer.Ordinal)
                .Select(g => new GrantRecord(g.Name, "Slack", GrantPath.Delegated, g.Rating.Privileged) { Description = g.Rating.Why, GrantedAt = at, Via = g.Token is null ? null : $"{g.Token} token" }).ToList(),
            GrantCoverage = restricted ? GrantCoverage.None : GrantCoverage.All,
            Attributes = new AttributeFields().Add("appId", id).Add("list", restricted ? "restricted" : "approved").Add("decided by", e.Inner("last_resolved_by").Text("actor_id"))
                .AddRest(app, Used).ToJson(file.Secrets),
        };
    }
}
