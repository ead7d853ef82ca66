using System.Globalization;

namespace Governance.Inventory;

/// <summary>
/// Ids of AWS. A user or role is keyed by ARN and creation time, the only pair that the credential report, the authorization details and the
/// lists all name; one that is made anew under an old name is another one. A file that names it without its creation time gives the bare ARN,
/// or <c>user/NAME</c> where not even the account is told: <see cref="ProvisionalIds"/> finds whose it is.
/// </summary>
internal static class AwsNames
{
    public static string Key(string arn, DateTimeOffset? created) => created is { } at ? $"{arn}#{at:yyyy-MM-ddTHH:mm:ssZ}" : arn;

    public static string? AccountOf(string arn) => arn.Split(':') is ["arn", _, _, _, { Length: 12 } account, ..] && account.All(char.IsAsciiDigit) ? account : null;

    /// <summary>The last part of what an ARN names: <c>arn:aws:iam::1:user/path/bob</c> has bob.</summary>
    public static string LastOf(string arn) => arn[(arn.LastIndexOfAny(['/', ':']) + 1)..];

    /// <summary>Keys are told apart by when they were made: the credential report names no key ids, and the lists name no slots.</summary>
    public static string KeyId(DateTimeOffset? made, string otherwise) => made is { } at ? $"access-key@{at:yyyy-MM-ddTHH:mm:ssZ}" : otherwise;

    /// <summary>The account that an access key's id holds (keys made since 2019); null for older ones.</summary>
    public static string? AccountOfKey(string keyId)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        if (keyId.Length != 20)
            return null;
        var bits = 0UL;
        for (var i = 4; i < 14; i++)
        {
            var digit = Alphabet.IndexOf(keyId[i], StringComparison.Ordinal);
            if (digit < 0)
                return null;
            bits = (bits << 5) | (uint)digit;
        }

        // 50 bits: the first says that an account follows, the next 40 are the account.
        return (bits >> 49) == 1 ? ((bits >> 9) & 0xFF_FFFF_FFFF).ToString("D12", CultureInfo.InvariantCulture) : null;
    }
}
