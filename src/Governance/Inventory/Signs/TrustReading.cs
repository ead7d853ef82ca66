using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// Whether trust in another issuer's tokens is pinned to one workload. A subject or audience with a wildcard, no subject at all, or a provider without a
/// condition lets in whoever else the issuer serves (OWASP NHI6:2025, NHI4:2025; the cases of shared CI issuers are the ones that were abused).
/// </summary>
internal static class TrustReading
{
    public static SignReader.Sign? Of(Dictionary<string, JsonElement> fields)
    {
        if (fields.TryGetValue("trustKind", out var kind) && kind.ValueKind == JsonValueKind.String && kind.GetString()!.Contains("anyone", StringComparison.Ordinal))
            return Yes("anyone may assume it");
        if (!fields.TryGetValue(AttributeJson.Trusts, out var trusts) || trusts.ValueKind != JsonValueKind.Array || trusts.GetArrayLength() == 0)
            return null;
        var untold = false;
        foreach (var trust in trusts.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.Object))
        {
            var issuer = trust.TryGetProperty("issuer", out var told) && told.ValueKind == JsonValueKind.String ? told.GetString()! : string.Empty;
            if (issuer.StartsWith("arn:", StringComparison.Ordinal) || issuer == "SAML")
                continue;
            var subjects = Texts(trust, "subjects");
            if (subjects.Find(Wild) is { } subject)
                return Yes($"the subject {subject} of {Named(issuer)} is a pattern");
            if (Texts(trust, "audiences").Find(a => a == "*") is not null)
                return Yes($"any audience of {Named(issuer)} is taken");
            var condition = trust.TryGetProperty("condition", out var asked) && asked.ValueKind == JsonValueKind.String ? asked.GetString() : null;
            if (subjects.Count == 0 && condition is null)
                return Yes($"any subject of {Named(issuer)} is let in");
            // A condition in the provider's own language can pin anything; only the known claims are taken for a pin.
            untold |= subjects.Count == 0 && condition is not null && !Pins(condition);
        }

        return untold ? null : new SignReader.Sign(SignKind.BroadTrust, Reported.No, "each trust names its subject");
    }

    private static bool Wild(string subject) => subject.Contains('*', StringComparison.Ordinal) || subject.Contains('?', StringComparison.Ordinal) || subject.Contains("principalSet://", StringComparison.Ordinal);

    private static bool Pins(string condition) =>
        new[] { "sub", "repository", "namespace", "project_path", "service_account", "workflow", "ref" }.Any(c => condition.Contains(c, StringComparison.OrdinalIgnoreCase));

    private static string Named(string issuer) => issuer.Length == 0 ? "an issuer that is not named" : issuer;

    private static SignReader.Sign Yes(string detail) => new(SignKind.BroadTrust, Reported.Yes, detail);

    private static List<string> Texts(JsonElement trust, string name) =>
        trust.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)] : [];
}
