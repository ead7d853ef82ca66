using System.Globalization;
using Governance.Evidence;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Evidence;

/// <summary>The records behind a figure, as of now or any past day.</summary>
public sealed partial class MetricPage(MetricBoard board, FrameworkLibrary library, NavigationManager navigation) : IDisposable
{
    private const int PageSize = 50;

    private static readonly (string Name, string? Value)[] Choices = [("All", null), ("Exceptions", nameof(Verdicts.Exception)), ("Can't tell", nameof(Verdicts.CannotTell)), ("Met", nameof(Verdicts.Met))];

    private readonly CancellationTokenSource leaving = new();
    private Metric? metric;
    private MetricFact? fact;
    private IReadOnlyList<PopulationRow> rows = [];
    private int count;

    [Parameter]
    public string Metric { get; set; } = string.Empty;

    [SupplyParameterFromQuery(Name = "asOf")]
    public string? AsOf { get; set; }

    [SupplyParameterFromQuery(Name = "verdict")]
    public string? Verdict { get; set; }

    [SupplyParameterFromQuery(Name = "skip")]
    public int Skip { get; set; }

    private string Csv => $"/evidence/metrics/{metric!.Id}.csv" + (AsOf is null ? string.Empty : $"?asOf={AsOf}");

    private string Speaks => string.Join("; ", library.All.Select(f => (f.Title, Ids: f.Subcategories.Where(s => s.Metrics.Contains(metric!.Id, StringComparer.Ordinal)).Select(s => s.Id).ToList())).Where(f => f.Ids.Count > 0).Select(f => $"{f.Title.Split(',')[0]}: {string.Join(", ", f.Ids)}"));

    private string TrendWords => fact is { Trend: { Count: > 0 } t } ? $"{Words(t[0])}, {Words(t[^1])}" : string.Empty;

    private string TrendPoints
    {
        get
        {
            var points = fact!.Trend.Where(p => p.Denominator > 0).ToList();
            if (points.Count < 2)
                return string.Empty;
            var (first, span) = (points[0].Day, Math.Max(1, (points[^1].Day - points[0].Day).TotalDays));
            return string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{2 + (236 * (p.Day - first).TotalDays / span):0.#},{56 - (52.0 * p.Numerator / p.Denominator):0.#}")));
        }
    }

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        metric = MetricCatalogue.Find(Metric);
        if (MetricDate.Read(AsOf) is null)
            AsOf = null;
        Verdict = Enum.TryParse<Verdicts>(Verdict, out var verdict) ? verdict.ToString() : null;
        Skip = Math.Max(0, Skip);
        if (metric is not { Unmeasured: null } known)
            return;
        var asOf = MetricDate.Read(AsOf);
        (fact, rows, count) = await Task.Run(() => board.ReadAsync(known, asOf, Verdict is null ? null : verdict, Skip, PageSize, leaving.Token), leaving.Token);
    }

    private static string Words(TrendPoint p) => $"{EvidenceWords.N(p.Numerator)} of {EvidenceWords.N(p.Denominator)} on {Times.Day(p.Day)}";

    private void Go(string? verdict, string? day, int? skip) => navigation.NavigateTo(Address(verdict, day, skip));

    private string Address(string? verdict, string? day, int? skip) => navigation.GetUriWithQueryParameters($"/evidence/metrics/{metric!.Id}", new Dictionary<string, object?>(StringComparer.Ordinal) { ["verdict"] = verdict, ["asOf"] = string.IsNullOrEmpty(day) ? null : day, ["skip"] = skip is > 0 ? skip : null });
}
