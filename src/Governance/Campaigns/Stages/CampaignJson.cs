using System.Text.Json;
using System.Text.Json.Serialization;

namespace Governance.Campaigns;

/// <summary>Settings as they are kept on definitions and campaigns. A field that an older version did not know has its safe default.</summary>
public static class CampaignJson
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static string Write(IReadOnlyList<StageSettings> stages) => JsonSerializer.Serialize(stages, Json);

    public static string Write(ReviewSettings settings) => JsonSerializer.Serialize(settings, Json);

    public static IReadOnlyList<StageSettings> Stages(string json) => JsonSerializer.Deserialize<List<StageSettings>>(json, Json) is { Count: > 0 } stages ? stages : [new StageSettings()];

    public static ReviewSettings Settings(string json) => JsonSerializer.Deserialize<ReviewSettings>(json, Json) ?? new ReviewSettings();
}
