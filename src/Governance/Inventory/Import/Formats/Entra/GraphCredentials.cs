using System.Text.Json;

namespace Governance.Inventory;

/// <summary>What an application or service principal of Graph proves itself with: secrets, certificates, trust in tokens of another issuer.</summary>
internal static class GraphCredentials
{
    public static IReadOnlyList<CredentialRecord> Of(JsonElement e, SecretFilter secrets) =>
        [.. Keys(e, "passwordCredentials", CredentialKind.ClientSecret, secrets).Concat(Keys(e, "keyCredentials", CredentialKind.Certificate, secrets))
            .Concat(e.List("federatedIdentityCredentials").Where(f => f.ValueKind == JsonValueKind.Object).Select(Federated)).DistinctBy(c => c.ExternalId, StringComparer.Ordinal)];

    public static CredentialRecord Federated(JsonElement f) => new(ShortText.Unique($"federated:{f.Text("id", "name") ?? $"{f.Text("issuer")} {f.Text("subject")}"}", 300), CredentialKind.FederatedTrust)
    {
        DisplayName = $"{f.Text("name") ?? "Federated"}: {f.Text("subject")} of {f.Text("issuer")}",
        Expiry = ExpiryState.Never,
    };

    /// <summary>Issuers and subjects under one name, to be matched with workloads of other sources.</summary>
    public static IEnumerable<KeyValuePair<string, JsonElement>> Trusts(JsonElement e)
    {
        var all = e.List("federatedIdentityCredentials").Where(f => f.ValueKind == JsonValueKind.Object).OrderBy(f => f.Text("subject"), StringComparer.Ordinal).ThenBy(f => f.Text("issuer"), StringComparer.Ordinal).ToList();
        if (all.Count > 0)
            yield return Trusts(all);
    }

    public static KeyValuePair<string, JsonElement> Trusts(IEnumerable<JsonElement> credentials) => KeyValuePair.Create(AttributeJson.Trusts, JsonSerializer.SerializeToElement(
        credentials.Select(f => new { issuer = f.Text("issuer"), subjects = new[] { f.Text("subject") }, audiences = f.List("audiences").Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString()) })));

    /// <summary>One row of the report of credentials' use, as what it says of its application or service principal.</summary>
    public static IdentityRecord? Use(JsonElement e)
    {
        var ofApplication = e.Text("credentialOrigin") != "servicePrincipal";
        var id = ofApplication ? e.Text("appObjectId") : e.Text("servicePrincipalObjectId");
        if (id is null || e.Text("keyId") is not { } key)
            return null;
        var used = e.TryGetProperty("signInActivity", out var activity) ? activity.Time("lastSignInDateTime") : null;
        var ends = e.Time("expirationDateTime", "expirationDate");
        return GraphReader.Detail(id, ofApplication ? IdentityKind.Application : IdentityKind.ServicePrincipal) with
        {
            LastUsedAt = used,
            Usage = used is null ? UsageState.NotReported : UsageState.Used,
            Credentials =
            [
                new CredentialRecord(key.ToLowerInvariant(), e.Text("keyType") == "certificate" ? CredentialKind.Certificate : CredentialKind.ClientSecret)
                {
                    CreatedAt = e.Time("createdDateTime"),
                    ExpiresAt = ends,
                    Expiry = ends is null ? ExpiryState.NotReported : ExpiryState.Known,
                    LastUsedAt = used,
                    Usage = used is null ? UsageState.NotReported : UsageState.Used,
                },
            ],
        };
    }

    private static IEnumerable<CredentialRecord> Keys(JsonElement e, string list, CredentialKind kind, SecretFilter secrets)
    {
        var slot = 0;
        foreach (var c in e.List(list))
        {
            slot++;
            if (c.ValueKind != JsonValueKind.Object)
                continue;
            var expires = c.Time("endDateTime", "endDate");
            var secret = c.Text("secretText", "value");
            yield return new CredentialRecord(c.Text("keyId")?.ToLowerInvariant() ?? $"{list}[{slot}]", kind)
            {
                DisplayName = c.Text("displayName"),
                CreatedAt = c.Time("startDateTime", "startDate"),
                ExpiresAt = expires is { Year: >= 9000 } ? null : expires,
                Expiry = expires is null ? ExpiryState.NotReported : expires.Value.Year >= 9000 ? ExpiryState.Never : ExpiryState.Known,
                Fingerprint = secret is null ? null : secrets.Fingerprint(secret),
            };
        }
    }
}
