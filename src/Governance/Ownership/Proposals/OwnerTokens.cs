namespace Governance.Ownership;

/// <summary>Takes the words of a source apart into what may name a person: <c>a@x.org, "Bob Builder" and 2 more</c>.</summary>
public static class OwnerTokens
{
    private const int Most = 8;
    private static readonly char[] Between = [',', ';', '|', '\n', '<', '>'];

    /// <summary>Mail addresses, names, logins and ids, in the order in which they stand; at most eight.</summary>
    public static IReadOnlyList<string> Of(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return [];
        var tokens = new List<string>();
        foreach (var part in text.Split(Between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var token = Plain(part);
            if (token.Length is > 1 and <= 200 && !tokens.Contains(token, StringComparer.OrdinalIgnoreCase))
                tokens.Add(token);
            // Of "arn:aws:iam::1:user/ada" and "one user: 4711" the last part names them.
            if (token.LastIndexOfAny([' ', '/', ':', '=']) is var at and >= 0 && token[(at + 1)..] is { Length: > 2 } last && !tokens.Contains(last, StringComparer.OrdinalIgnoreCase))
                tokens.Add(last);
        }

        return tokens.Take(Most).ToList();
    }

    /// <summary>A login or the local part of an address without what systems write differently: <c>ada.lovelace</c>, <c>ada-lovelace</c>, <c>AdaLovelace</c>.</summary>
    public static string Handle(string token)
    {
        var local = token.IndexOf('@', StringComparison.Ordinal) is var at and > 0 ? token[..at] : token;
        return string.Concat(local.Where(char.IsLetterOrDigit)).ToUpperInvariant();
    }

    private static string Plain(string part)
    {
        var text = part.Trim().Trim('"', '\'', '(', ')', '.').Trim();
        foreach (var mark in (string[])["mailto:", "user:", "@"])
        {
            if (text.StartsWith(mark, StringComparison.OrdinalIgnoreCase))
                text = text[mark.Length..];
        }

        var more = text.IndexOf(" and ", StringComparison.Ordinal);
        return (more > 0 && text.EndsWith(" more", StringComparison.Ordinal) ? text[..more] : text).Trim();
    }
}
