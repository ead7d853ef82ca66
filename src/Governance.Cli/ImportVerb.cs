using System.CommandLine;
using System.Globalization;
using Governance.Common;
using Governance.Inventory;

namespace Governance.Cli;

/// <summary><c>import PATH --source NAME [--format auto] [--full] [--json]</c></summary>
internal static class ImportVerb
{
    private const int ShownRejects = 20;

    public static Command Create()
    {
        var file = new Argument<string>("path") { Description = "What to import, identities or people: a file, a zip, or a folder, whose files are imported together. Symbolic links in it are not followed." };
        var source = new Option<string>("--source") { Description = "The source it is an inventory of; made when new. Not needed for people.", DefaultValueFactory = _ => string.Empty };
        var format = new Option<string>("--format") { Description = "auto, or the name of a format; a wrong one is answered with the list.", DefaultValueFactory = _ => InventoryReaders.Auto };
        var full = new Option<bool>("--full") { Description = "The file holds the whole source: what it no longer names is called missing." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var map = new Option<string?>("--map") { Description = "For a table or list with columns of its own: column=field,column=field. A comma or = in a name is written with a backslash before it." };
        var command = new Command("import", "Imports an inventory or a list of people.") { file, source, format, map, full, json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), (host, token) => RunAsync(
            host, parsed.GetValue(file)!, new ImportRequest(parsed.GetValue(file)!, parsed.GetValue(source) ?? string.Empty, parsed.GetValue(map) is { } columns ? ColumnMap.Prefix + columns : parsed.GetValue(format)!, parsed.GetValue(full), MayWait: false), token), ct));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, string path, ImportRequest request, CancellationToken ct)
    {
        var folder = Directory.Exists(path);
        if (!folder && !File.Exists(path))
            return host.Refuse(new Refusal("import.no-file", $"There is no file or folder {path}.", "file"));
        var imports = host.Get<ImportService>();
        await imports.CleanUploadsAsync(ct);
        await imports.ResumeAsync(ct);
        var opened = folder ? await ImportPack.FolderAsync(path, ct) : Outcome<Stream>.From(File.OpenRead(path));
        if (opened.IsRefused)
            return host.Refuse(opened.Refusal);
        Outcome<Guid> queued;
        await using (var content = opened.Value)
            queued = await imports.QueueAsync(request, content, host.Actor, ct);
        if (queued.IsRefused)
            return host.Refuse(queued.Refusal);
        var run = await imports.RunAsync(queued.Value, host.Actor, ct);
        var rejects = await host.Get<ImportQueries>().ListRejectsAsync(run.Id, 0, ShownRejects, ct);
        var result = new
        {
            run.Id,
            run.State,
            run.Subject,
            run.Format,
            run.Message,
            run.Read,
            run.Created,
            run.Changed,
            run.Unchanged,
            run.Rejected,
            run.Missing,
            run.Returned,
            run.Attached,
            run.NotInventoried,
            Rejects = rejects.Select(r => new { r.Place, r.Key, r.Reason }),
        };
        var summary = string.Create(CultureInfo.InvariantCulture,
            $"{run.State}: read {run.Read} = created {run.Created} + changed {run.Changed} + unchanged {run.Unchanged} + rejected {run.Rejected}; missing {run.Missing}, returned {run.Returned}{(run.Attached > 0 ? $"; attached {run.Attached}" : string.Empty)}{(run.NotInventoried > 0 ? $"; not inventoried {run.NotInventoried}" : string.Empty)}");
        host.Print(result, [summary, .. run.Message is null ? [] : new[] { run.Message }, .. rejects.Select(r => $"  {r.Place}: {r.Reason}")]);
        return run.State == ImportRunState.Completed ? ExitCodes.Ok : ExitCodes.Refused;
    }
}
