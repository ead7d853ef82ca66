using System.CommandLine;
using System.Globalization;
using Governance.Common;
using Governance.Evidence;

namespace Governance.Cli;

/// <summary><c>evidence --framework nist-csf-2.0 --from 2026-07-01 --to 2026-10-01 --out DIR [--json]</c></summary>
internal static class EvidenceVerb
{
    public static Command Create()
    {
        var framework = new Option<string>("--framework") { Description = "The framework's id.", DefaultValueFactory = _ => "nist-csf-2.0" };
        var from = new Option<string>("--from") { Description = "First day of the period, yyyy-mm-dd, UTC.", Required = true };
        var to = new Option<string>("--to") { Description = "The day after the last one, yyyy-mm-dd, UTC.", Required = true };
        var output = new Option<string>("--out") { Description = "The folder that the package is put into.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("evidence", "Makes an evidence package: PDF, populations, manifest.") { framework, from, to, output, json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), async (host, token) =>
        {
            if (!Day(parsed.GetValue(from), out var first) || !Day(parsed.GetValue(to), out var end))
                return host.Refuse(new Refusal("evidence.date", "--from and --to are days such as 2026-07-01.", "from"));
            var made = await host.Get<EvidenceService>().MakeAsync(new EvidenceRequest(parsed.GetValue(framework)!, first, end, Path.GetFullPath(parsed.GetValue(output)!)), host.Actor, null, token);
            if (made.IsRefused)
                return host.Refuse(made.Refusal);
            var p = made.Value;
            var folder = Path.Combine(Path.GetFullPath(parsed.GetValue(output)!), p.Folder);
            host.Print(new { p.Id, p.Framework, p.From, p.To, Folder = folder, p.Files, p.Exceptions, p.ManifestHash }, [$"{p.Files} files in {folder}", $"{p.Exceptions} exceptions; SHA-256 of the manifest {p.ManifestHash}"]);
            return ExitCodes.Ok;
        }, ct));
        return command;
    }

    private static bool Day(string? text, out DateTimeOffset day)
    {
        var read = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero);
        return read;
    }
}
