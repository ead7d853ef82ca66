using System.Globalization;
using System.Text;
using Governance.Audit.Exports;

namespace Governance.Audit.Forwarding;

/// <summary>A message as it goes over the wire: octet counting (RFC 6587 3.4.1, RFC 5425 4.3), so that no text can begin a message of its own.</summary>
public static class SyslogLine
{
    /// <summary>What every receiver should take (RFC 5425 4.3.1). A longer entry is cut at its end, which is its details, and says so.</summary>
    public const int MostBytes = 8192;

    private const string CutMark = " cs4Label=cut cs4=the rest stands in the console";

    /// <summary>The entry as RFC 5424 with CEF, with its length before it.</summary>
    public static byte[] Of(AuditEntry entry, string host) => Frame(AuditEntryText.CefLine(entry, null, host));

    /// <summary>A message that is no entry: it only shows that messages arrive.</summary>
    public static byte[] Test(DateTimeOffset now, string host, string who) => Frame(AuditEntryText.CefTest(now, host, who));

    private static byte[] Frame(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var message = bytes.Length <= MostBytes ? bytes : Cut(bytes);
        return [.. Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture)), (byte)' ', .. message];
    }

    private static byte[] Cut(byte[] bytes)
    {
        var end = MostBytes - CutMark.Length;
        // Not within a character, and not after a backslash, which would take the blank that follows into the value.
        while ((bytes[end] & 0xC0) == 0x80 || bytes[end - 1] == (byte)'\\')
            end--;
        return [.. bytes.AsSpan(0, end), .. Encoding.ASCII.GetBytes(CutMark)];
    }
}
