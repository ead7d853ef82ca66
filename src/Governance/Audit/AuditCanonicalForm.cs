using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Governance.Audit;

/// <summary>
/// The bytes that an entry's hash is made of: the text <c>governance-audit-v1</c> and then each field in a fixed order,
/// each as a netstring (<c>length-in-bytes:bytes,</c> in UTF-8; an absent field as <c>-,</c>). Times are microseconds since 1970 in decimal.
/// No field can run into the next, and any language can redo it. Order: sequence, at, actor kind, actor id, actor name, origin, action,
/// subject type, subject id, reason, details, previous hash.
/// </summary>
public static class AuditCanonicalForm
{
    public const string Version = "governance-audit-v1";

    /// <summary>The previous hash of the first entry.</summary>
    public const string Genesis = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>SHA-256 over the canonical form, lower-case hex. The entry's own <see cref="AuditEntry.Hash"/> is not part of it.</summary>
    public static string HashOf(AuditEntry entry)
    {
        var text = new StringBuilder(512).Append(Version);
        Add(text, entry.Sequence.ToString(CultureInfo.InvariantCulture));
        Add(text, Microseconds(entry.At).ToString(CultureInfo.InvariantCulture));
        Add(text, entry.ActorKind.ToString());
        Add(text, entry.ActorId);
        Add(text, entry.ActorName);
        Add(text, entry.Origin);
        Add(text, entry.Action);
        Add(text, entry.SubjectType);
        Add(text, entry.SubjectId);
        Add(text, entry.Reason);
        Add(text, entry.Details);
        Add(text, entry.PreviousHash);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Whole microseconds since 1970-01-01T00:00Z.</summary>
    public static long Microseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static void Add(StringBuilder text, string? field)
    {
        if (field is null)
            text.Append("-,");
        else
            text.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(field)}:{field},");
    }
}
