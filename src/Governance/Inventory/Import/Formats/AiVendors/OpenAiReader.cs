using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// Lists of OpenAI's administration API: service accounts, API keys of projects, admin keys; users and projects only lend their names. A user's key is an
/// identity; a service account's key is a credential of that account, which is kept also where only its key is known.
/// </summary>
public sealed class OpenAiReader : IInventoryReader
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "object", "id", "name", "redacted_value", "value", "created_at", "last_used_at", "expires_at", "owner", "role" };

    public string Format => "openai";

    public string Description => "lists of OpenAI's administration API (projects, service accounts, API keys, admin keys)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Saas;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson && (IsOurs(head.TextAt("data[].object")) || IsOurs(head.TextAt("object")));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var users = AiVendor.Names(file, e => Kind(e) == "user" ? e.Text("email", "name") : null);
        return Reading.Records(file, AiVendor.Layout, ["id"], record => [Item(record, users, file)]).Concat(Completeness.OfPages(file));
    }

    private static bool IsOurs(string? kind) => kind is not null && kind.Contains("organization.", StringComparison.Ordinal);

    /// <summary>The last part: <c>organization.project.api_key</c> is an api_key.</summary>
    private static string? Kind(JsonElement e) => e.Text("object") is { } kind && IsOurs(kind) ? kind[(kind.LastIndexOf('.') + 1)..] : null;

    private static ReadItem Item(JsonRecord record, Dictionary<string, string> users, ImportFile file)
    {
        var e = record.Element;
        return Kind(e) switch
        {
            "api_key" => Key(record, e, users, admin: false, file),
            "admin_api_key" => Key(record, e, users, admin: true, file),
            "service_account" => ReadItem.Of(record.Place, Account(e, file)),
            "user" => ReadItem.Skipped(record.Place, "users (people)"),
            "project" => ReadItem.Skipped(record.Place, "projects (they hold keys and are no identities)"),
            { } other => ReadItem.Skipped(record.Place, $"OpenAI's {CsvValues.Short(other).Replace('_', ' ')}"),
            null => ReadItem.Rejected(record.Place, e.Text("id"), "its object is none of OpenAI's organisation"),
        };
    }

    private static IdentityRecord Account(JsonElement e, ImportFile file) => new()
    {
        ExternalId = CsvValues.Required("id", e.Text("id")),
        DisplayName = e.Text("name") ?? "Service account " + e.Text("id"),
        Kind = IdentityKind.ServiceAccount,
        Publisher = "OpenAI",
        CreatedAt = e.Moment("created_at"),
        Tool = AiVendor.Tool("OpenAI API", "OpenAI"),
        Grants = e.Text("role") is { } role ? [AiVendor.Role(role, "project")] : [],
        CredentialsComplete = false,
        Attributes = new AttributeFields().AddRest(e, Used).ToJson(file.Secrets),
    };

    private static ReadItem Key(JsonRecord record, JsonElement e, Dictionary<string, string> users, bool admin, ImportFile file)
    {
        var id = CsvValues.Required("id", e.Text("id"));
        var owner = e.Inner("owner");
        var type = owner.Text("type");
        var inner = owner.Inner(type ?? "user") is { ValueKind: JsonValueKind.Object } nested ? nested : owner;
        var (expires, expiry) = AiVendor.Expiry(e, "expires_at");
        var (used, usage) = AiVendor.Usage(e, "last_used_at");
        var credential = new CredentialRecord(id, CredentialKind.ApiKey)
        {
            DisplayName = string.Join(' ', new[] { e.Text("name"), e.Text("redacted_value") }.OfType<string>()),
            CreatedAt = e.Moment("created_at"),
            ExpiresAt = expires,
            Expiry = expiry,
            LastUsedAt = used,
            Usage = usage,
            Fingerprint = e.Text("value") is { } secret ? file.Secrets.Fingerprint(secret) : null,
        };
        GrantRecord? grant = admin ? AiVendor.Role("admin_api_key", "organization") with { Path = GrantPath.Direct } : null;
        if (type == "service_account" && inner.Text("id") is { } account)
        {
            return ReadItem.Of(record.Place, new IdentityRecord
            {
                ExternalId = account,
                DisplayName = inner.Text("name") ?? $"Service account {account}",
                Kind = IdentityKind.ServiceAccount,
                LastUsedAt = used,
                Usage = usage,
                Tool = AiVendor.Tool("OpenAI API", "OpenAI"),
                Credentials = [credential],
                CredentialsComplete = false,
                Grants = grant is null ? [] : [grant],
                Part = RecordPart.Detail,
            });
        }

        var user = inner.Text("email") ?? (inner.Text("id") is { } userId ? users.GetValueOrDefault(userId) ?? inner.Text("name") ?? userId : inner.Text("name"));
        return ReadItem.Of(record.Place, new IdentityRecord
        {
            ExternalId = id,
            DisplayName = e.Text("name") ?? $"API key {id}",
            Kind = IdentityKind.ApiToken,
            Publisher = "OpenAI",
            OwnerHint = user,
            CreatedAt = credential.CreatedAt,
            LastUsedAt = used,
            Usage = usage,
            ExpiresAt = expires,
            Tool = AiVendor.Tool("OpenAI API", "OpenAI"),
            Credentials = [credential],
            Grants = grant is null ? [] : [grant],
            GrantCoverage = GrantCoverage.None,
            Attributes = new AttributeFields().Add("redacted hint", e.Text("redacted_value")).Add("owner id", inner.Text("id")).AddRest(e, Used).ToJson(file.Secrets),
            Part = RecordPart.Sighting,
        });
    }
}
