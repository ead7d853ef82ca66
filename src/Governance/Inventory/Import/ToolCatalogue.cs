using System.Text.Json;
using System.Text.RegularExpressions;

namespace Governance.Inventory;

/// <summary>The tool that an identity is said to act for, and why.</summary>
/// <param name="Name">The tool's name, unique.</param>
/// <param name="Evidence">Which rule matched what.</param>
/// <param name="Catalogue">The catalogue's version; null when the file named the tool.</param>
public sealed record ToolMatch(string Name, string? Vendor, Autonomy Autonomy, string Evidence, string? Catalogue);

/// <summary>
/// The AI tools that the product ships knowledge of. Evidence in order of strength: an exact application id, a publisher or address of the
/// vendor's domain, a whole word in the name. The last is only a suggestion, and its evidence says so.
/// </summary>
public sealed class ToolCatalogue
{
    private readonly string version;
    private readonly Dictionary<string, CatalogueTool> byAppId = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, CatalogueTool> byDomain = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, CatalogueTool> byWord = new(StringComparer.OrdinalIgnoreCase);
    private readonly Regex words;

    public ToolCatalogue()
    {
        using var stream = typeof(ToolCatalogue).Assembly.GetManifestResourceStream("Governance.Inventory.ai-tools.json")!;
        var file = JsonSerializer.Deserialize<CatalogueFile>(stream, JsonSerializerOptions.Web)!;
        version = file.Version;
        foreach (var tool in file.Tools)
        {
            foreach (var id in tool.AppIds)
                byAppId.Add(id, tool);
            foreach (var domain in tool.Domains)
                byDomain.TryAdd(domain, tool);
            foreach (var word in tool.Words)
                byWord.TryAdd(word, tool);
        }

        var alternatives = string.Join('|', byWord.Keys.OrderByDescending(w => w.Length).Select(Regex.Escape));
        words = new Regex($@"(?<![\p{{L}}\p{{N}}])({alternatives})(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    public ToolMatch? Match(string? appId, string name, string? publisher, IEnumerable<string> addresses)
    {
        if (appId is not null && byAppId.TryGetValue(appId, out var exact))
            return Found(exact, $"Application id {appId} is listed in the catalogue");
        foreach (var address in addresses)
        {
            if (Domain(address) is { } domain && byDomain.TryGetValue(domain, out var owner))
                return Found(owner, $"Its address is at {domain}");
        }

        if (publisher is not null && words.Match(publisher) is { Success: true } named && byWord.TryGetValue(named.Value, out var vendor))
            return Found(vendor, $"Its publisher is '{publisher}'");
        return words.Match(name) is { Success: true } word && byWord.TryGetValue(word.Value, out var suggested)
            ? Found(suggested, $"Its name holds '{word.Value}': a suggestion, to be confirmed")
            : null;
    }

    private ToolMatch Found(CatalogueTool tool, string why) => new(tool.Name, tool.Vendor, Autonomy.Unknown, $"{why} (catalogue {version})", version);

    private string? Domain(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return null;
        for (var host = uri.Host; host.Contains('.', StringComparison.Ordinal); host = host[(host.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (byDomain.ContainsKey(host))
                return host;
        }

        return null;
    }

    private sealed record CatalogueFile(string Version, IReadOnlyList<CatalogueTool> Tools);

    private sealed record CatalogueTool(string Name, string? Vendor, IReadOnlyList<string> AppIds, IReadOnlyList<string> Domains, IReadOnlyList<string> Words);
}
