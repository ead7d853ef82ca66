namespace Governance.Evidence;

/// <summary>What a metric says. There is no grade that a reader could not redo from the population.</summary>
public enum MetricStatus
{
    /// <summary>Every record of the population meets the criterion.</summary>
    Met,

    /// <summary>Some do not, or can't be told; each is listed.</summary>
    Exceptions,

    /// <summary>There was nothing to measure. Never 100 %.</summary>
    NoPopulation,
}

/// <summary>How one record stands to a metric.</summary>
public enum Verdicts
{
    Met,
    Exception,

    /// <summary>The source does not report what the criterion needs; counts against.</summary>
    CannotTell,
}

/// <summary>One record of a population: which, how it stands, why, and who did what when.</summary>
/// <param name="Id">The record's id in the console.</param>
/// <param name="Name">For people to read.</param>
/// <param name="Where">The source, the campaign, the rule: what it belongs to.</param>
/// <param name="Verdict">How it stands to the criterion.</param>
/// <param name="Detail">The values that the verdict rests on.</param>
/// <param name="Who">Who acted, where somebody did.</param>
/// <param name="When">When, where something happened.</param>
public sealed record PopulationRow(string Id, string Name, string Where, Verdicts Verdict, string Detail, string? Who = null, DateTimeOffset? When = null);

/// <summary>One metric's figure with what the report prints of it; the whole population is in the file named.</summary>
public sealed record MetricFact(
    string Id, string Title, string Criterion, string Population, MetricStatus Status, int Numerator, int Denominator, int CannotTell, string? Note,
    string PopulationFile, string ExceptionFile, IReadOnlyList<PopulationRow> FirstExceptions, IReadOnlyList<PopulationRow> Sample)
{
    /// <summary>Those that do not meet the criterion, the untellable ones included.</summary>
    public int Exceptions => Denominator - Numerator;
}

/// <summary>One source with the freshness of what is known of it.</summary>
public sealed record SourceFact(string Name, string System, int Identities, DateTimeOffset? LastImport, DateTimeOffset? LastFullImport);

/// <summary>One import run: nothing that was read was dropped.</summary>
public sealed record ImportFact(string Source, string File, string Sha256, DateTimeOffset EndedAt, string By, int Read, int Created, int Changed, int Unchanged, int Rejected, int Missing);

/// <summary>One campaign that was due or closed in the period.</summary>
public sealed record CampaignFact(string Name, DateTimeOffset LaunchedAt, DateTimeOffset DueAt, string State, int Items, int Certified, int Reduced, int Revoked, int Undecided);

/// <summary>The audit chain when the package was made.</summary>
public sealed record AuditFact(bool Intact, long Entries, string HeadHash, string? Problem);

/// <summary>
/// Every figure of a package. PDF and CSVs are drawn from this and compute nothing themselves, so that no two of them can differ.
/// </summary>
public sealed record Facts(
    string FrameworkId, string FrameworkTitle, string FrameworkSource, DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf, string PreparedBy, string Scope, string SystemVersion, string Seed,
    IReadOnlyList<Subcategory> Subcategories, IReadOnlyList<MetricFact> Metrics, IReadOnlyList<SourceFact> Sources, IReadOnlyList<ImportFact> Imports, IReadOnlyList<CampaignFact> Campaigns, AuditFact Audit)
{
    public MetricFact Metric(string id) => Metrics.Single(m => string.Equals(m.Id, id, StringComparison.Ordinal));
}
