using System.Globalization;
using Governance.Common;
using Governance.Evidence;
using Governance.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;

namespace Governance.Web.Features.Evidence;

/// <summary>Makes packages and hands them out.</summary>
public sealed partial class EvidencePage(EvidenceService service, EvidenceScheduling scheduling, EvidenceQueries queries, FrameworkLibrary library, CurrentActor actor, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private CancellationTokenSource? making;
    private IReadOnlyList<EvidencePackage>? packages;
    private IReadOnlyList<EvidenceSchedule> schedules = [];
    private IReadOnlyList<(Guid Id, string Name)> sources = [];
    private string framework = FrameworkLibrary.Shipped[0].Id;
    private Guid? source;
    private bool aiOnly;
    private int sample = 10;
    private string? seed;
    private PaperSize paper;
    private string from = string.Empty;
    private string to = string.Empty;
    private string progress = string.Empty;
    private Refusal? refusal;
    private bool busy;

    /// <summary>A period with a name: the last full quarter, this one so far, this year so far.</summary>
    public sealed record Preset(string Name, DateTimeOffset From, DateTimeOffset To);

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
        making?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        Choose(Presets()[1]);
        packages = await queries.ListAsync(100, leaving.Token);
        schedules = await queries.SchedulesAsync(leaving.Token);
        sources = await queries.SourcesAsync(leaving.Token);
    }

    private async Task AddAsync(EvidenceEvery every)
    {
        refusal = (await scheduling.AddAsync(framework, every, paper, await actor.GetAsync(), leaving.Token)).Refusal;
        schedules = await queries.SchedulesAsync(leaving.Token);
    }

    private async Task EndAsync(Guid id)
    {
        refusal = (await scheduling.EndAsync(id, await actor.GetAsync(), leaving.Token)).Refusal;
        schedules = await queries.SchedulesAsync(leaving.Token);
    }

    private EvidenceRequest Request(DateTimeOffset first, DateTimeOffset end)
    {
        var words = source is { } id ? $"Source {sources.First(s => s.Id == id).Name}" : "All sources registered in this console";
        return new EvidenceRequest(framework, first, end)
        {
            Scope = new IdentityFilter { SourceId = source, ForAiTool = aiOnly ? true : null },
            ScopeWords = aiOnly ? $"{words}; identities that act for an AI tool" : words,
            SampleSize = sample,
            Seed = seed,
            Paper = paper,
        };
    }

    private List<Preset> Presets()
    {
        var today = clock.GetUtcNow();
        var quarter = new DateTimeOffset(today.Year, ((today.Month - 1) / 3 * 3) + 1, 1, 0, 0, 0, TimeSpan.Zero);
        var year = new DateTimeOffset(today.Year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var tomorrow = new DateTimeOffset(today.UtcDateTime.Date, TimeSpan.Zero).AddDays(1);
        return [new("Last quarter", quarter.AddMonths(-3), quarter), new("This quarter so far", quarter, tomorrow), new("This year so far", year, tomorrow)];
    }

    private void Choose(Preset preset) => (from, to) = (Times.Day(preset.From), Times.Day(preset.To));

    private void Cancel() => making?.Cancel();

    private async Task MakeAsync()
    {
        if (!Day(from, out var first) || !Day(to, out var end))
        {
            refusal = new Refusal("evidence.date", "Give both days of the period.", "from");
            return;
        }

        (busy, refusal, progress) = (true, null, "Reading the populations");
        making?.Dispose();
        making = CancellationTokenSource.CreateLinkedTokenSource(leaving.Token);
        var token = making.Token;
        try
        {
            var by = await actor.GetAsync();
            var report = new Progress<string>(text => _ = InvokeAsync(() =>
            {
                progress = text;
                StateHasChanged();
            }));
            // Drawing is work for a processor; off the circuit's own context the page stays alive meanwhile.
            var made = await Task.Run(() => service.MakeAsync(Request(first, end), by, report, token), token);
            refusal = made.Refusal;
            packages = await queries.ListAsync(100, leaving.Token);
        }
        catch (OperationCanceledException) when (!leaving.IsCancellationRequested)
        {
            refusal = new Refusal("evidence.cancelled", "Cancelled. Nothing was kept of the unfinished package.");
        }
        finally
        {
            busy = false;
        }
    }

    private static bool Day(string text, out DateTimeOffset day)
    {
        var read = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero);
        return read;
    }
}
