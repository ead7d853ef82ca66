using System.CommandLine;
using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Audit.Retention;
using Governance.Common;
using Governance.Evidence;

namespace Governance.Cli;

/// <summary><c>verify-audit [--json]</c> and <c>verify-evidence FOLDER [--key THUMBPRINT] [--json]</c>: exit code 0 only when intact.</summary>
internal static class VerifyVerbs
{
    public static Command CreateAudit()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var since = new Option<long?>("--since") { Description = "Begin after the checkpoint over so many entries." };
        var kept = new Option<string[]>("--checkpoint") { Description = "A checkpoint's file that was kept elsewhere: shows a log that was cut off or rewritten." };
        var command = new Command("verify-audit", "Recomputes the audit chain and its signed checkpoints, and says intact, or the first broken entry.") { since, kept, json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), async (host, token) =>
        {
            var outside = new List<AuditCheckpoint>();
            foreach (var path in parsed.GetValue(kept) ?? [])
            {
                if (!File.Exists(path))
                    return host.Refuse(new Refusal("audit.checkpoint", $"The file {path} is not there.", "checkpoint"));
                var read = CheckpointFile.Parse(await File.ReadAllTextAsync(path, token));
                if (read.IsRefused)
                    return host.Refuse(read.Refusal);
                outside.Add(read.Value);
            }

            var report = await host.Get<ChainVerifier>().VerifyAsync(parsed.GetValue(since), outside, token);
            host.Print(report, [report.Intact
                ? $"Intact: entries {report.From} to {report.Entries}, {report.Checkpoints} checkpoints agree, head {report.HeadHash}"
                : $"Broken at entry {report.FirstBroken}: {report.Problem}"]);
            return report.Intact ? ExitCodes.Ok : ExitCodes.Refused;
        }, ct));
        return command;
    }

    /// <summary><c>checkpoint [--json]</c></summary>
    public static Command CreateCheckpoint()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("checkpoint", "Signs what the audit log holds and prints the checkpoint: keep it somewhere else.") { json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), async (host, token) =>
        {
            if (await host.Get<CheckpointService>().MakeAsync(token) is not { } made)
                return host.Refuse(new Refusal("audit.empty", "The audit log is empty: there is nothing to sign."));
            var file = CheckpointFile.Of(made);
            host.Print(file, [System.Text.Json.JsonSerializer.Serialize(file, System.Text.Json.JsonSerializerOptions.Web)]);
            return ExitCodes.Ok;
        }, ct));
        return command;
    }

    /// <summary><c>seal-audit --before yyyy-mm-dd [--json]</c></summary>
    public static Command CreateSeal()
    {
        var before = new Option<DateOnly>("--before") { Description = "Entries older than this day, UTC.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("seal-audit", "Moves old audit entries into a signed archive in the data folder. Move it to safe storage: the database holds them no more.") { before, json };
        command.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), async (host, token) =>
        {
            var done = await host.Get<AuditSealing>().SealAsync(new DateTimeOffset(parsed.GetValue(before), TimeOnly.MinValue, TimeSpan.Zero), host.Actor, token);
            if (done.IsRefused)
                return host.Refuse(done.Refusal);
            host.Print(new { done.Value.Path, done.Value.Seal.From, done.Value.Seal.UpTo, done.Value.Seal.FileHash }, [$"Entries {done.Value.Seal.From} to {done.Value.Seal.UpTo} are in {done.Value.Path}", $"SHA-256 {done.Value.Seal.FileHash}"]);
            return ExitCodes.Ok;
        }, ct));
        return command;
    }

    public static Command CreateEvidence()
    {
        var folder = new Argument<string>("folder") { Description = "The package's folder." };
        var key = new Option<string?>("--key") { Description = "Thumbprint of the key that must have signed it." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("verify-evidence", "Recomputes every hash, the signature, the figures and the samples of a package. Needs no database.") { folder, key, json };
        command.SetAction(async (parsed, ct) =>
        {
            var report = await EvidenceVerifier.VerifyAsync(parsed.GetValue(folder)!, parsed.GetValue(key), ct);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(report, System.Text.Json.JsonSerializerOptions.Web));
            }
            else if (report.Intact)
            {
                Console.WriteLine($"Intact: {report.Files} files are what the manifest says, {report.Figures} figures are those of their populations.");
                Console.WriteLine($"Signed by {report.KeyId}{(parsed.GetValue(key) is null ? ". Compare this with the key that the organisation publishes." : ".")}");
            }
            else
            {
                foreach (var problem in report.Problems)
                    Console.WriteLine($"NOT intact: {problem}");
            }

            return report.Intact ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }
}
