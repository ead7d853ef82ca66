using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Client secrets, keys and shared passwords of Okta apps.</summary>
internal static class OktaCredentials
{
    public static IEnumerable<CredentialRecord> OfApp(JsonElement client, JsonElement oauth, bool shared, SecretFilter secrets)
    {
        if (client.Text("client_secret") is { } secret)
            yield return new CredentialRecord("client_secret", CredentialKind.ClientSecret) { Fingerprint = Fingerprint(secret, secrets), Enabled = Reported.Yes };
        foreach (var key in oauth.Inner("jwks").List("keys").Where(k => k.Text("id", "kid") is not null).DistinctBy(k => k.Text("id", "kid"), StringComparer.Ordinal))
            yield return Key(key);
        if (oauth.Text("jwks_uri") is { } uri)
            yield return new CredentialRecord("jwks_uri", CredentialKind.Certificate) { DisplayName = $"Keys at {uri}" };
        if (shared)
            yield return new CredentialRecord("shared-password", CredentialKind.Password) { DisplayName = "One name and password for everybody" };
    }

    public static CredentialRecord Secret(JsonElement e, SecretFilter secrets) => new(CsvValues.Required("id", e.Text("id")), CredentialKind.ClientSecret)
    {
        CreatedAt = e.Time("created"),
        Enabled = StatusOf(e),
        LastUsedAt = e.Time("lastUsed"),
        Usage = e.Time("lastUsed") is null ? UsageState.NotReported : UsageState.Used,
        Fingerprint = e.Text("client_secret") is { } secret ? Fingerprint(secret, secrets) : null,
    };

    public static CredentialRecord Key(JsonElement e) => new(CsvValues.Required("kid", e.Text("id", "kid")), CredentialKind.Certificate)
    {
        DisplayName = e.Text("kid"),
        CreatedAt = e.Time("created"),
        Enabled = StatusOf(e),
    };

    private static Reported StatusOf(JsonElement e) => e.Text("status") switch { "ACTIVE" => Reported.Yes, "INACTIVE" => Reported.No, _ => Reported.Unknown };

    /// <summary>Of a whole secret only: Okta shows most of them in part.</summary>
    private static string? Fingerprint(string secret, SecretFilter secrets) => secret.Contains("***", StringComparison.Ordinal) || secret.Contains("...", StringComparison.Ordinal) ? null : secrets.Fingerprint(secret);
}
