using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Governance.Audit.Exports;

/// <summary>An entry as exports carry it, with the proof that it stands in the log of the checkpoint that goes with it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Proof">Inclusion proof after RFC 6962, hex, from the leaf up; the leaf's number is the entry's less one.</param>
public sealed record ProvenEntry(AuditEntry Entry, IReadOnlyList<string> Proof);

/// <summary>The formats of an export.</summary>
public enum AuditExportFormat
{
    /// <summary>JSON Lines: every field, from which hash and proof can be recomputed.</summary>
    JsonLines,

    /// <summary>CSV for a spreadsheet: cells that would run as a formula get an apostrophe, so that the content can't be recomputed, but the hash's proof can.</summary>
    Csv,

    /// <summary>Syslog lines (RFC 5424) with CEF, for a SIEM.</summary>
    Cef,
}

/// <summary>Entries as lines of text.</summary>
public static class AuditEntryText
{
    /// <summary>The columns of a CSV.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["sequence", "at", "actorKind", "actorId", "actorName", "origin", "action", "subjectType", "subjectId", "reason", "details", "previousHash", "hash", "proof"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <summary>One line of JSON; <c>at</c> is microseconds since 1970, as it is hashed.</summary>
    public static string JsonLine(ProvenEntry proven)
    {
        var e = proven.Entry;
        return JsonSerializer.Serialize(
            new
            {
                e.Sequence,
                At = AuditCanonicalForm.Microseconds(e.At),
                Time = Time(e.At),
                ActorKind = e.ActorKind.ToString(),
                e.ActorId,
                e.ActorName,
                e.Origin,
                e.Action,
                e.SubjectType,
                e.SubjectId,
                e.Reason,
                e.Details,
                e.PreviousHash,
                e.Hash,
                proven.Proof,
            },
            Json);
    }

    /// <summary>The cells of a CSV row.</summary>
    public static IReadOnlyList<string?> Row(ProvenEntry proven)
    {
        var e = proven.Entry;
        return
        [
            e.Sequence.ToString(CultureInfo.InvariantCulture), Time(e.At), e.ActorKind.ToString(), e.ActorId, e.ActorName, e.Origin, e.Action, e.SubjectType, e.SubjectId, e.Reason, e.Details,
            e.PreviousHash, e.Hash, string.Join(' ', proven.Proof),
        ];
    }

    /// <summary>
    /// A syslog message (RFC 5424, facility 13 "log audit") that carries a CEF event (version 0): sequence, hash and proof as custom fields. Everything that came from outside is escaped, so that no text can begin a
    /// message or a field of its own.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <param name="proof">Its proof; none when the line goes out as the entry is written.</param>
    /// <param name="host">The console's host name.</param>
    public static string CefLine(AuditEntry entry, IReadOnlyList<string>? proof, string host)
    {
        var severity = Severity(entry.Action);
        var line = new StringBuilder(Syslog(severity, entry.At, host))
            .Append(CultureInfo.InvariantCulture, $"CEF:0|Governance|Console|1|{Header(entry.Action)}|{Header(entry.Action.Replace('.', ' ').Replace('-', ' '))}|{severity}|")
            .Append(CultureInfo.InvariantCulture, $"rt={entry.At.ToUnixTimeMilliseconds()} externalId={entry.Sequence} suid={Value(entry.ActorId)} suser={Value(entry.ActorName)}")
            .Append(CultureInfo.InvariantCulture, $" cs1Label=record cs1={Value(entry.SubjectType + "/" + entry.SubjectId)} cs2Label=hash cs2={entry.Hash} cs3Label=previousHash cs3={entry.PreviousHash}");
        if (proof is not null)
            line.Append(CultureInfo.InvariantCulture, $" cs4Label=proof cs4={string.Join(',', proof)}");
        if (entry.Origin is not null)
            line.Append(CultureInfo.InvariantCulture, $" shost={Value(entry.Origin)}");
        if (entry.Reason is not null)
            line.Append(CultureInfo.InvariantCulture, $" reason={Value(entry.Reason)}");
        return line.Append(CultureInfo.InvariantCulture, $" msg={Value(entry.Details)}").ToString();
    }

    /// <summary>A message of the same shape that is no entry of the log: somebody tests whether messages arrive.</summary>
    public static string CefTest(DateTimeOffset now, string host, string who) =>
        Syslog(3, now, host) + string.Create(CultureInfo.InvariantCulture, $"CEF:0|Governance|Console|1|test|Test message|1|rt={now.ToUnixTimeMilliseconds()} suser={Value(who)} msg=No entry of the log. It shows that messages of this console arrive.");

    // 13 * 8 + notice or warning.
    private static string Syslog(int severity, DateTimeOffset at, string host) =>
        string.Create(CultureInfo.InvariantCulture, $"<{(13 * 8) + (severity >= 7 ? 4 : 5)}>1 {Time(at)} {Word(host)} governance - audit - ");

    /// <summary>ISO 8601 in UTC, to the microsecond.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>CEF severity, 0 to 10: what someone on watch should see is 7.</summary>
    private static int Severity(string action) => action is AuditActions.SignInRefused or AuditActions.StopSwitched or AuditActions.BrakesChanged or AuditActions.ExemptionGranted or AuditActions.ImportFailed ? 7 : 3;

    private static string Header(string text) => Flat(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    private static string Value(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Flat(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);

    private static string Word(string text) => string.Concat(text.Where(c => c is > ' ' and < (char)127).Take(255)) is { Length: > 0 } word ? word : "-";
}
