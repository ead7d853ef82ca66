using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>An app that is installed in an organisation or for a user.</summary>
internal static class GitHubInstallation
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "id", "account", "permissions", "created_at", "updated_at", "suspended_at", "suspended_by", "access_tokens_url", "repositories_url", "html_url", "app_slug" };

    /// <param name="around">The webhook event that it came in; undefined when it came in a list.</param>
    public static IdentityRecord Read(string id, JsonElement e, JsonElement around, ImportFile file)
    {
        var account = e.Inner("account").Text("login", "slug", "name");
        var slug = e.Text("app_slug");
        var action = around.Text("action");
        var all = e.Text("repository_selection") switch { "all" => true, "selected" => false, _ => (bool?)null };
        var requester = around.Inner("requester").Text("login");
        return new IdentityRecord
        {
            ExternalId = $"installation:{id}",
            DisplayName = $"{slug ?? "App " + (e.Id("app_id") ?? "without id")}{(account is null ? string.Empty : $" in {account}")}",
            Kind = IdentityKind.AppInstallation,
            Enabled = action == "deleted" || e.Text("suspended_at") is not null || e.Number("suspended_at") is not null ? Reported.No : e.Has("suspended_at") ? Reported.Yes : Reported.Unknown,
            OwnerHint = requester,
            CreatorHint = requester ?? (action == "created" ? around.Inner("sender").Text("login") : null),
            CreatedAt = e.Moment("created_at"),
            Tool = slug is null ? null : file.Catalogue.Match(new ToolClues(slug.Replace('-', ' ')) { GitHubApp = slug }),
            Grants = Permissions(e.Inner("permissions"), GitHubScope.Of(all, account), all).ToList(),
            GrantCoverage = e.Has("permissions") ? GrantCoverage.All : GrantCoverage.None,
            Attributes = new AttributeFields().Add("account", account).Add("app slug", slug).Add("appId", e.Id("app_id")).Add("last event", action)
                .Add("suspended at", e.Id("suspended_at")).Add("suspended by", e.Inner("suspended_by").Text("login"))
                .Add("repositories", around.List("repositories").Select(r => r.Text("full_name")).OfType<string>().Order(StringComparer.Ordinal).Take(50).ToList())
                .AddRest(e, Used).ToJson(file.Secrets),
        };
    }

    /// <summary>Name and level of each permission, as <c>contents:write</c>.</summary>
    public static IEnumerable<GrantRecord> Permissions(JsonElement permissions, string resource, bool? all)
    {
        if (permissions.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var permission in permissions.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            // What is no level is no word of GitHub, and may be anything.
            var level = permission.Value.GetString() is ("read" or "write" or "admin") and { } known ? known : "another level";
            var rating = Privilege.OfGitHubPermission(permission.Name, level, all);
            yield return new GrantRecord($"{permission.Name}:{level}", resource, GrantPath.Direct, rating.Privileged) { Description = rating.Why };
        }
    }
}

/// <summary>What a permission reaches, in words.</summary>
internal static class GitHubScope
{
    public static string Of(bool? all, string? account)
    {
        var of = account is null ? string.Empty : $" of {account}";
        return all switch { true => $"all repositories{of}", false => $"selected repositories{of}", null => $"repositories{of}" };
    }
}
