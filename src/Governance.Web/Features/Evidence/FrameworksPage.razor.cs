using Governance.Evidence;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Evidence;

/// <summary>Statements, their metrics, and the figures: measured one after the other while the page is read.</summary>
public sealed partial class FrameworksPage(FrameworkLibrary library, MetricBoard board, NavigationManager navigation) : IDisposable
{
    private readonly Dictionary<string, MetricFact> figures = new(StringComparer.Ordinal);
    private CancellationTokenSource reading = new();
    private IReadOnlyList<Framework> all = [];
    private IReadOnlyList<string> problems = [];
    private Framework framework = FrameworkLibrary.Shipped[0];
    private string? shown;

    /// <summary>The framework's id.</summary>
    [SupplyParameterFromQuery(Name = "f")]
    public string? FrameworkId { get; set; }

    /// <summary>The day that figures are as of.</summary>
    [SupplyParameterFromQuery(Name = "asOf")]
    public string? AsOf { get; set; }

    public void Dispose()
    {
        reading.Cancel();
        reading.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        all = library.All;
        problems = library.Problems;
        framework = all.FirstOrDefault(f => f.Id == FrameworkId) ?? all[0];
        if (MetricDate.Read(AsOf) is null)
            AsOf = null;
        if (shown != AsOf)
            figures.Clear();
        shown = AsOf;
        await reading.CancelAsync();
        reading.Dispose();
        reading = new CancellationTokenSource();
        // Beside the rendering: the statements are there at once, the figures follow.
        _ = MeasureAsync(MetricDate.Read(AsOf), reading.Token);
    }

    private async Task MeasureAsync(DateTimeOffset? asOf, CancellationToken ct)
    {
        try
        {
            foreach (var id in framework.Subcategories.SelectMany(s => s.Metrics).Distinct(StringComparer.Ordinal).ToList())
            {
                if (figures.ContainsKey(id) || MetricCatalogue.Find(id) is not { Unmeasured: null } metric)
                    continue;
                var fact = await Task.Run(() => board.MeasureAsync(metric, asOf, ct), ct);
                await InvokeAsync(() =>
                {
                    if (ct.IsCancellationRequested)
                        return;
                    figures[id] = fact;
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException)
        {
            // Another framework or day was chosen, or the page was left.
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await DispatchExceptionAsync(fault);
        }
    }

    private void Go(string id, string? day) => navigation.NavigateTo(navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal) { ["f"] = id, ["asOf"] = string.IsNullOrEmpty(day) ? null : day }));

    private string Address(string metric) => $"/evidence/metrics/{metric}" + (AsOf is null ? string.Empty : $"?asOf={AsOf}");

    private string Others(Subcategory s) => string.Join("; ", FrameworkLibrary.Crosswalk.Of(framework.Id, s.Id).SelectMany(t => t.Controls).Where(c => c.Key != framework.Id)
        .GroupBy(c => c.Key, c => c.Value, StringComparer.Ordinal).Select(g => $"{FrameworkLibrary.Shipped.First(f => f.Id == g.Key).Title.Split(',')[0]} {string.Join(", ", g.SelectMany(x => x).Distinct(StringComparer.Ordinal))}"));
}
