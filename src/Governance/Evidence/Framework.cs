namespace Governance.Evidence;

/// <summary>Whose words the statements of a framework are.</summary>
public enum Wording
{
    /// <summary>The publisher's, word for word.</summary>
    Official,

    /// <summary>The publisher's titles only.</summary>
    Titles,

    /// <summary>Ours, since the publisher's may not be copied.</summary>
    Own,
}

/// <summary>A framework as data: its official identifiers and statements, and the metrics that speak to each.</summary>
/// <param name="Id">Lower case with dashes: <c>nist-csf-2.0</c>.</param>
/// <param name="Title">As its publisher names it.</param>
/// <param name="Version">The edition.</param>
/// <param name="Publisher">Who publishes it.</param>
/// <param name="Source">Where identifiers and words are from, and under which licence.</param>
/// <param name="Wording">Whose words the statements are.</param>
/// <param name="Note">What a reader has to know: what of it is here, whose judgement the links are.</param>
/// <param name="Attribution">The credit that the licence asks for; printed.</param>
/// <param name="Subcategories">In the order of the framework.</param>
public sealed record Framework(
    string Id, string Title, string Version, string Publisher, string Source, Wording Wording, string? Note, string? Attribution, IReadOnlyList<Subcategory> Subcategories)
{
    /// <summary>Whether it came as a file of the data directory.</summary>
    public bool IsOwn { get; init; }
}

/// <summary>One statement of a framework. Without metrics it is printed as not evidenced by this system.</summary>
/// <param name="Id">The official identifier.</param>
/// <param name="Category">What it belongs to.</param>
/// <param name="Statement">In the words that <see cref="Framework.Wording"/> says.</param>
/// <param name="Metrics">Ids of the metrics that speak to it.</param>
/// <param name="OutOfScope">Why the console can't speak to it at all; null when it can.</param>
/// <param name="Unchecked">The identifier has one public source only: check it before relying on it.</param>
public sealed record Subcategory(string Id, string Category, string Statement, IReadOnlyList<string> Metrics, string? OutOfScope = null, bool Unchecked = false);

/// <summary>Controls of several frameworks that speak to one theme.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Title">In words.</param>
/// <param name="Controls">Identifiers by framework.</param>
public sealed record CrosswalkTheme(string Id, string Title, IReadOnlyDictionary<string, IReadOnlyList<string>> Controls);

/// <summary>The themes, and what a reader has to know of them.</summary>
public sealed record Crosswalk(string Note, IReadOnlyList<CrosswalkTheme> Themes)
{
    /// <summary>The themes that a control belongs to.</summary>
    public IEnumerable<CrosswalkTheme> Of(string frameworkId, string controlId) =>
        Themes.Where(t => t.Controls.TryGetValue(frameworkId, out var ids) && ids.Contains(controlId, StringComparer.Ordinal));
}
