using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Service accounts, their keys, API keys and workload identity pools as identities and credentials.</summary>
internal static class GcpIdentities
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "displayName", "description", "disabled", "etag", "createTime", "keyString", "privateKeyData", "labels", "annotations", "expireTime" };

    public static IdentityRecord ServiceAccount(JsonElement e, GcpLookups lookups, ImportFile file)
    {
        var email = CsvValues.Required("email", e.Text("email"));
        var display = e.Text("displayName");
        var described = string.Join(". ", new[] { display == email ? null : display?.TrimEnd('.', ' '), e.Text("description") }.OfType<string>());
        var google = email.Contains("@gcp-sa-", StringComparison.Ordinal) || email.EndsWith("@cloudservices.gserviceaccount.com", StringComparison.Ordinal);
        return new IdentityRecord
        {
            ExternalId = GcpNames.Key(email, GcpRecord.UniqueId(e)),
            DisplayName = email,
            Kind = IdentityKind.ServiceAccount,
            Description = described.Length == 0 ? null : described,
            // The API leaves out what is false.
            Enabled = e.YesNo("disabled") switch { Reported.Yes => Reported.No, _ => Reported.Yes },
            Publisher = google ? "Google" : null,
            CreatedAt = e.Time("createTime"),
            Tool = file.Catalogue.Match(null, $"{email} {display}", null, []),
            CredentialsComplete = false,
            GrantCoverage = Coverage(lookups, file),
            Attributes = Attributes(e, [], file),
        };
    }

    /// <summary>A key, as what it says of its service account; null when Google manages it by itself.</summary>
    public static IdentityRecord? Key(JsonElement e, string? asset, GcpLookups lookups, ImportFile file)
    {
        var name = CsvValues.Required("name", e.Text("name") ?? asset);
        var account = GcpNames.After(name, "serviceAccounts") ?? throw new BadValueException("name does not say whose key it is");
        if (e.Text("keyType") == "SYSTEM_MANAGED")
            return null;
        var (from, to) = (e.Time("validAfterTime"), e.Time("validBeforeTime"));
        var key = lookups.Account(account);
        return Detail(key, key.Split('#')[0], IdentityKind.ServiceAccount) with
        {
            Credentials =
            [
                new CredentialRecord(name[(name.LastIndexOf('/') + 1)..], CredentialKind.Certificate)
                {
                    DisplayName = e.Text("keyOrigin") == "USER_PROVIDED" ? "Key, uploaded by its maker" : "Key",
                    CreatedAt = from,
                    // Google writes a key without an end as one that ends in the year 9999; others write 2200 or 2999.
                    ExpiresAt = to is { Year: >= 2199 } ? null : to,
                    Expiry = to is null ? ExpiryState.NotReported : to.Value.Year >= 2199 ? ExpiryState.Never : ExpiryState.Known,
                    Enabled = e.YesNo("disabled") == Reported.Yes ? Reported.No : Reported.Yes,
                    Fingerprint = e.Text("privateKeyData") is { } secret ? file.Secrets.Fingerprint(secret) : null,
                },
            ],
        };
    }

    public static IdentityRecord ApiKey(JsonElement e, string? asset, GcpLookups lookups, ImportFile file)
    {
        var name = GcpNames.Resource(CsvValues.Required("name", e.Text("name") ?? asset));
        var id = e.Text("uid") ?? name[(name.LastIndexOf('/') + 1)..];
        var limits = e.TryGetProperty("restrictions", out var given) ? given : default;
        var services = limits.List("apiTargets").Select(t => t.Text("service")).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var tags = TagHints.Of(Labels(e));
        return new IdentityRecord
        {
            ExternalId = $"api-key:{id}",
            DisplayName = e.Text("displayName") ?? $"API key {id}",
            Kind = IdentityKind.ApiToken,
            Description = services.Count > 0 ? $"May call {string.Join(", ", services.Take(5))}{(services.Count > 5 ? $" and {services.Count - 5} more" : string.Empty)}" : "May call every API that the project has enabled: it is not restricted",
            Enabled = e.Text("deleteTime") is null ? Reported.Yes : Reported.No,
            ParentExternalId = e.Text("serviceAccountEmail") is { } email ? lookups.Account(email) : null,
            OwnerHint = tags.Owner,
            CreatorHint = tags.Creator,
            Environment = tags.Environment,
            Purpose = tags.Purpose,
            CreatedAt = e.Time("createTime"),
            Tool = file.Catalogue.Match(null, e.Text("displayName") ?? string.Empty, null, services.Select(s => $"https://{s}")),
            Credentials =
            [
                new CredentialRecord(id, CredentialKind.ApiKey)
                {
                    DisplayName = "API key",
                    CreatedAt = e.Time("createTime"),
                    Expiry = ExpiryState.Never,
                    Enabled = e.Text("deleteTime") is null ? Reported.Yes : Reported.No,
                    Fingerprint = e.Text("keyString") is { } secret ? file.Secrets.Fingerprint(secret) : null,
                },
            ],
            Grants = services.Count > 0
                ? [.. services.Select(s => new GrantRecord("call", s, GrantPath.Direct, Reported.Unknown) { Description = "Calls the API in the project's name; what an API key may do there only the API says" })]
                : [new GrantRecord("call", "every enabled API of the project", GrantPath.Direct, Reported.Unknown) { Description = "Not restricted to an API" }],
            GrantCoverage = GrantCoverage.All,
            Attributes = Attributes(e, [], file),
        };
    }

    public static IdentityRecord Pool(JsonElement e, string? asset, ImportFile file)
    {
        var name = GcpNames.Resource(CsvValues.Required("name", e.Text("name") ?? asset));
        var pool = GcpNames.PoolOf(name) ?? name;
        return new IdentityRecord
        {
            ExternalId = pool,
            DisplayName = e.Text("displayName") ?? pool[(pool.LastIndexOf('/') + 1)..],
            Kind = IdentityKind.Workload,
            Description = e.Text("description") ?? "Workload identity pool: what it lets in acts in Google Cloud",
            Enabled = e.YesNo("disabled") == Reported.Yes || e.Text("state") is "DELETED" ? Reported.No : Reported.Yes,
            CreatedAt = e.Time("createTime"),
            Tool = file.Catalogue.Match(null, e.Text("displayName") ?? string.Empty, null, []),
            CredentialsComplete = false,
            Attributes = Attributes(e, [], file),
        };
    }

    /// <summary>Whom a pool lets in, as its credential.</summary>
    public static IdentityRecord Provider(JsonElement e, string? asset, ImportFile file)
    {
        var name = GcpNames.Resource(CsvValues.Required("name", e.Text("name") ?? asset));
        var pool = GcpNames.PoolOf(name) ?? throw new BadValueException("name does not say of which pool it is");
        var issuer = e.TryGetProperty("oidc", out var oidc) ? oidc.Text("issuerUri") : e.TryGetProperty("aws", out var aws) ? $"AWS account {aws.Text("accountId")}" : e.Has("saml") ? "SAML" : null;
        var condition = e.Text("attributeCondition");
        return Detail(pool, pool[(pool.LastIndexOf('/') + 1)..], IdentityKind.Workload) with
        {
            Credentials =
            [
                new CredentialRecord(ShortText.Unique(name[(name.LastIndexOf('/') + 1)..], 200), CredentialKind.FederatedTrust)
                {
                    DisplayName = $"Tokens of {issuer ?? "a provider"}{(condition is null ? " (no condition)" : $", if {condition}")}",
                    Expiry = ExpiryState.Never,
                    Enabled = e.YesNo("disabled") == Reported.Yes ? Reported.No : Reported.Yes,
                },
            ],
            Attributes = AttributeJson.Of([KeyValuePair.Create(AttributeJson.Trusts, JsonSerializer.SerializeToElement(new[] { new { issuer, subjects = Array.Empty<string>(), condition } }))], file.Secrets),
        };
    }

    public static IdentityRecord Detail(string key, string name, IdentityKind kind) => IdentityRecord.SeenOnlyThrough("a key or a grant", key, name, kind);

    public static GrantCoverage Coverage(GcpLookups lookups, ImportFile file) => file.Full && lookups.HasPolicies ? GrantCoverage.All : GrantCoverage.None;

    private static IEnumerable<KeyValuePair<string, string>> Labels(JsonElement e) => new[] { "labels", "annotations" }.SelectMany(name =>
        e.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Object ? list.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!)) : []);

    private static string Attributes(JsonElement e, IEnumerable<KeyValuePair<string, JsonElement>> more, ImportFile file) =>
        AttributeJson.Of(e.EnumerateObject().Where(p => !Used.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value)).Concat(more)
            .Concat(Labels(e).Select(l => KeyValuePair.Create($"label {l.Key}", JsonSerializer.SerializeToElement(l.Value)))), file.Secrets);
}
