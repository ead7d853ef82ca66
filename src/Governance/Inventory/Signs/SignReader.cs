using System.Globalization;
using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>What <see cref="SignReader"/> found in one identity's fields.</summary>
public sealed record SignReading(IReadOnlyList<IdentitySign> Signs, IReadOnlyList<AccessUse> Uses)
{
    public static SignReading None { get; } = new([], []);
}

/// <summary>
/// Reads from the fields that a source gave beyond our columns what the rules on findings ask. Pure. A field that isn't there says nothing; text that is
/// not as expected is passed over.
/// </summary>
public static class SignReader
{
    /// <summary>Microsoft's own tenant, whose applications are of the platform and not a third party's.</summary>
    private const string MicrosoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

    private const int MostUses = 500;

    private static readonly string[] Interactive = ["interactive", "interactive_sign_in", "interactivesignin", "used_by_person", "human_use"];
    private static readonly string[] Methods = ["auth_method", "authmethod", "authentication", "authentication_method", "authenticationmethod", "auth_type"];
    private static readonly string[] KeySizes = ["key_size", "keysize", "key_bits", "keybits", "key_length", "rsa_bits"];
    private static readonly string[] WeakWords = ["basic", "app password", "app-password", "app_password", "classic", "hmac", "swa", "ntlm", "digest", "password"];

    /// <param name="id">The identity.</param>
    /// <param name="system">Its source's kind.</param>
    /// <param name="kind">Its own kind.</param>
    /// <param name="tenant">Its source's tenant, if known.</param>
    /// <param name="attributes">JSON text of the other fields.</param>
    public static SignReading Read(Guid id, SourceSystem system, IdentityKind kind, string? tenant, string attributes)
    {
        if (attributes.Length <= 2)
            return SignReading.None;
        try
        {
            using var document = JsonDocument.Parse(attributes);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return SignReading.None;
            var fields = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
            foreach (var field in document.RootElement.EnumerateObject())
                fields.TryAdd(field.Name, field.Value);
            var signs = new[]
            {
                Publisher(fields, tenant), TrustReading.Of(fields), Person(fields), Weak(fields, system, kind), Embedded(fields),
            };
            return new SignReading(
                [.. signs.OfType<Sign>().Select(s => new IdentitySign { IdentityId = id, Kind = s.Kind, Answer = s.Answer, Detail = Cut(s.Detail) })],
                [.. Uses(fields).DistinctBy(u => u.Access, StringComparer.OrdinalIgnoreCase).Take(MostUses).Select(u => new AccessUse { IdentityId = id, Access = u.Access, Used = u.Used, LastUsedAt = u.At })]);
        }
        catch (JsonException)
        {
            return SignReading.None;
        }
    }

    private static Sign? Publisher(Dictionary<string, JsonElement> fields, string? tenant)
    {
        if (Text(fields, "publisher_verified") is { } told)
            return YesNo(told) is { } answer ? new Sign(SignKind.PublisherVerified, answer ? Reported.Yes : Reported.No, "the source says so") : null;
        if (Text(fields, "appOwnerOrganizationId") is not { } home)
            return null;
        if (string.Equals(home, MicrosoftTenant, StringComparison.OrdinalIgnoreCase) || string.Equals(home, tenant, StringComparison.OrdinalIgnoreCase))
            return new Sign(SignKind.PublisherVerified, Reported.Yes, "it is of the platform or of your own tenant");
        if (!fields.TryGetValue("verifiedPublisher", out var verified))
            return null;
        return verified.ValueKind == JsonValueKind.Object && verified.TryGetProperty("displayName", out var name) && name.ValueKind == JsonValueKind.String && name.GetString()!.Length > 0
            ? new Sign(SignKind.PublisherVerified, Reported.Yes, $"Microsoft verified {name.GetString()}")
            : new Sign(SignKind.PublisherVerified, Reported.No, $"it comes from another tenant ({home}), and Microsoft verified no publisher");
    }

    private static Sign? Person(Dictionary<string, JsonElement> fields)
    {
        foreach (var name in Interactive)
        {
            if (Text(fields, name) is { } told && YesNo(told) is { } answer)
                return new Sign(SignKind.UsedByPerson, answer ? Reported.Yes : Reported.No, $"the field {name} says so");
        }

        if (Text(fields, "actor_kind") is { } actor)
            return new Sign(SignKind.UsedByPerson, actor is "human" or "person" or "user" ? Reported.Yes : Reported.No, $"the last caller is of the kind {actor}");
        if ((Text(fields, "user_agent") ?? Text(fields, "last_user_agent")) is { } agent && (agent.StartsWith("Mozilla/", StringComparison.Ordinal) || agent.Contains("console", StringComparison.OrdinalIgnoreCase)))
            return new Sign(SignKind.UsedByPerson, Reported.Yes, "a browser or console used it (a hint: the user agent)");
        return null;
    }

    private static Sign? Weak(Dictionary<string, JsonElement> fields, SourceSystem system, IdentityKind kind)
    {
        if (system == SourceSystem.Okta && Text(fields, "signOnMode") is { } mode)
        {
            return mode is "BASIC_AUTH" or "SECURE_PASSWORD_STORE" or "BROWSER_PLUGIN" or "AUTO_LOGIN"
                ? new Sign(SignKind.WeakAuthentication, Reported.Yes, $"it signs in with a stored password ({mode})")
                : new Sign(SignKind.WeakAuthentication, Reported.No, $"it signs in by {mode}");
        }

        if (system == SourceSystem.Keycloak && Text(fields, "directAccessGrantsEnabled") is { } direct && YesNo(direct) is { } on)
            return new Sign(SignKind.WeakAuthentication, on ? Reported.Yes : Reported.No, on ? "it may hand over a user's password (direct access grants)" : "direct access grants are off");
        if (system == SourceSystem.GitHub && kind == IdentityKind.ApiToken && Text(fields, "credential_type") is { } type)
        {
            return type.Contains("personal access token", StringComparison.OrdinalIgnoreCase)
                ? new Sign(SignKind.WeakAuthentication, Reported.Yes, "it is a classic personal access token")
                : new Sign(SignKind.WeakAuthentication, Reported.No, $"it is of the kind {type}");
        }

        foreach (var name in KeySizes)
        {
            if (Text(fields, name) is { } size && int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits > 521)
                return new Sign(SignKind.WeakAuthentication, bits < 2048 ? Reported.Yes : Reported.No, $"its certificate's key has {size} bits");
        }

        foreach (var name in Methods)
        {
            if (Text(fields, name) is { Length: > 0 } method)
            {
                var weak = WeakWords.FirstOrDefault(w => method.Contains(w, StringComparison.OrdinalIgnoreCase));
                return new Sign(SignKind.WeakAuthentication, weak is null ? Reported.No : Reported.Yes, $"it proves itself by {method}");
            }
        }

        return null;
    }

    private static Sign? Embedded(Dictionary<string, JsonElement> fields)
    {
        if (Text(fields, "scanner") is not { } scanner || !fields.ContainsKey("sightings"))
            return null;
        var place = fields.TryGetValue("seen at 01", out var places) && places.ValueKind == JsonValueKind.Array && places.GetArrayLength() > 0 && places[0].ValueKind == JsonValueKind.String ? places[0].GetString() : null;
        return new Sign(SignKind.EmbeddedSecret, Reported.Yes, $"{scanner} found it {Text(fields, "sightings")} times{(place is null ? string.Empty : $", first at {place}")}");
    }

    private static IEnumerable<(string Access, bool Used, DateTimeOffset? At)> Uses(Dictionary<string, JsonElement> fields)
    {
        if (fields.TryGetValue("serviceUse", out var services) && services.ValueKind == JsonValueKind.Array)
        {
            foreach (var s in services.EnumerateArray().Where(s => s.ValueKind == JsonValueKind.Object))
            {
                if (s.TryGetProperty("access", out var access) && access.ValueKind == JsonValueKind.String && access.GetString() is { Length: > 0 and <= 200 } name)
                {
                    var at = s.TryGetProperty("at", out var told) && told.ValueKind == JsonValueKind.String && told.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime() : (DateTimeOffset?)null;
                    yield return (name, at is not null, at);
                }
            }
        }

        foreach (var (field, used) in new[] { ("used_permissions", true), ("unused_permissions", false) })
        {
            foreach (var name in (Text(fields, field) ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (name.Length <= 200)
                    yield return (name, used, null);
            }
        }
    }

    private static bool? YesNo(string text) => text.ToUpperInvariant() switch { "TRUE" or "YES" or "1" => true, "FALSE" or "NO" or "0" => false, _ => null };

    private static string? Text(Dictionary<string, JsonElement> fields, string name) => !fields.TryGetValue(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static string Cut(string text) => text.Length <= 400 ? text : text[..399] + "…";

    internal sealed record Sign(SignKind Kind, Reported Answer, string Detail);
}
