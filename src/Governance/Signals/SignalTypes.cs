using System.Text.Json.Nodes;

namespace Governance.Signals;

/// <summary>Event types of OpenID CAEP 1.0, RISC 1.0 and SSF 1.0 that this transmitter knows.</summary>
public static class SignalTypes
{
    public const string SessionRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
    public const string CredentialChange = "https://schemas.openid.net/secevent/caep/event-type/credential-change";
    public const string AccountDisabled = "https://schemas.openid.net/secevent/risc/event-type/account-disabled";
    public const string AccountEnabled = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";
    public const string AccountPurged = "https://schemas.openid.net/secevent/risc/event-type/account-purged";
    public const string Verification = "https://schemas.openid.net/secevent/ssf/event-type/verification";

    /// <summary>What a receiver may ask for. Verification is always sent when it is asked for.</summary>
    public static IReadOnlyList<string> Supported { get; } = [SessionRevoked, CredentialChange, AccountDisabled, AccountEnabled, AccountPurged];

    /// <summary>The last part, for people: <c>session-revoked</c>.</summary>
    public static string Short(string type) => type[(type.LastIndexOf('/') + 1)..];
}

/// <summary>Whom an event is about (RFC 9493).</summary>
/// <param name="Issuer">The authority that gave the id.</param>
/// <param name="Id">The id there.</param>
public sealed record SignalSubject(string Issuer, string Id)
{
    public JsonObject ToJson() => new() { ["format"] = "iss_sub", ["iss"] = Issuer, ["sub"] = Id };

    public string Key => $"iss_sub|{Issuer}|{Id}";

    /// <summary>The key of a subject as a receiver words it; null when it is of a form that this console never sends.</summary>
    public static string? KeyOf(JsonObject? subject) => subject?["format"]?.ToString() == "iss_sub" && subject["iss"]?.ToString() is { Length: > 0 } issuer && subject["sub"]?.ToString() is { Length: > 0 } id
        ? new SignalSubject(issuer, id).Key : null;
}

/// <summary>Builds the claims of a token: exactly one event, no <c>sub</c> and no <c>exp</c>, as SSF 1.0 and the interoperability profile want it.</summary>
public static class SignalClaims
{
    public static JsonObject Of(string issuer, Guid jti, string audience, DateTimeOffset now, JsonObject subject, string type, JsonObject values, string? transaction)
    {
        var claims = new JsonObject { ["iss"] = issuer, ["jti"] = jti.ToString("N"), ["iat"] = now.ToUnixTimeSeconds(), ["aud"] = audience };
        if (transaction is not null)
            claims["txn"] = transaction;
        claims["sub_id"] = subject;
        claims["events"] = new JsonObject { [type] = values };
        return claims;
    }

    /// <summary>Members that CAEP events share; the profile wants the reason not to be empty.</summary>
    public static JsonObject Caep(DateTimeOffset at, string initiator, string reason) => new()
    {
        ["event_timestamp"] = at.ToUnixTimeSeconds(),
        ["initiating_entity"] = initiator,
        ["reason_admin"] = new JsonObject { ["en"] = reason },
    };
}
