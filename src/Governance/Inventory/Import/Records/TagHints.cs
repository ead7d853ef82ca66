using System.Text.Json;

namespace Governance.Inventory;

/// <summary>What tags and labels say of owner, maker, environment and purpose. Hints: their names are a custom, not a standard.</summary>
internal sealed record TagHints(string? Owner, string? Creator, DeploymentEnvironment Environment, string? Purpose)
{
    private static readonly string[] Owners = ["owner", "owneremail", "ownedby", "technicalowner", "accountableowner", "serviceowner", "productowner", "contact", "contactemail", "team", "squad"];
    private static readonly string[] Creators = ["createdby", "creator", "requestedby", "requester", "madeby"];
    private static readonly string[] Environments = ["environment", "env", "stage"];
    private static readonly string[] Purposes = ["purpose", "usage", "description"];

    public static TagHints None { get; } = new(null, null, DeploymentEnvironment.Unknown, null);

    public static TagHints Of(IEnumerable<KeyValuePair<string, string>> tags)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            var plain = Plain(name[(name.LastIndexOfAny(['/', ':', '.']) + 1)..]);
            if (plain.Length > 0 && !string.IsNullOrWhiteSpace(value))
                known.TryAdd(plain, value.Trim());
        }

        return known.Count == 0 ? None : new TagHints(First(known, Owners), First(known, Creators), EnvironmentOf(First(known, Environments)), First(known, Purposes));
    }

    /// <summary>A list of objects with a key and a value, as AWS writes tags.</summary>
    public static TagHints Of(IEnumerable<JsonElement> tags) =>
        Of(tags.Select(t => KeyValuePair.Create(t.Text("Key", "key"), t.Text("Value", "value"))).Where(t => t.Key is not null && t.Value is not null).Select(t => KeyValuePair.Create(t.Key!, t.Value!)));

    public static DeploymentEnvironment EnvironmentOf(string? text) => text is null ? DeploymentEnvironment.Unknown : Plain(text) switch
    {
        "production" or "prod" or "prd" or "live" => DeploymentEnvironment.Production,
        "test" or "testing" or "staging" or "stage" or "uat" or "qa" or "preprod" or "preproduction" or "acceptance" => DeploymentEnvironment.Test,
        "development" or "dev" or "sandbox" => DeploymentEnvironment.Development,
        _ => DeploymentEnvironment.Unknown,
    };

    private static string? First(Dictionary<string, string> known, string[] names) => names.Select(n => known.GetValueOrDefault(n)).FirstOrDefault(v => v is not null);

    private static string Plain(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
