using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Revocation;

namespace Governance.Connectors.Sending;

/// <summary>Settings that several kinds share, and how they are read.</summary>
internal static class CommonSettings
{
    public static ConnectorSetting Authority { get; } =
        new("authority", "CA certificate", "PEM of the authority, when the server's certificate is from one of your own.", Required: false) { Form = ConnectorSettingForm.Lines };

    public static ConnectorSetting AllowPrivate(bool usual) =>
        new("allowPrivate", "Private addresses", "On where the system is in a private network; loopback may then use http.", Required: false, Default: usual ? "true" : "false") { Form = ConnectorSettingForm.Switch };

    public static bool Is(this JsonElement settings, IConnectorKind kind, string name) => string.Equals(settings.Get(kind, name), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address in that setting, by the rules of every call that leaves the console.</summary>
    public static Outcome<FeedEndpoint> Endpoint(this JsonElement settings, IConnectorKind kind, string name)
    {
        var authority = kind.Settings.Any(s => s.Name == "authority") ? settings.Get(kind, "authority") : null;
        var endpoint = FeedEndpoint.Of(settings.Get(kind, name), settings.Is(kind, "allowPrivate"), authority, name);
        return endpoint.IsRefused ? endpoint.Refusal with { Code = endpoint.Refusal.Code.Replace("feed.", "connector.", StringComparison.Ordinal) } : endpoint;
    }

    /// <summary>Refuses an empty secret.</summary>
    public static Refusal? Missing(this IConnectorKind kind, string? secret) =>
        string.IsNullOrWhiteSpace(secret) ? new Refusal("connector.secret", $"{kind.SecretTitle} is missing. Enter it, or name where it is.", "secretReference") : null;
}
