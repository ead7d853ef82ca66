using System.Text.Json;
using System.Xml;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>An API token: it may what its user may, and lives as long as it is used within its window, so that its end slides.</summary>
internal static class OktaToken
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "id", "name", "created", "lastUpdated", "expiresAt", "_links", "token" };

    public static IdentityRecord Read(JsonElement e, ImportFile file)
    {
        var id = CsvValues.Required("id", e.Text("id"));
        var name = e.Text("name") ?? id;
        var (created, expires, user) = (e.Time("created"), e.Time("expiresAt"), e.Text("userId"));
        var used = LastUse(created, expires, e.Text("tokenWindow"));
        var usage = used is null ? UsageState.NotReported : UsageState.Used;
        return new IdentityRecord
        {
            ExternalId = id,
            DisplayName = name,
            Kind = IdentityKind.ApiToken,
            Enabled = Reported.Yes,
            OwnerHint = user,
            CreatorHint = user,
            CreatedAt = created,
            LastUsedAt = used,
            Usage = usage,
            Tool = file.Catalogue.Match(null, name, null, []),
            Credentials = [new CredentialRecord(id, CredentialKind.Token) { CreatedAt = created, ExpiresAt = expires, Expiry = ExpiryState.Sliding, LastUsedAt = used, Usage = usage, Enabled = Reported.Yes }],
            Grants = user is null ? [] : [new GrantRecord($"everything that user {user} may", "Okta", GrantPath.Inherited, Reported.Unknown) { Description = "A token acts as the user who made it", Via = $"user {user}" }],
            GrantCoverage = GrantCoverage.All,
            Attributes = new AttributeFields().AddRest(e, Used).ToJson(file.Secrets),
        };
    }

    /// <summary>The end is the last use and the window; one that was never used since it was made tells nothing of use.</summary>
    private static DateTimeOffset? LastUse(DateTimeOffset? created, DateTimeOffset? expires, string? window)
    {
        try
        {
            return window is not null && expires is { } end && end - XmlConvert.ToTimeSpan(window) is var used && used > created ? used : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}

/// <summary>A service account that Okta keeps the password of.</summary>
internal static class OktaAccount
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "id", "name", "description", "created", "lastUpdated", "ownerUserIds", "ownerGroupIds", "_links" };

    public static IdentityRecord Read(JsonElement e, ImportFile file)
    {
        var name = CsvValues.Required("name", e.Text("name"));
        var owners = Ids(e, "ownerUserIds", "user").Concat(Ids(e, "ownerGroupIds", "group")).ToList();
        return new IdentityRecord
        {
            ExternalId = CsvValues.Required("id", e.Text("id")),
            DisplayName = name,
            Kind = IdentityKind.ServiceAccount,
            Description = e.Text("description"),
            OwnerHint = owners.Count == 0 ? null : string.Join(", ", owners),
            CreatedAt = e.Time("created"),
            Tool = file.Catalogue.Match(null, name, null, []),
            Credentials = [new CredentialRecord("password", CredentialKind.Password)],
            Attributes = new AttributeFields().AddRest(e, Used).Add("ownerUserIds", Plain(e, "ownerUserIds")).Add("ownerGroupIds", Plain(e, "ownerGroupIds")).ToJson(file.Secrets),
        };
    }

    private static IEnumerable<string> Ids(JsonElement e, string list, string kind) => Plain(e, list).Select(o => $"{kind} {o}");

    private static List<string> Plain(JsonElement e, string list) => e.List(list).Where(o => o.ValueKind == JsonValueKind.String).Select(o => o.GetString()!).Order(StringComparer.Ordinal).ToList();
}
