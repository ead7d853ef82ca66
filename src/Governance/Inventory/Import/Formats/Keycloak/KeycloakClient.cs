using System.Globalization;
using System.Text.Json;

namespace Governance.Inventory;

/// <summary>One client of a realm as an identity. Secrets and private keys that an export gives away become fingerprints.</summary>
internal static class KeycloakClient
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "id", "description", "enabled", "secret", "registrationAccessToken", "attributes", "access", "notBefore", "nodeReRegistrationTimeout",
    };

    private static readonly HashSet<string> BuiltIn = new(StringComparer.Ordinal)
    {
        "account", "account-console", "admin-cli", "admin-permissions", "broker", "realm-management", "security-admin-console",
    };

    public static IdentityRecord Read(JsonElement e, ImportFile file)
    {
        var client = CsvValues.Required("clientId", e.Text("clientId"));
        var name = e.Text("name") is { } given && !given.StartsWith("${", StringComparison.Ordinal) ? given : client;
        var attributes = e.Inner("attributes");
        var isPublic = e.IsTrue("publicClient");
        var credentials = isPublic ? [] : Credentials(e, attributes, file.Secrets).ToList();
        var hints = TagHints.Of(Texts(attributes));
        var fields = e.EnumerateObject().Where(p => !Used.Contains(p.Name)).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        var kept = Texts(attributes).Where(a => !HoldsSecret(a.Key)).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        if (kept.Count > 0)
            fields["attributes"] = JsonSerializer.SerializeToElement(kept);
        return new IdentityRecord
        {
            ExternalId = CsvValues.Required("id", e.Text("id")),
            DisplayName = name,
            Kind = e.IsTrue("serviceAccountsEnabled") ? IdentityKind.ServiceAccount : IdentityKind.Application,
            Description = e.Text("description") is { } words && !words.StartsWith("${", StringComparison.Ordinal) ? words : isPublic ? "A public client: it proves itself with nothing" : null,
            Enabled = e.YesNo("enabled"),
            Publisher = BuiltIn.Contains(client) || client.EndsWith("-realm", StringComparison.Ordinal) ? "Keycloak" : null,
            OwnerHint = hints.Owner,
            CreatorHint = hints.Creator,
            Purpose = hints.Purpose,
            Environment = hints.Environment,
            Tool = file.Catalogue.Match(null, name == client ? client : $"{name} {client}", null, Addresses(e)),
            Credentials = credentials,
            CredentialsComplete = isPublic || credentials.Count > 0,
            Attributes = AttributeJson.Of(fields, file.Secrets),
        };
    }

    /// <summary>Where nothing is given for a client that has to have a secret, nothing is said.</summary>
    private static IEnumerable<CredentialRecord> Credentials(JsonElement e, JsonElement attributes, SecretFilter secrets)
    {
        if (e.Text("secret") is { } secret)
        {
            var end = Moment(attributes, "client.secret.expiration.time");
            yield return new CredentialRecord("secret", CredentialKind.ClientSecret)
            {
                CreatedAt = Moment(attributes, "client.secret.creation.time"),
                ExpiresAt = end,
                Expiry = end is null ? ExpiryState.Never : ExpiryState.Known,
                Fingerprint = Fingerprint(secret, secrets),
            };
        }

        if (attributes.Text("client.secret.rotated") is { } rotated)
        {
            var end = Moment(attributes, "client.secret.rotated.expiration.time");
            yield return new CredentialRecord("secret-rotated", CredentialKind.ClientSecret)
            {
                DisplayName = "The secret before the last rotation",
                CreatedAt = Moment(attributes, "client.secret.rotated.creation.time"),
                ExpiresAt = end,
                Expiry = end is null ? ExpiryState.NotReported : ExpiryState.Known,
                Fingerprint = Fingerprint(rotated, secrets),
            };
        }

        if (e.Text("registrationAccessToken") is { } token)
            yield return new CredentialRecord("registration-access-token", CredentialKind.Token) { DisplayName = "Changes the client itself", Fingerprint = Fingerprint(token, secrets) };
        foreach (var (name, value) in Texts(attributes).Where(a => a.Key.EndsWith(".certificate", StringComparison.Ordinal) || a.Key == "jwks.url").OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            var key = attributes.Text(name.Replace(".certificate", ".private.key", StringComparison.Ordinal)) is { } own && own != value ? own : null;
            yield return new CredentialRecord(name, CredentialKind.Certificate)
            {
                DisplayName = name == "jwks.url" ? $"Keys at {value}" : null,
                Fingerprint = key is null ? null : Fingerprint(key, secrets),
            };
        }
    }

    /// <summary>Its fingerprint, unless the export puts stars in its place.</summary>
    private static string? Fingerprint(string secret, SecretFilter secrets) => secret.All(c => c == '*') || secret.StartsWith("${", StringComparison.Ordinal) ? null : secrets.Fingerprint(secret);

    private static bool HoldsSecret(string name) =>
        name is "client.secret.rotated" || name.Contains("private.key", StringComparison.Ordinal) || name.EndsWith(".secret", StringComparison.Ordinal) || name.EndsWith("password", StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset? Moment(JsonElement attributes, string name) =>
        attributes.Text(name) is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 32_503_680_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static List<KeyValuePair<string, string>> Texts(JsonElement attributes) => attributes.ValueKind != JsonValueKind.Object ? []
        : attributes.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, attributes.Text(p.Name))).Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, p.Value!)).ToList();

    private static IEnumerable<string> Addresses(JsonElement e)
    {
        foreach (var name in (string[])["rootUrl", "baseUrl", "adminUrl"])
        {
            if (e.Text(name) is { } address)
                yield return address;
        }

        foreach (var uri in e.List("redirectUris").Concat(e.List("webOrigins")).Where(u => u.ValueKind == JsonValueKind.String).Take(50))
            yield return uri.GetString()!;
    }
}
