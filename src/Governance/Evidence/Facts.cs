using Governance.Audit.Checkpoints;

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

    /// <summary>The console holds no data that speaks to it.</summary>
    NotEvidenced,
}

/// <summary>How one record stands to a metric.</summary>
public enum Verdicts
{
    Met,
    Exception,

    /// <summary>The source does not report what the criterion needs, or its time is not over; counts against.</summary>
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
/// <param name="Why">The reason given.</param>
/// <param name="Value">A number, such as days, where the metric has one.</param>
public sealed record PopulationRow(string Id, string Name, string Where, Verdicts Verdict, string Detail, string? Who = null, DateTimeOffset? When = null, string? Why = null, double? Value = null);

/// <summary>A figure of an earlier day.</summary>
public sealed record TrendPoint(DateTimeOffset Day, int Numerator, int Denominator);

/// <summary>One metric's figure with what the report prints of it; the whole population is in the file named.</summary>
public sealed record MetricFact(
    string Id, string Title, string Criterion, string Population, MetricStatus Status, int Numerator, int Denominator, int CannotTell, string? Caution, string? Unmeasured,
    string? ValueUnit, double? Median, double? Percentile90, double? Maximum, IReadOnlyList<PopulationRow> FirstExceptions, IReadOnlyList<PopulationRow> Sample, IReadOnlyList<TrendPoint> Trend)
{
    /// <summary>Those that do not meet the criterion, the untellable ones included.</summary>
    public int Exceptions => Denominator - Numerator;

    public string PopulationFile => $"populations/{Id}.csv";

    public string ExceptionFile => $"exceptions/{Id}.csv";

    public string SampleFile => $"samples/{Id}.csv";

    /// <summary>Whether a population of rows stands behind it.</summary>
    public bool HasFiles => Unmeasured is null && Id != AuditChainMetric.TheId;
}

/// <summary>One source with the freshness of what is known of it.</summary>
public sealed record SourceFact(string Name, string System, int Identities, DateTimeOffset? LastImport, DateTimeOffset? LastFullImport);

/// <summary>One import run: nothing that was read was dropped.</summary>
public sealed record ImportFact(string Source, string File, string Sha256, DateTimeOffset EndedAt, string By, bool Full, int Read, int Created, int Changed, int Unchanged, int Rejected, int Missing);

/// <summary>One campaign that ran in the period.</summary>
public sealed record CampaignFact(string Name, DateTimeOffset LaunchedAt, string LaunchedBy, DateTimeOffset DueAt, int Items, int Certified, int Reduced, int Revoked, int Undecided);

/// <summary>One reviewer of the period.</summary>
public sealed record ReviewerFact(string Name, bool Here, int Decisions, int Certified);

/// <summary>One exemption in force in the period.</summary>
public sealed record ExemptionFact(string Identity, string Reason, string GrantedBy, DateTimeOffset GrantedAt, DateTimeOffset Until);

/// <summary>One check of completeness or accuracy, with what it found.</summary>
public sealed record CheckFact(string Name, string Question, string Answer, bool Passed);

/// <summary>The audit chain before the end of the period, and the last checkpoint that was signed before it; null when none was.</summary>
public sealed record AuditFact(bool Intact, long Entries, string HeadHash, string? Problem, CheckpointFile? Checkpoint);

/// <summary>A control of another framework that speaks to the same theme.</summary>
public sealed record CrosswalkFact(string Subcategory, string Framework, IReadOnlyList<string> Controls);

/// <summary>
/// Every figure of a package. PDF, HTML and OSCAL are drawn from this and compute nothing themselves, so that no two of them can differ.
/// </summary>
public sealed record Facts(
    Framework Framework, DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf, string PreparedBy, string Scope, string OutOfScope, string SystemVersion, string Database, string Seed, int SampleSize, PaperSize Paper,
    IReadOnlyList<MetricFact> Metrics, IReadOnlyList<CheckFact> Checks, IReadOnlyList<SourceFact> Sources, IReadOnlyList<ImportFact> Imports, IReadOnlyList<CampaignFact> Campaigns, IReadOnlyList<ReviewerFact> Reviewers,
    IReadOnlyList<ExemptionFact> Exemptions, IReadOnlyList<CrosswalkFact> Crosswalk, string CrosswalkNote, AuditFact Audit)
{
    public MetricFact Metric(string id) => Metrics.Single(m => string.Equals(m.Id, id, StringComparison.Ordinal));
}

/// <summary>The paper that the report is set for.</summary>
public enum PaperSize
{
    A4,
    Letter,
}

/// <summary>Where a package stands when its report is drawn. Only an issued one carries no DRAFT.</summary>
public sealed record ReportStatus(PackageState State, string PreparedBy, string? ApprovedBy = null, DateTimeOffset? ApprovedAt = null, string? IssuedBy = null, DateTimeOffset? IssuedAt = null)
{
    public bool IsDraft => State is PackageState.Draft or PackageState.Approved;
}
