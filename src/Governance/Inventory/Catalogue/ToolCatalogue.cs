using System.Text.Json;
using System.Text.Json.Serialization;

namespace Governance.Inventory;

/// <summary>One way to recognise a tool.</summary>
/// <param name="Value">Lower case.</param>
/// <param name="Catalogue">The shipped catalogue's version; "own" for an administrator's entry.</param>
public sealed record CatalogueEntry(EvidenceRule Rule, string Value, string Tool, string? Vendor, Autonomy Autonomy, string Catalogue);

/// <summary>
/// The AI tools that the product ships knowledge of (Data/NOTICE-catalogue.md says from where). Evidence in order of strength: an exact id or
/// publisher, then an address, key or package of the vendor's, then a whole word of the name, which only suggests.
/// </summary>
public sealed class ToolCatalogue
{
    private readonly EntryIndex shipped;

    /// <summary>The one that comes with the product.</summary>
    public ToolCatalogue()
        : this(typeof(ToolCatalogue).Assembly.GetManifestResourceStream("Governance.Inventory.ai-tools.json")!)
    {
    }

    /// <param name="json">As the shipped file; closed when it is read.</param>
    public ToolCatalogue(Stream json)
    {
        using var stream = json;
        var file = JsonSerializer.Deserialize<CatalogueFile>(stream, Json)!;
        Version = file.Version;
        Entries = file.Tools.SelectMany(t => t.Entries(file.Version)).DistinctBy(e => (e.Rule, e.Value)).ToList();
        Tools = file.Tools.Count;
        shipped = new EntryIndex(Entries);
    }

    private static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public string Version { get; }

    public int Tools { get; }

    /// <summary>All that is shipped.</summary>
    public IReadOnlyList<CatalogueEntry> Entries { get; }

    /// <summary>What can be said for sure or nearly so; null where there is at most a suggestion, which people decide on.</summary>
    public ToolMatch? Match(string? appId, string name, string? publisher, IEnumerable<string> addresses) =>
        Match(new ToolClues(name) { AppIds = appId is null ? [] : [appId], Publisher = publisher, Addresses = addresses.ToList() });

    /// <inheritdoc cref="Match(string?, string, string?, IEnumerable{string})"/>
    public ToolMatch? Match(ToolClues clues) => Find(clues, null) is { Strength: not EvidenceStrength.Suggestion } match ? match : null;

    /// <summary>The best evidence, suggestions too. What an administrator added goes before what is shipped with equal strength.</summary>
    public ToolMatch? Find(ToolClues clues, EntryIndex? own) =>
        (own?.Find(clues), shipped.Find(clues)) switch
        {
            (null, var only) => only,
            (var only, null) => only,
            var (mine, theirs) => mine.Strength >= theirs.Strength ? mine : theirs,
        };

    private sealed record CatalogueFile(string Version, IReadOnlyList<CatalogueTool> Tools);

    private sealed record CatalogueTool(
        string Name, string? Vendor, Autonomy Autonomy, IReadOnlyList<string>? AppIds, IReadOnlyList<string>? Publishers, IReadOnlyList<string>? Clients, IReadOnlyList<string>? Domains,
        IReadOnlyList<string>? KeyPrefixes, IReadOnlyList<string>? Packages, IReadOnlyList<string>? Variables, IReadOnlyList<string>? GithubApps, IReadOnlyList<string>? Words)
    {
        public IEnumerable<CatalogueEntry> Entries(string version) =>
            Of(EvidenceRule.AppId, AppIds, version).Concat(Of(EvidenceRule.Publisher, Publishers, version)).Concat(Of(EvidenceRule.Domain, Domains, version))
                .Concat(Of(EvidenceRule.KeyPrefix, KeyPrefixes, version)).Concat(Of(EvidenceRule.Package, Packages, version)).Concat(Of(EvidenceRule.Variable, Variables, version))
                .Concat(Of(EvidenceRule.GitHubApp, GithubApps, version)).Concat(Of(EvidenceRule.Word, Words, version)).Concat(Of(EvidenceRule.Word, Clients, version));

        private IEnumerable<CatalogueEntry> Of(EvidenceRule rule, IReadOnlyList<string>? values, string version) =>
            (values ?? []).Select(v => new CatalogueEntry(rule, rule == EvidenceRule.KeyPrefix ? v : v.ToLowerInvariant(), Name, Vendor, Autonomy, version));
    }
}
