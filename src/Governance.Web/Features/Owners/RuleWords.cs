using System.Globalization;
using System.Text.Json;

namespace Governance.Web.Features.Owners;

/// <summary>A step of a rule's history in words.</summary>
internal static class RuleWords
{
    public static string Of(string details)
    {
        try
        {
            using var document = JsonDocument.Parse(details);
            var root = document.RootElement;
            // The audit log writes names in camel case.
            return (Text(root, "change") ?? Text(root, "Change")) switch
            {
                "made" => "made the rule",
                "ended" => "ended the rule",
                "applied" => $"asked about {Number(root, "asked") ?? Number(root, "Asked")}",
                _ => "changed the rule",
            };
        }
        catch (JsonException)
        {
            return "changed the rule";
        }
    }

    private static string? Text(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Number(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) && value.TryGetInt32(out var n) ? n.ToString(CultureInfo.InvariantCulture) : null;
}
