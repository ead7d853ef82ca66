using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Lists of Anthropic's administration API: API keys are identities; workspaces and users lend their names. It tells nothing of use.</summary>
public sealed class AnthropicReader : IInventoryReader
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "id", "type", "name", "created_at", "created_by", "partial_key_hint", "status", "expires_at", "workspace_id" };

    public string Format => "anthropic";

    public string Description => "lists of Anthropic's administration API (API keys, workspaces, users)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Saas;

    public bool Recognises(FileHead head) => head.IsJson && (IsOurs(head, "data[]") || IsOurs(head, string.Empty));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var users = AiVendor.Names(file, e => e.Text("type") == "user" ? e.Text("email", "name") : null);
        var workspaces = AiVendor.Names(file, e => e.Text("type") == "workspace" ? e.Text("name") : null);
        return Reading.Records(file, AiVendor.Layout, ["id"], record => [Item(record, users, workspaces, file)]).Concat(Completeness.OfPages(file));
    }

    private static bool IsOurs(FileHead head, string path)
    {
        var dot = path.Length == 0 ? string.Empty : path + ".";
        var id = head.TextAt($"{dot}id");
        return head.TextAt($"{dot}type") is "api_key" or "workspace" or "user" or "invite" or "workspace_member" && head.NamesAt(path).Contains("id") | head.NamesAt(path).Contains("workspace_id")
            && (id is null || id.StartsWith("apikey_", StringComparison.Ordinal) || id.StartsWith("wrkspc_", StringComparison.Ordinal) || id.StartsWith("user_", StringComparison.Ordinal) || id.StartsWith("invite_", StringComparison.Ordinal));
    }

    private static ReadItem Item(JsonRecord record, Dictionary<string, string> users, Dictionary<string, string> workspaces, ImportFile file) => record.Element.Text("type") switch
    {
        "api_key" => ReadItem.Of(record.Place, Key(record.Element, users, workspaces, file)),
        "workspace" => ReadItem.Skipped(record.Place, "workspaces (they hold keys and are no identities)"),
        "user" or "invite" or "workspace_member" => ReadItem.Skipped(record.Place, "users (people)"),
        _ => ReadItem.Rejected(record.Place, record.Element.Text("id"), "its type is neither api_key nor workspace nor user"),
    };

    private static IdentityRecord Key(JsonElement e, Dictionary<string, string> users, Dictionary<string, string> workspaces, ImportFile file)
    {
        var id = CsvValues.Required("id", e.Text("id"));
        var by = e.Inner("created_by").Text("id");
        var enabled = e.Text("status") switch { "active" => Reported.Yes, "inactive" or "archived" or "expired" => Reported.No, _ => Reported.Unknown };
        var (expires, expiry) = AiVendor.Expiry(e, "expires_at");
        var workspace = e.Text("workspace_id");
        return new IdentityRecord
        {
            ExternalId = id,
            DisplayName = e.Text("name") ?? $"API key {id}",
            Kind = IdentityKind.ApiToken,
            Publisher = "Anthropic",
            Enabled = enabled,
            CreatorHint = by is null ? null : users.GetValueOrDefault(by, by),
            CreatedAt = e.Moment("created_at"),
            ExpiresAt = expires,
            Tool = AiVendor.Tool("Anthropic API", "Anthropic"),
            Credentials = [new CredentialRecord(id, CredentialKind.ApiKey) { DisplayName = e.Text("partial_key_hint"), CreatedAt = e.Moment("created_at"), ExpiresAt = expires, Expiry = expiry, Enabled = enabled }],
            Attributes = new AttributeFields().Add("status", e.Text("status")).Add("redacted hint", e.Text("partial_key_hint")).Add("workspace", workspace)
                .Add("workspace name", workspace is null ? null : workspaces.GetValueOrDefault(workspace)).Add("created by", by).AddRest(e, Used).ToJson(file.Secrets),
        };
    }
}
