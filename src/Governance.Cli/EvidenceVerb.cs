using System.CommandLine;
using System.Globalization;
using Governance.Common;
using Governance.Evidence;

namespace Governance.Cli;

/// <summary><c>evidence --framework nist-csf-2.0 --from DATE --to DATE --out DIR [--json]</c></summary>
internal static class EvidenceVerb
{
    public static Command Create()
    {
        var framework = new Option<string>("--framework") { Description = "The framework.", DefaultValueFactory = _ => Framework.NistCsf };
        var from = new Option<string>("--from") { Description = "First day of the period, yyyy-MM-dd, UTC.", Required = true };
        var to = new Option<string>("--to") { Description = "The day after the last one, yyyy-MM-dd, UTC.", Required = true };
        var output = new Option<string?>("--out") { Description = "The folder to make; it may not hold anything yet." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("evidence", "Makes an evidence package: report, figures, populations, hashes.") { framework, from, to, output, json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), async (host, token) =>
        {
            if (Day(parsed.GetValue(from)) is not { } start || Day(parsed.GetValue(to)) is not { } end)
            {
                host.Refuse(new Refusal("evidence.date", "--from and --to are dates like 2026-07-01.", "from"));
                return ExitCodes.Usage;
            }

            var made = await host.Get<EvidenceService>().MakeAsync(new EvidenceRequest(parsed.GetValue(framework)!, start, end, parsed.GetValue(output)), host.Actor, null, token);
            if (made.IsRefused)
                return host.Refuse(made.Refusal);
            host.Print(made.Value, $"{made.Value.Files} files in {made.Value.Folder}; {made.Value.Exceptions} exceptions; SHA-256 of the manifest {made.Value.ManifestHash}");
            return ExitCodes.Ok;
        }, ct));
        return command;
    }

    private static DateTimeOffset? Day(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : null;
}
