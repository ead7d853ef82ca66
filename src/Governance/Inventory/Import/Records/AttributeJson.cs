using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>Fields that have no column of their own, kept as one JSON object: sorted by name, secrets removed, bounded.</summary>
internal static class AttributeJson
{
    /// <summary>Characters of a field's JSON beyond which only its size is kept, and of all together.</summary>
    public const int MaximumField = 4096;

    public const int Maximum = 32 * 1024;

    /// <summary>Issuers and subjects whose tokens an identity takes, whatever its source calls them.</summary>
    public const string Trusts = "federatedTrusts";

    private const int MaximumDepth = 16;
    private static readonly JsonSerializerOptions JoinOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(IEnumerable<KeyValuePair<string, JsonElement>> fields, SecretFilter secrets)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        var left = Maximum;
        foreach (var (name, value) in fields.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
                continue;
            var one = Field(name, value, secrets);
            if (one.Length > MaximumField || one.Length > left)
                one = JsonSerializer.Serialize($"[left out: {one.Length} characters]");
            left -= one.Length;
            json.WritePropertyName(Name(name, secrets));
            json.WriteRawValue(one);
            if (left <= 0)
                break;
        }

        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>That field by itself.</summary>
    public static string Only(string attributes, string field)
    {
        if (!attributes.Contains(field, StringComparison.Ordinal))
            return "{}";
        using var all = JsonDocument.Parse(attributes);
        return all.RootElement.TryGetProperty(field, out var value) ? JsonSerializer.Serialize(new Dictionary<string, JsonElement>(StringComparer.Ordinal) { [field] = value }, JoinOptions) : "{}";
    }

    /// <summary>The fields of both; of two with one name the first's.</summary>
    public static string Join(string first, string second)
    {
        if (second == "{}" || first == second)
            return first;
        if (first == "{}")
            return second;
        using var a = JsonDocument.Parse(first);
        using var b = JsonDocument.Parse(second);
        var fields = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in a.RootElement.EnumerateObject().Concat(b.RootElement.EnumerateObject()))
            fields.TryAdd(field.Name, field.Value);
        var joined = JsonSerializer.Serialize(fields, JoinOptions);
        return joined.Length > Maximum * 2 ? first : joined;
    }

    /// <summary>A name is text of the file as well: a map's may be anything.</summary>
    private static string Name(string name, SecretFilter secrets) => StorableText.Clean(secrets.Clean(name) is var clean && clean.Length > 200 ? clean[..200] : clean);

    private static string Field(string name, JsonElement value, SecretFilter secrets)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        Write(json, name, value, secrets, 0);
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement value, SecretFilter secrets, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when depth < MaximumDepth:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    json.WritePropertyName(Name(property.Name, secrets));
                    Write(json, property.Name, property.Value, secrets, depth + 1);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array when depth < MaximumDepth:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(json, name, item, secrets, depth + 1);
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                var text = value.GetString()!;
                json.WriteStringValue(text.Length > 0 && SecretFilter.IsSecretName(name) ? secrets.Mark(text) : StorableText.Clean(secrets.Clean(text)));
                break;
            case JsonValueKind.Object or JsonValueKind.Array:
                json.WriteStringValue("[left out: nested too deep]");
                break;
            default:
                if (value.ValueKind == JsonValueKind.Number && SecretFilter.IsSecretName(name))
                    json.WriteStringValue(secrets.Mark(value.GetRawText()));
                else
                    value.WriteTo(json);
                break;
        }
    }
}
