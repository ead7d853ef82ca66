using System.Globalization;

namespace Governance.Evidence;

/// <summary>The words that PDF and HTML share, so that the twins say the same.</summary>
internal static class ReportWords
{
    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    public static string ShortDay(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "–";

    public static string Time(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "–";

    public static string N(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    public static string Value(double? value) => value?.ToString("0.0#", CultureInfo.InvariantCulture) ?? "–";

    public static string Count(long n, string what) => n == 1 ? "1 " + what : $"{N(n)} {what}s";

    /// <summary>The last day is named, since the end itself is not included.</summary>
    public static string Period(Facts facts) => $"{Day(facts.From)} to {Day(facts.To.AddTicks(-1))}";

    public static string Share(MetricFact m) => m.Denominator == 0 ? "–" : Floor(100.0 * m.Numerator / m.Denominator) + " %";

    public static string Status(PackageState state) => state switch { PackageState.Draft => "DRAFT", PackageState.Approved => "DRAFT, approved and not yet issued", PackageState.Issued => "Issued", _ => "Superseded" };

    public static string Figure(MetricFact m) => m.Status switch { MetricStatus.NotEvidenced => "Not evidenced by this system", MetricStatus.NoPopulation => "No population", _ => $"{N(m.Numerator)} of {N(m.Denominator)}" };

    public static string Meaning(MetricFact m) => m.Status switch
    {
        MetricStatus.NotEvidenced => m.Unmeasured!,
        MetricStatus.NoPopulation => "There was nothing to measure in the period; this is not a result.",
        _ => $"{Share(m)} met; {Count(m.Exceptions - m.CannotTell, "exception")}; {N(m.CannotTell)} can't be told.",
    };

    public static string? Values(MetricFact m) => m.ValueUnit is null || m.Median is null ? null : $"Median {Value(m.Median)} {m.ValueUnit}, 90th percentile {Value(m.Percentile90)}, maximum {Value(m.Maximum)}.";

    public static string Verdict(Verdicts verdict) => verdict switch { Verdicts.Met => "met", Verdicts.CannotTell => "can't tell", _ => "exception" };

    public static string System(string system) => system switch { "Aws" => "AWS", "Gcp" => "Google Cloud", "Generic" => "from CSV", "Entra" => "Microsoft Entra", "Saas" => "SaaS", "PostgreSql" => "PostgreSQL", _ => system };

    public static string Wording(Framework f) => f.Wording switch { Evidence.Wording.Official => "Statements word for word.", Evidence.Wording.Titles => "Identifiers and titles only.", _ => "Identifiers only; descriptions in our own words." };

    /// <summary>The conclusion: counts, no grade.</summary>
    public static string Conclusion(Facts facts)
    {
        int Of(MetricStatus status) => facts.Metrics.Count(m => m.Status == status);
        var silent = facts.Framework.Subcategories.Count(s => s.Metrics.All(m => facts.Metric(m).Status == MetricStatus.NotEvidenced));
        return $"Of {Count(facts.Metrics.Count, "metric")}, {Of(MetricStatus.Exceptions)} show exceptions, {Of(MetricStatus.Met)} show none, {Of(MetricStatus.NoPopulation)} had no population in the period, and {Of(MetricStatus.NotEvidenced)} are not evidenced by this system. "
            + $"{silent} of {facts.Framework.Subcategories.Count} statements are not evidenced at all. No grade is given: a reader forms it from the exceptions.";
    }

    /// <summary>What is wrong, said first.</summary>
    public static IReadOnlyList<string> Deficiencies(Facts facts)
    {
        var list = new List<string>();
        if (!facts.Audit.Intact)
            list.Add($"The audit log is not intact: {facts.Audit.Problem}.");
        list.AddRange(facts.Checks.Where(c => !c.Passed).Select(c => $"{c.Name}: {c.Answer}"));
        if (facts.Reviewers.Where(r => !r.Here).ToList() is { Count: > 0 } gone)
            list.Add($"Reviewers who have left since they decided: {string.Join(", ", gone.Select(r => r.Name))}.");
        if (facts.Campaigns.Sum(c => c.Undecided) is var open and > 0)
            list.Add($"{N(open)} review items of {Count(facts.Campaigns.Count, "campaign")} have no decision.");
        return list;
    }

    /// <summary>No rounding up to what it is not: 99.96 is not 100.</summary>
    private static string Floor(double percent) => (Math.Floor(percent * 10) / 10).ToString("0.0", CultureInfo.InvariantCulture);
}
