using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// The name of a secret of Actions (or Dependabot, Codespaces): GitHub never shows its value. The list doesn't say whose it is: the organisation comes from its address,
/// a repository from a field <c>repository</c> that the export adds, or from the file's folder in the archive.
/// </summary>
internal static class GitHubSecret
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "name", "created_at", "updated_at", "repository", "organization", "selected_repositories_url" };

    public static IdentityRecord Read(JsonElement e, ImportDocument? document, ImportFile file)
    {
        var name = CsvValues.Required("name", e.Text("name"));
        var where = e.Text("repository", "organization") ?? OrganisationOf(e.Text("selected_repositories_url")) ?? FolderOf(document);
        var service = McpVariables.ServiceOf(name);
        var set = e.Moment("updated_at") ?? e.Moment("created_at");
        return new IdentityRecord
        {
            ExternalId = where is null ? $"actions/{name}" : $"actions/{where}/{name}",
            DisplayName = where is null ? name : $"{name} ({where})",
            Kind = IdentityKind.ApiToken,
            Description = $"A secret that workflows are given; GitHub shows its name only{(service is null ? string.Empty : $". By its name it is for {service}")}",
            CreatedAt = e.Moment("created_at"),
            Tool = file.Catalogue.Match(new ToolClues(name.Replace('_', ' ')) { Variables = [name] }),
            Credentials = [new CredentialRecord("value", CredentialsOf(name)) { CreatedAt = set }],
            Attributes = new AttributeFields().Add("held by", where).Add("service", service).Add("variable", name).AddRest(e, Used).ToJson(file.Secrets),
        };
    }

    /// <summary>The folder that the file stands in: <c>owner/name</c>.</summary>
    public static string? FolderOf(ImportDocument? document) => document?.Name?.Replace('\\', '/') is { } path && path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : null;

    private static CredentialKind CredentialsOf(string name) => SecretText.IsName(name) ? SecretText.KindOf(name, string.Empty) : CredentialKind.Other;

    private static string? OrganisationOf(string? url)
    {
        var at = url?.IndexOf("/orgs/", StringComparison.Ordinal) ?? -1;
        return at < 0 ? null : url![(at + "/orgs/".Length)..].Split('/')[0] is { Length: > 0 } name ? name : null;
    }
}
