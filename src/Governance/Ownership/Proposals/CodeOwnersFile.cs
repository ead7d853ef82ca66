using System.Text.RegularExpressions;

namespace Governance.Ownership;

/// <summary>Reads CODEOWNERS files of GitHub and GitLab, and says who owns a path: of the lines that match, the last.</summary>
public static class CodeOwnersFile
{
    private const int MostLines = 5000;

    /// <summary>The lines that name a pattern; comments, section headings and what is longer than a line can be are passed over.</summary>
    public static IReadOnlyList<(int Line, string Pattern, string Owners)> Parse(string text)
    {
        var lines = new List<(int, string, string)>();
        foreach (var (index, raw) in text.Split('\n').Take(MostLines).Index())
        {
            var line = raw.Trim();
            if (line.Length is 0 or > 2000 || line[0] is '#' or '[' or '^' or '!')
                continue;
            var comment = line.IndexOf(" #", StringComparison.Ordinal);
            var words = (comment > 0 ? line[..comment] : line).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Length <= 400)
                lines.Add((index + 1, words[0], string.Join(' ', words.Skip(1).Take(20))));
        }

        return lines;
    }

    /// <summary>Whether a pattern means the path, by the rules of gitignore that CODEOWNERS keeps.</summary>
    public static bool Matches(string pattern, string path)
    {
        var anchored = pattern.TrimEnd('/').Contains('/', StringComparison.Ordinal);
        var folder = pattern.EndsWith('/');
        var plain = pattern.Trim('/');
        if (plain.Length == 0)
            return false;
        var expression = Regex.Escape(plain).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"/\*\*", "/.*", StringComparison.Ordinal)
            .Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal).Replace(@"\?", "[^/]", StringComparison.Ordinal);
        // "docs/*" means the files in docs and not those below; "docs" and "docs/" mean everything under it.
        var end = folder ? "/.+$" : plain.EndsWith("/*", StringComparison.Ordinal) ? "$" : "(/.*)?$";
        return Regex.IsMatch(path.TrimStart('/'), (anchored ? "^" : "(^|.*/)") + expression + end, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
    }

    /// <summary>The owners of a path; null when no line means it, or the last that does names nobody.</summary>
    public static CodeOwner? OwnerOf(IEnumerable<CodeOwner> lines, string path) =>
        lines.OrderByDescending(l => l.Line).FirstOrDefault(l => Matches(l.Pattern, path)) is { Owners.Length: > 0 } line ? line : null;

    /// <summary><c>https://github.com/Acme/Platform.git</c> and <c>git@github.com:acme/platform</c> as <c>acme/platform</c>.</summary>
    public static string Repository(string text)
    {
        var plain = text.Trim().TrimEnd('/');
        plain = plain.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? plain[..^4] : plain;
        var parts = plain.Split(['/', ':'], StringSplitOptions.RemoveEmptyEntries);
        return string.Join('/', parts.TakeLast(2)).ToLowerInvariant();
    }
}
