using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// The IAM credential report: the bare CSV, or what <c>aws iam get-credential-report</c> prints (JSON with the CSV as base64 in <c>Content</c>).
/// One identity per user, keyed as <see cref="AwsNames"/> says. The report names no key ids: a key is told by the time of its rotation.
/// </summary>
internal static class AwsCredentialReport
{
    private const int MaximumContent = 64 * 1024 * 1024;

    private static readonly HashSet<string> Used = new(StringComparer.Ordinal) { "user", "arn", "user_creation_time" };

    private static readonly HashSet<string> Envelope = new(StringComparer.Ordinal) { "Content", "ReportFormat", "GeneratedTime", "ResponseMetadata" };

    public static bool Recognises(FileHead head) => IsEnvelope(head) || (!head.IsJson && head.Columns.Contains("arn") && head.Columns.Contains("user_creation_time"));

    private static bool IsEnvelope(FileHead head) => head.IsJson && head.Has("Content") && head.NamesAt(string.Empty).IsSubsetOf(Envelope);

    public static IEnumerable<ReadItem> Read(ImportDocument document, ImportFile file)
    {
        var envelope = document.Head.IsJson;
        using var stream = envelope ? Unwrap(document) : document.Open();
        foreach (var row in CsvTable.Read(stream, envelope ? "user,arn" : document.Head.Text, document))
        {
            ReadItem item;
            try
            {
                item = row.Problem is { } problem ? ReadItem.Rejected(row.Place, null, problem) : new ReadItem(row.Place, row["arn"]) { Identity = Identity(row, file) };
            }
            catch (BadValueException e)
            {
                item = ReadItem.Rejected(row.Place, null, e.Message);
            }

            yield return item;
        }
    }

    private static MemoryStream Unwrap(ImportDocument file)
    {
        using var bounded = new MemoryStream();
        using (var stream = file.Open())
        {
            var buffer = new byte[64 * 1024];
            for (int read; (read = stream.Read(buffer)) > 0; bounded.Write(buffer, 0, read))
            {
                if (bounded.Length > MaximumContent)
                    throw new UnreadableFileException($"The report's JSON is larger than {MaximumContent / 1024 / 1024} MiB. Save its Content as CSV and import that.");
            }
        }

        try
        {
            using var document = JsonDocument.Parse(bounded.GetBuffer().AsMemory(0, (int)bounded.Length), new JsonDocumentOptions { AllowDuplicateProperties = false });
            var content = document.RootElement.Text("Content") ?? throw new UnreadableFileException("The report's JSON has no Content.");
            return new MemoryStream(content.StartsWith("user,", StringComparison.Ordinal) ? global::System.Text.Encoding.UTF8.GetBytes(content) : Convert.FromBase64String(content));
        }
        catch (Exception e) when (e is JsonException or FormatException or BadValueException)
        {
            throw new UnreadableFileException("The report's JSON is damaged: its Content is not base64 of a CSV. Run 'aws iam get-credential-report' again.");
        }
    }

    private static IdentityRecord Identity(CsvRecord row, ImportFile file)
    {
        var arn = CsvValues.Required("arn", row["arn"]);
        var user = CsvValues.Required("user", row["user"]);
        var created = Time(row, "user_creation_time");
        var root = user == "<root_account>";
        var password = Flag(row, "password_enabled");
        var keys = new[] { 1, 2 }.Select(slot => Key(row, slot)).OfType<CredentialRecord>().ToList();
        if (keys is [var one, var other] && one.ExternalId == other.ExternalId)
            keys[1] = other with { ExternalId = other.ExternalId + "/2" };
        var (passwordUsed, passwordUsage) = Usage(row, "password_last_used");
        var credentials = new List<CredentialRecord>(keys);
        if (password == Reported.Yes)
        {
            var ends = Time(row, "password_next_rotation");
            credentials.Add(new CredentialRecord("password", CredentialKind.Password)
            {
                Enabled = password,
                CreatedAt = Time(row, "password_last_changed"),
                ExpiresAt = ends,
                Expiry = ends is null ? ExpiryState.NotReported : ExpiryState.Known,
                LastUsedAt = passwordUsed,
                Usage = passwordUsage,
            });
        }

        var uses = credentials.Select(c => c.LastUsedAt).Where(t => t is not null).ToList();
        var active = credentials.Any(c => c.Enabled == Reported.Yes);
        return new IdentityRecord
        {
            ExternalId = AwsNames.Key(arn, created),
            DisplayName = root ? "Root account " + arn.Split(':').ElementAtOrDefault(4) : user,
            Kind = IdentityKind.MachineUser,
            Description = root ? "The root user of the AWS account" : password == Reported.No && active ? "Signs in by access key only" : null,
            Enabled = active ? Reported.Yes : credentials.Count == 0 && password == Reported.Unknown ? Reported.Unknown : Reported.No,
            Publisher = "Amazon Web Services",
            CreatedAt = created,
            LastUsedAt = uses.Max(),
            Usage = uses.Count > 0 ? UsageState.Used : credentials.Count > 0 && credentials.TrueForAll(c => c.Usage == UsageState.NeverUsed) ? UsageState.NeverUsed : UsageState.NotReported,
            Tool = file.Catalogue.Match(null, user, null, []),
            Credentials = credentials,
            Grants = root ? [new GrantRecord("Everything", "AWS account", GrantPath.Direct, Reported.Yes) { Description = "Root can do everything in the account" }] : [],
            GrantCoverage = GrantCoverage.None,
            Part = RecordPart.Sighting,
            Silent = SilentFields.Description | SilentFields.Enabled | SilentFields.Hints | SilentFields.SomeUse | SilentFields.SomeAttributes | SilentFields.CredentialNames,
            Attributes = AttributeJson.Of(row.Except(Used).Where(p => p.Key.StartsWith("mfa", StringComparison.Ordinal) || p.Key.StartsWith("cert_", StringComparison.Ordinal)
                || p.Key.EndsWith("_region", StringComparison.Ordinal) || p.Key.EndsWith("_service", StringComparison.Ordinal)).Select(p => KeyValuePair.Create(p.Key, JsonSerializer.SerializeToElement(p.Value)))
                .Append(KeyValuePair.Create("arn", JsonSerializer.SerializeToElement(arn))), file.Secrets),
        };
    }

    private static CredentialRecord? Key(CsvRecord row, int slot)
    {
        var prefix = $"access_key_{slot}_";
        var rotated = Time(row, prefix + "last_rotated");
        var active = Flag(row, prefix + "active");
        if (rotated is null && active != Reported.Yes)
            return null;
        var (used, usage) = Usage(row, prefix + "last_used_date");
        return new CredentialRecord(AwsNames.KeyId(rotated, $"access-key-{slot}"), CredentialKind.AccessKey)
        {
            DisplayName = $"Access key {slot}",
            Enabled = active,
            CreatedAt = rotated,
            Expiry = ExpiryState.Never,
            LastUsedAt = used,
            Usage = usage,
        };
    }

    private static bool Absent(string? text) => text is null or "N/A" or "no_information" or "not_supported";

    private static DateTimeOffset? Time(CsvRecord row, string column) => Absent(row[column]) ? null : CsvValues.Time(column, row[column]);

    private static Reported Flag(CsvRecord row, string column) => Absent(row[column]) ? Reported.Unknown : CsvValues.YesNo(column, row[column]);

    /// <summary><c>N/A</c> beside an existing key says never used; <c>no_information</c> says that AWS doesn't know.</summary>
    private static (DateTimeOffset? At, UsageState State) Usage(CsvRecord row, string column) =>
        row[column] == "N/A" ? (null, UsageState.NeverUsed) : Time(row, column) is { } at ? (at, UsageState.Used) : (null, UsageState.NotReported);
}
