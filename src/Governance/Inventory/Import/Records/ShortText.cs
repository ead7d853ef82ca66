using System.Security.Cryptography;
using System.Text;

namespace Governance.Inventory;

/// <summary>Ids and names that are longer than a column.</summary>
internal static class ShortText
{
    /// <summary>Cut so that it stays unique: the end is a hash of all of it.</summary>
    public static string Unique(string text, int most) =>
        text.Length <= most ? text : $"{text[..(most - 10)]}…{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8]}";
}
