using System.Text.Json;

namespace Governance.Inventory;

/// <summary>Attributes that a reader words itself; empty ones are left out.</summary>
internal sealed class AttributeFields
{
    private readonly Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);

    public AttributeFields Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            fields[name] = JsonSerializer.SerializeToElement(value);
        return this;
    }

    public AttributeFields Add(string name, IReadOnlyCollection<string> values)
    {
        if (values.Count > 0)
            fields[name] = JsonSerializer.SerializeToElement(values);
        return this;
    }

    public AttributeFields Add(string name, long? value)
    {
        if (value is not null)
            fields[name] = JsonSerializer.SerializeToElement(value.Value);
        return this;
    }

    /// <summary>The record's own fields, without those that are read already.</summary>
    public AttributeFields AddRest(JsonElement record, IReadOnlySet<string> used)
    {
        foreach (var field in record.EnumerateObject())
        {
            if (!used.Contains(field.Name))
                fields.TryAdd(field.Name, field.Value);
        }

        return this;
    }

    public string ToJson(SecretFilter secrets) => AttributeJson.Of(fields, secrets);
}
