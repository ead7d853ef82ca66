using System.Globalization;

namespace Governance.Evidence;

/// <summary>
/// What a tester asks of information that a system made (PCAOB AS 1105.10): is the population complete, in both directions, and accurate? Answered from the
/// same facts; what can't be answered from here is said with what the tester does instead.
/// </summary>
internal static class CompletenessChecks
{
    public static IReadOnlyList<CheckFact> Of(IReadOnlyList<SourceFact> sources, IReadOnlyList<ImportFact> imports, IReadOnlyList<MetricFact> metrics, Period period)
    {
        var unbalanced = imports.Where(i => i.Read != i.Created + i.Changed + i.Unchanged + i.Rejected).ToList();
        var rejected = imports.Sum(i => i.Rejected);
        var never = sources.Where(s => s.LastFullImport is null).Select(s => s.Name).ToList();
        var stale = sources.Where(s => s.LastFullImport < period.AsOf.AddDays(-7)).Select(s => s.Name).ToList();
        var unhashed = imports.Count(i => i.Sha256.Length == 0);
        var untold = metrics.Sum(m => m.CannotTell);
        return
        [
            new("Source to population", "Did everything that the source listed reach the population?",
                imports.Count == 0 ? "No import ran in the period: nothing was read, so nothing can be reconciled."
                : unbalanced.Count == 0 ? $"{Count(imports.Count, "import run")} read {N(imports.Sum(i => (long)i.Read))} records; for each run created + changed + unchanged + rejected is what was read. {(rejected == 0 ? "None was rejected." : $"{N(rejected)} were rejected, each with its place and reason in the console.")}"
                : $"{Count(unbalanced.Count, "run")} do not add up: {List(unbalanced.Select(i => i.File))}.",
                imports.Count > 0 && unbalanced.Count == 0 && rejected == 0),
            new("Population to source", "Is everything in the population still in its source?",
                sources.Count == 0 ? "No source is registered." : never.Count == 0 ? $"The last full import of each source names every identity counted as live; {N(imports.Sum(i => (long)i.Missing))} were marked as missing in the period and left the population then."
                : $"Without a full import nobody can tell what is gone: {List(never)}.", sources.Count > 0 && never.Count == 0),
            new("Freshness", "How old is what is known at the as-of time?", stale.Count == 0 && never.Count == 0 ? "Each source had a full import within 7 days before the as-of time." : $"Older than 7 days or never read whole: {List(stale.Concat(never))}.", sources.Count > 0 && stale.Count == 0 && never.Count == 0),
            new("Source's own count", "Does the source itself say how many it has?", "The console does not ask sources for a count of their own. Compare the identities by source in this section with the source's own list.", false),
            new("Accuracy", "Is what is recorded what the source said?", unhashed == 0 && imports.Count > 0 ? "The SHA-256 of each imported file is listed in the appendix. Re-perform a handful of fields of the sample from the raw export with that hash." : $"{(imports.Count == 0 ? "No import in the period." : $"{Count(unhashed, "run")} without a hash of their file (live sources).")} Re-perform a handful of fields of the sample from the source.", unhashed == 0 && imports.Count > 0),
            new("Period", "Is the population that of the period, not of its end?", "Decisions, removals, findings, rotations and imports are those of the whole period, and privileged identities those that were privileged at any time in it. States, owners, credentials and grants are read from their histories as of the last instant of the period.", true),
            new("Not reported", "What is not known?", untold == 0 ? "No record of any metric was untellable." : $"{N(untold)} records can't be told, because no source reports what the criterion needs or its time isn't over. They count against the metric and are shown apart.", untold == 0),
            new("Manual steps", "Was anything changed by hand between the query and this report?", "No. Populations are written by the queries in queries.sql; figures are counted from those files; this report is drawn from the figures. verify.py redoes the counting.", true),
        ];
    }

    private static string List(IEnumerable<string> names)
    {
        var all = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return string.Join(", ", all.Take(8)) + (all.Count > 8 ? $" and {all.Count - 8} more" : string.Empty);
    }

    private static string Count(int n, string what) => n == 1 ? "1 " + what : $"{N(n)} {what}s";

    private static string N(long n) => n.ToString("N0", CultureInfo.InvariantCulture);
}
