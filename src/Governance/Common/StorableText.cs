using System.Text;

namespace Governance.Common;

/// <summary>Text that every supported database keeps as it is.</summary>
public static class StorableText
{
    /// <summary>Replaces NUL and lone surrogates by U+FFFD; everything else stays.</summary>
    public static string Clean(string text)
    {
        var bad = false;
        for (var i = 0; i < text.Length && !bad; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                bad = !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]));
                i++;
            }
            else
            {
                bad = text[i] == '\0';
            }
        }

        if (!bad)
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }
}
