using System.Security.Cryptography;
using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Tokens and keys that GitHub lists, one identity each. A date that GitHub gives as null is its word that there is none.</summary>
internal static class GitHubTokens
{
    private static readonly HashSet<string> UsedOfToken = new(StringComparer.Ordinal)
    {
        "id", "owner", "repositories_url", "permissions", "access_granted_at", "token_id", "token_name", "token_expired", "token_expires_at", "token_last_used_at",
    };

    private static readonly HashSet<string> UsedOfAuthorization = new(StringComparer.Ordinal)
    {
        "login", "credential_id", "credential_authorized_at", "credential_accessed_at", "scopes", "authorized_credential_title", "authorized_credential_note", "authorized_credential_expires_at", "token_last_eight", "fingerprint",
    };

    private static readonly HashSet<string> UsedOfDeployKey = new(StringComparer.Ordinal) { "id", "key", "title", "created_at", "last_used", "added_by", "enabled", "url" };

    public static IdentityRecord FineGrained(JsonElement e, ImportFile file)
    {
        var id = CsvValues.Required("token_id", e.Id("token_id"));
        var (expires, used, granted) = (e.Moment("token_expires_at"), e.Moment("token_last_used_at"), e.Moment("access_granted_at"));
        var usage = used is not null ? UsageState.Used : e.Has("token_last_used_at") ? UsageState.NeverUsed : UsageState.NotReported;
        var enabled = e.YesNo("token_expired") switch { Reported.Yes => Reported.No, Reported.No => Reported.Yes, _ => Reported.Unknown };
        var all = e.Text("repository_selection") switch { "all" => true, "subset" or "selected" or "none" => false, _ => (bool?)null };
        var permissions = e.Inner("permissions");
        return new IdentityRecord
        {
            ExternalId = $"pat:{id}",
            DisplayName = e.Text("token_name") ?? $"Token {id}",
            Kind = IdentityKind.ApiToken,
            Description = "Fine-grained personal access token",
            Enabled = enabled,
            OwnerHint = e.Inner("owner").Text("login"),
            LastUsedAt = used,
            Usage = usage,
            ExpiresAt = expires,
            Tool = file.Catalogue.Match(null, e.Text("token_name") ?? string.Empty, null, []),
            Credentials =
            [
                new CredentialRecord(id, CredentialKind.Token)
                {
                    Enabled = enabled, ExpiresAt = expires, LastUsedAt = used, Usage = usage,
                    Expiry = expires is not null ? ExpiryState.Known : e.Has("token_expires_at") ? ExpiryState.Never : ExpiryState.NotReported,
                },
            ],
            Grants = new[] { ("organization", "organization", (bool?)true), ("repository", GitHubScope.Of(all, null), all), ("other", "user", null) }
                .SelectMany(p => GitHubInstallation.Permissions(permissions.Inner(p.Item1), p.Item2, p.Item3)).Select(g => g with { GrantedAt = granted }).ToList(),
            GrantCoverage = permissions.ValueKind == JsonValueKind.Object ? GrantCoverage.All : GrantCoverage.None,
            Attributes = new AttributeFields().Add("grant id", e.Id("id")).AddRest(e, UsedOfToken).ToJson(file.Secrets),
        };
    }

    public static IdentityRecord Authorization(JsonElement e, ImportFile file)
    {
        var id = CsvValues.Required("credential_id", e.Id("credential_id"));
        var type = CsvValues.Required("credential_type", e.Text("credential_type"));
        var key = type.Contains("key", StringComparison.OrdinalIgnoreCase);
        var (expires, used, granted) = (e.Moment("authorized_credential_expires_at"), e.Moment("credential_accessed_at"), e.Moment("credential_authorized_at"));
        var usage = used is not null ? UsageState.Used : e.Has("credential_accessed_at") ? UsageState.NeverUsed : UsageState.NotReported;
        var title = e.Text("authorized_credential_note", "authorized_credential_title");
        return new IdentityRecord
        {
            ExternalId = $"credential:{id}",
            DisplayName = title ?? $"{type} of {e.Text("login") ?? "an unknown user"}",
            Kind = IdentityKind.ApiToken,
            Description = $"{type}, authorised for the organisation's single sign-on",
            OwnerHint = e.Text("login"),
            LastUsedAt = used,
            Usage = usage,
            ExpiresAt = expires,
            Tool = title is null ? null : file.Catalogue.Match(null, title, null, []),
            Credentials =
            [
                new CredentialRecord(id, key ? CredentialKind.AccessKey : CredentialKind.Token)
                {
                    DisplayName = e.Text("token_last_eight") is { Length: <= 8 } hint ? $"…{hint}" : null, ExpiresAt = expires, LastUsedAt = used, Usage = usage,
                    Expiry = expires is not null ? ExpiryState.Known : key ? ExpiryState.Never : e.Has("authorized_credential_expires_at") ? ExpiryState.Never : ExpiryState.NotReported,
                },
            ],
            Grants = e.List("scopes").Where(s => s.ValueKind == JsonValueKind.String).Select(s => s.GetString()!).Where(s => s.Length > 0).Order(StringComparer.Ordinal).Select(s =>
            {
                var rating = Privilege.OfGitHubScope(s);
                return new GrantRecord(s, "all that its user reaches", GrantPath.Delegated, rating.Privileged) { Description = rating.Why, Consent = e.Text("login"), GrantedAt = granted };
            }).ToList(),
            GrantCoverage = e.Has("scopes") ? GrantCoverage.All : GrantCoverage.None,
            Attributes = new AttributeFields().Add("authorized at", e.Text("credential_authorized_at")).Add("ssh fingerprint", key ? e.Text("fingerprint") : null).AddRest(e, UsedOfAuthorization).ToJson(file.Secrets),
        };
    }

    public static IdentityRecord DeployKey(JsonElement e, ImportDocument? document, ImportFile file)
    {
        var id = CsvValues.Required("id", e.Id("id"));
        var repository = RepositoryOf(e.Text("url")) ?? GitHubSecret.FolderOf(document);
        var used = e.Moment("last_used");
        var usage = used is not null ? UsageState.Used : e.Has("last_used") ? UsageState.NeverUsed : UsageState.NotReported;
        var reads = e.YesNo("read_only");
        var level = reads == Reported.Yes ? "read" : "write";
        var rating = Privilege.OfGitHubPermission("contents", level, false);
        return new IdentityRecord
        {
            ExternalId = $"deploy-key:{id}",
            DisplayName = $"{e.Text("title") ?? "Deploy key " + id}{(repository is null ? string.Empty : $" ({repository})")}",
            Kind = IdentityKind.ApiToken,
            Description = "Deploy key: an SSH key of one repository, which belongs to nobody",
            Enabled = e.YesNo("enabled"),
            OwnerHint = e.Text("added_by") ?? e.Inner("added_by").Text("login"),
            CreatorHint = e.Text("added_by") ?? e.Inner("added_by").Text("login"),
            CreatedAt = e.Moment("created_at"),
            LastUsedAt = used,
            Usage = usage,
            Tool = file.Catalogue.Match(null, e.Text("title") ?? string.Empty, null, []),
            Credentials = [new CredentialRecord(id, CredentialKind.AccessKey) { DisplayName = Fingerprint(e.Text("key")), CreatedAt = e.Moment("created_at"), LastUsedAt = used, Usage = usage, Expiry = ExpiryState.Never, Enabled = e.YesNo("enabled") }],
            Grants = reads == Reported.Unknown ? [] : [new GrantRecord($"contents:{level}", repository ?? "one repository", GrantPath.Direct, rating.Privileged) { Description = rating.Why }],
            GrantCoverage = reads == Reported.Unknown ? GrantCoverage.None : GrantCoverage.All,
            Attributes = new AttributeFields().Add("repository", repository).AddRest(e, UsedOfDeployKey).ToJson(file.Secrets),
        };
    }

    /// <summary>As <c>ssh-keygen -l</c> shows a public key; nothing when what stands there is none.</summary>
    private static string? Fingerprint(string? key)
    {
        var parts = key?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (parts.Length < 2 || !(parts[0].StartsWith("ssh-", StringComparison.Ordinal) || parts[0].StartsWith("ecdsa-", StringComparison.Ordinal) || parts[0].StartsWith("sk-", StringComparison.Ordinal)))
            return null;
        var bytes = new byte[parts[1].Length];
        return Convert.TryFromBase64String(parts[1], bytes, out var length) ? "SHA256:" + Convert.ToBase64String(SHA256.HashData(bytes.AsSpan(0, length))).TrimEnd('=') : null;
    }

    /// <summary><c>owner/name</c> of an address of the API.</summary>
    private static string? RepositoryOf(string? url)
    {
        var at = url?.IndexOf("/repos/", StringComparison.Ordinal) ?? -1;
        return at < 0 ? null : url![(at + "/repos/".Length)..].Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name, ..] ? $"{owner}/{name}" : null;
    }
}
