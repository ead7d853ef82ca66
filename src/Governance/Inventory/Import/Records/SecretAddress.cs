namespace Governance.Inventory;

/// <summary>An address, taken apart by text, since it may hold placeholders that no parser of addresses takes.</summary>
/// <param name="Plain">Scheme, host and path up to the first random part.</param>
/// <param name="Secrets">By the part that they stand in.</param>
/// <param name="Placeholders">Parts that name a secret and hold none.</param>
internal sealed record SecretAddress(string Plain, IReadOnlyList<(string Name, string Value)> Secrets, IReadOnlyList<string> Placeholders)
{
    public static SecretAddress Parse(string text)
    {
        var (secrets, placeholders) = (new List<(string, string)>(), new List<string>());
        var scheme = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var queryAt = text.IndexOfAny(['?', '#'], scheme);
        var (front, query) = queryAt < 0 ? (text, string.Empty) : (text[..queryAt], text[(queryAt + 1)..]);
        var pathAt = front.IndexOf('/', scheme);
        var (authority, path) = pathAt < 0 ? (front[scheme..], string.Empty) : (front[scheme..pathAt], front[pathAt..]);
        if (authority.LastIndexOf('@') is >= 0 and var at)
        {
            var user = authority[..at];
            authority = authority[(at + 1)..];
            var colon = user.IndexOf(':', StringComparison.Ordinal);
            var (name, password) = colon < 0 ? ("user", user) : ("password", user[(colon + 1)..]);
            if (SecretText.IsPlaceholder(password))
                placeholders.Add(name);
            else if (colon >= 0 || SecretText.IsRandom(password))
                secrets.Add((name, Uri.UnescapeDataString(password)));
        }

        foreach (var pair in query.Split(['&', '#', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? ("query", pair) : (pair[..equals], Uri.UnescapeDataString(pair[(equals + 1)..]));
            var named = SecretText.IsName(name) || name is "code" or "k" or "auth";
            if (SecretText.IsPlaceholder(value))
            {
                if (named && value.Length > 0)
                    placeholders.Add(name);
            }
            else if (named || SecretText.IsRandom(value))
            {
                secrets.Add((name, value));
            }
        }

        var plain = new List<string>();
        foreach (var part in path.Split('/').Skip(1))
        {
            if (!SecretText.IsRandom(part))
            {
                plain.Add(part);
                continue;
            }

            secrets.Add(("path", part));
            break;
        }

        return new SecretAddress(text[..scheme] + authority + string.Concat(plain.Select(p => "/" + p)), secrets, placeholders);
    }
}
