using System.Text.RegularExpressions;

namespace Governance.Inventory;

/// <summary>Entries by rule and value, so that one identity is looked up in a few steps, however many entries there are.</summary>
public sealed class EntryIndex
{
    private readonly Dictionary<(EvidenceRule Rule, string Value), CatalogueEntry> byValue = [];
    private readonly List<CatalogueEntry> prefixes = [];
    private readonly Regex? words;

    public EntryIndex(IEnumerable<CatalogueEntry> entries)
    {
        foreach (var entry in entries)
        {
            byValue.TryAdd((entry.Rule, Key(entry.Value)), entry);
            if (entry.Rule == EvidenceRule.KeyPrefix)
                prefixes.Add(entry);
        }

        prefixes.Sort((a, b) => b.Value.Length.CompareTo(a.Value.Length));
        var all = byValue.Keys.Where(k => k.Rule == EvidenceRule.Word).Select(k => k.Value).OrderByDescending(w => w.Length).Select(Pattern).ToList();
        words = all.Count == 0 ? null : new Regex($@"(?<![\p{{L}}\p{{N}}])({string.Join('|', all)})(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    public ToolMatch? Find(ToolClues clues)
    {
        foreach (var id in clues.AppIds)
        {
            if (Of(EvidenceRule.AppId, id) is { } exact)
                return Found(exact, EvidenceStrength.Certain, id, $"Application id {id} is listed in the catalogue");
        }

        if (clues.GitHubApp is { } slug && Of(EvidenceRule.GitHubApp, slug) is { } app)
            return Found(app, EvidenceStrength.Certain, slug, $"It is the GitHub app '{slug}'");
        if (clues.Publisher is { } publisher && Of(EvidenceRule.Publisher, publisher.Trim()) is { } maker)
            return Found(maker, EvidenceStrength.Certain, publisher, $"Its publisher is '{publisher}'");
        return ByDomain(clues) ?? ByKey(clues) ?? ByConfiguration(clues) ?? ByWord(clues.Name, "name") ?? (clues.Publisher is { } text ? ByWord(text, "publisher") : null) ?? clues.Around.Select(a => ByWord(a.Name, a.Of)).FirstOrDefault(m => m is not null);
    }

    private static string Key(string value) => value.Trim().ToLowerInvariant();

    // A space in a word stands for any one separator: "claude code" is found in claude-code and claude_code.
    private static string Pattern(string word) => Regex.Escape(word).Replace("\\ ", @"[\s\-_.]", StringComparison.Ordinal);

    private static ToolMatch Found(CatalogueEntry entry, EvidenceStrength strength, string matched, string why) =>
        new(entry.Tool, entry.Vendor, entry.Autonomy, $"{why} (catalogue {entry.Catalogue})", entry.Catalogue) { Rule = entry.Rule, Matched = matched.Length > 200 ? matched[..200] : matched, Strength = strength };

    private CatalogueEntry? Of(EvidenceRule rule, string value) => byValue.GetValueOrDefault((rule, Key(value)));

    private ToolMatch? ByDomain(ToolClues clues)
    {
        foreach (var address in clues.Addresses)
        {
            var host = Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.Host : address.Contains('/', StringComparison.Ordinal) ? string.Empty : address;
            for (; host.Contains('.', StringComparison.Ordinal); host = host[(host.IndexOf('.', StringComparison.Ordinal) + 1)..])
            {
                if (Of(EvidenceRule.Domain, host) is { } entry)
                    return Found(entry, EvidenceStrength.Strong, host, $"Its address is at {host}");
            }
        }

        return null;
    }

    private ToolMatch? ByKey(ToolClues clues)
    {
        foreach (var hint in clues.KeyHints)
        {
            if (prefixes.Find(p => hint.StartsWith(p.Value, StringComparison.Ordinal)) is { } entry)
                return Found(entry, EvidenceStrength.Strong, entry.Value, $"Its key begins with {entry.Value}");
        }

        return null;
    }

    private ToolMatch? ByConfiguration(ToolClues clues)
    {
        foreach (var package in clues.Packages)
        {
            var at = package.LastIndexOf('@');
            var bare = at > 0 ? package[..at] : package.Split(':')[0];
            if (Of(EvidenceRule.Package, bare) is { } entry)
                return Found(entry, EvidenceStrength.Strong, bare, $"Its configuration starts {bare}");
        }

        foreach (var detector in clues.Detectors)
        {
            var name = detector.Replace('-', '_').Replace(' ', '_');
            if ((Of(EvidenceRule.Variable, name) ?? Of(EvidenceRule.Variable, $"{name}_API_KEY") ?? Of(EvidenceRule.Variable, $"{name}_API_TOKEN")) is { } entry)
                return Found(entry, EvidenceStrength.Strong, detector, $"The scanner's rule '{detector}' is for its keys");
        }

        foreach (var variable in clues.Variables)
        {
            if (Of(EvidenceRule.Variable, variable) is { } entry)
                return Found(entry, EvidenceStrength.Strong, variable, $"Its configuration sets {variable}");
        }

        return null;
    }

    private ToolMatch? ByWord(string text, string where)
    {
        if (words?.Match(text) is not { Success: true } found)
            return null;
        var entry = Of(EvidenceRule.Word, found.Value) ?? byValue.Values.First(e => e.Rule == EvidenceRule.Word && Regex.IsMatch(found.Value, $"^{Pattern(e.Value)}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
        return Found(entry, EvidenceStrength.Suggestion, found.Value, $"Its {where} holds '{found.Value}': a suggestion, to be confirmed");
    }
}
