using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Governance.Common;

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

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    /// <summary>SHA-256 over the canonical form, lower-case hex. The entry's own <see cref="AuditEntry.Hash"/> is not part of it.</summary>
    public static string HashOf(AuditEntry entry)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashOf(entry, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The same as 32 bytes, into <paramref name="hash"/>.</summary>
    public static void HashOf(AuditEntry entry, Span<byte> hash)
    {
        var into = buffer ??= new ArrayBufferWriter<byte>(1024);
        into.ResetWrittenCount();
        Write(entry, into);
        SHA256.HashData(into.WrittenSpan, hash);
    }

    /// <summary>The canonical form itself.</summary>
    public static void Write(AuditEntry entry, IBufferWriter<byte> into)
    {
        into.Write("governance-audit-v1"u8);
        Add(into, entry.Sequence);
        Add(into, Microseconds(entry.At));
        Add(into, NameOf(entry.ActorKind));
        Add(into, entry.ActorId);
        Add(into, entry.ActorName);
        Add(into, entry.Origin);
        Add(into, entry.Action);
        Add(into, entry.SubjectType);
        Add(into, entry.SubjectId);
        Add(into, entry.Reason);
        Add(into, entry.Details);
        Add(into, entry.PreviousHash);
    }

    /// <summary>Whole microseconds since 1970-01-01T00:00Z.</summary>
    public static long Microseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether a time is one that the log writes: to the microsecond. A finer part would not be hashed, so it may not be there.</summary>
    public static bool IsWhole(DateTimeOffset at) => at.UtcTicks % TimeSpan.TicksPerMicrosecond == 0;

    private static string NameOf(ActorKind kind) => Enum.GetName(kind) ?? ((int)kind).ToString(CultureInfo.InvariantCulture);

    private static void Add(IBufferWriter<byte> into, long number)
    {
        Span<byte> digits = stackalloc byte[24];
        number.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        Field(into, digits[..length]);
    }

    // A field is written in one go: its length is known only when it is encoded, so it is encoded behind the widest length and moved.
    private static void Add(IBufferWriter<byte> into, string? field)
    {
        if (field is null)
        {
            into.Write("-,"u8);
            return;
        }

        const int widest = 11;
        var room = into.GetSpan(widest + Encoding.UTF8.GetMaxByteCount(field.Length) + 1);
        var length = Encoding.UTF8.GetBytes(field, room[widest..]);
        length.TryFormat(room, out var digits, provider: CultureInfo.InvariantCulture);
        room[digits++] = (byte)':';
        room.Slice(widest, length).CopyTo(room[digits..]);
        room[digits + length] = (byte)',';
        into.Advance(digits + length + 1);
    }

    private static void Field(IBufferWriter<byte> into, ReadOnlySpan<byte> bytes)
    {
        var room = into.GetSpan(bytes.Length + 13);
        bytes.Length.TryFormat(room, out var digits, provider: CultureInfo.InvariantCulture);
        room[digits++] = (byte)':';
        bytes.CopyTo(room[digits..]);
        room[digits + bytes.Length] = (byte)',';
        into.Advance(digits + bytes.Length + 1);
    }
}
