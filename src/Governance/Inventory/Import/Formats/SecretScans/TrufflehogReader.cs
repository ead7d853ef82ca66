using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>What <c>trufflehog --json</c> prints: one finding a line, log lines between them. Raw, RawV2 and Redacted are never kept.</summary>
public sealed class TrufflehogReader : IInventoryReader
{
    public string Format => "trufflehog";

    public string Description => "trufflehog reports (JSON Lines)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Generic;

    public bool Joins => true;

    public bool Recognises(FileHead head) => head.IsJson && head.Has("DetectorName", "SourceMetadata");

    public IEnumerable<ReadItem> Read(ImportFile file) => ScanReport.Read(file, Rows);

    private static IEnumerable<ScanRow> Rows(ImportFile file)
    {
        foreach (var record in JsonRecords.Of(file, JsonLayout.Plain))
        {
            ScanRow row;
            try
            {
                row = record.Problem is { } problem ? new ScanRow(record.Place, null) { Problem = problem }
                    : record.Element.Has("DetectorName") ? new ScanRow(record.Place, Finding(record.Element))
                    : record.Element.Has("level") && record.Element.Has("msg") ? new ScanRow(record.Place, null) { Skipped = "log lines of trufflehog" }
                    : new ScanRow(record.Place, null) { Problem = "it is not a finding of trufflehog: it has no DetectorName" };
            }
            catch (BadValueException e)
            {
                row = new ScanRow(record.Place, null) { Problem = e.Message };
            }

            yield return row;
        }
    }

    private static ScanFinding Finding(JsonElement e)
    {
        var (source, data) = SourceOf(e.Inner("SourceMetadata").Inner("Data"));
        var extra = e.Inner("ExtraData");
        return new ScanFinding("trufflehog", CsvValues.Required("DetectorName", e.Text("DetectorName")))
        {
            Secret = e.Text("Raw", "RawV2"),
            File = data.Text("file", "path", "key", "image", "link"),
            Commit = data.Text("commit", "layer", "sha"),
            Line = data.Id("line") is { } line and not "0" ? line : null,
            Repository = data.Text("repository", "bucket", "project", "workspace", "channel_name", "directory"),
            Author = data.Text("email", "author", "username", "user"),
            At = ScanTime.Of(data.Text("timestamp", "date")),
            AtText = data.Text("timestamp", "date"),
            Description = e.Text("DetectorDescription"),
            Verified = e.YesNo("Verified") == Reported.Yes ? Reported.Yes : Reported.Unknown,
            Extra = [KeyValuePair.Create("found in", source), .. Texts(extra)],
        };
    }

    /// <summary>Git, Github, Filesystem, S3 and so on: the one object within.</summary>
    private static (string Source, JsonElement Data) SourceOf(JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Object)
        {
            foreach (var source in data.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object))
                return (source.Name, source.Value);
        }

        return ("a source that is not told", default);
    }

    private static IEnumerable<KeyValuePair<string, string>> Texts(JsonElement extra) =>
        extra.ValueKind == JsonValueKind.Object ? extra.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).Take(20).Select(p => KeyValuePair.Create($"extra {p.Name}", p.Value.GetString()!)) : [];
}
