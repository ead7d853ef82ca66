using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Governance.Revocation;

namespace Governance.Connectors;

internal static class SettingText
{
    /// <summary>The setting's value, or the default that the kind states.</summary>
    public static string? Get(this JsonElement settings, IConnectorKind kind, string name) =>
        settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text
            ? text
            : kind.Settings.First(s => s.Name == name).Default;

    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
