using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Governance.Evidence;

/// <summary>What the records say of one member of a population.</summary>
public enum Answer
{
    Met,
    Exception,

    /// <summary>The source does not report enough. Counts against.</summary>
    CannotTell,
}

/// <summary>How a metric ended. None of them is a grade.</summary>
public enum MetricStatus
{
    Met,
    Exceptions,
    NoPopulation,
    NotEvidenced,
}

/// <summary>One member of a frozen population.</summary>
public sealed record PopulationRow(string Id, string Name, string Source, Answer Answer, string Note);

/// <summary>One figure: n of d, how many cannot be told, and where the rows are. Exceptions hold the first 25 only.</summary>
public sealed record MetricFact(string Id, string Title, string Definition, MetricStatus Status, int Numerator, int Denominator, int CannotTell, string? Figure,
    IReadOnlyList<PopulationRow> Exceptions, IReadOnlyList<PopulationRow> Sample);

public sealed record SourceFact(string Name, string System, int Identities, DateTimeOffset? LastImportedAt, DateTimeOffset? LastFullImportAt);

/// <summary>One reading of a source: read = created + changed + unchanged + rejected, or it does not reconcile.</summary>
public sealed record ImportFact(DateTimeOffset StartedAt, string Source, string File, string? Sha256, string State, string By, int Read, int Created, int Changed, int Unchanged, int Rejected)
{
    public bool Reconciles => Read == Created + Changed + Unchanged + Rejected;
}

public sealed record CampaignFact(string Name, DateTimeOffset LaunchedAt, string LaunchedBy, DateTimeOffset DueAt, string State, int Items, int Decided);

/// <summary>Who decided what, when and why.</summary>
public sealed record DecisionFact(DateTimeOffset At, string Reviewer, string Verdict, string Identity, string? Justification);

public sealed record AuditFact(long Sequence, string Hash, bool Intact, string? Problem);

/// <summary>Every figure of a package. The PDF and the CSV files compute nothing themselves.</summary>
public sealed record Facts(Guid PackageId, Framework Framework, DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf, string System, string PreparedBy, string Seed,
    IReadOnlyList<MetricFact> Metrics, IReadOnlyList<SourceFact> Sources, IReadOnlyList<ImportFact> Imports, IReadOnlyList<CampaignFact> Campaigns, IReadOnlyList<DecisionFact> Decisions, AuditFact Audit)
{
    /// <summary>How facts.json and manifest.json are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter() },
    };

    public MetricFact Metric(string id) => Metrics.Single(m => string.Equals(m.Id, id, StringComparison.Ordinal));
}
