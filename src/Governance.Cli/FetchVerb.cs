using System.CommandLine;
using System.Globalization;
using Governance.Common;
using Governance.Inventory;

namespace Governance.Cli;

/// <summary><c>fetch [--source NAME] [--json]</c>: what is due, or one live source now.</summary>
internal static class FetchVerb
{
    public static Command Create()
    {
        var source = new Option<string>("--source") { Description = "The live source to fetch now. Without it, all that are due by their schedule.", DefaultValueFactory = _ => string.Empty };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("fetch", "Fetches live sources and imports what they hold.") { source, json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), (host, token) => RunAsync(host, parsed.GetValue(source)?.Trim() ?? string.Empty, token), ct));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, string source, CancellationToken ct)
    {
        var imports = host.Get<ImportService>();
        await imports.CleanUploadsAsync(ct);
        await imports.ResumeAsync(ct);
        var live = await host.Get<FeedQueries>().ListAsync(ct);
        var chosen = source.Length == 0 ? live.Where(f => f is { Enabled: true, NextRunAt: { } next } && next <= host.Get<TimeProvider>().Now()).ToList() : [.. live.Where(f => f.SourceName == source)];
        if (source.Length > 0)
        {
            if (chosen.Count == 0)
                return host.Refuse(new Refusal("feed.none", $"There is no live source '{source}'. There are: {string.Join(", ", live.Select(f => f.SourceName))}.", "source"));
            var asked = await host.Get<FeedService>().RunNowAsync(chosen[0].Id, host.Actor, ct);
            if (asked.IsRefused)
                return host.Refuse(asked.Refusal);
        }

        await host.Get<FeedRunner>().RunDueAsync(ct);
        var runs = new List<(string Source, FeedRunRow Row)>();
        foreach (var feed in chosen)
            runs.AddRange((await host.Get<FeedQueries>().RunsAsync(feed.SourceId, 1, ct)).Select(r => (feed.SourceName, r)));
        host.Print(
            runs.ConvertAll(r => new { r.Source, r.Row.Run.State, r.Row.Run.Complete, r.Row.Run.Records, r.Row.Run.Message, r.Row.Import?.Created, r.Row.Import?.Changed, r.Row.Import?.Unchanged, r.Row.Import?.Rejected, r.Row.Import?.Missing }),
            runs.Count == 0 ? ["Nothing is due."] : runs.Select(Line));
        return runs.TrueForAll(r => r.Row.Run.State == FeedRunState.Completed) ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static string Line((string Source, FeedRunRow Row) r) => string.Create(CultureInfo.InvariantCulture,
        $"{r.Source}: {r.Row.Run.State}, {r.Row.Run.Records} records{(r.Row.Import is { } i ? $"; created {i.Created}, changed {i.Changed}, unchanged {i.Unchanged}, rejected {i.Rejected}, missing {i.Missing}" : null)}{(r.Row.Run.Message is { } m ? ". " + m : null)}");
}
