using System.Net;
using System.Text;
using Governance.Common;

namespace Governance.Notifications;

/// <summary>What stands in the place of a placeholder: text, and as HTML where that is not just the text encoded.</summary>
public sealed record PlaceholderValue(string Text, string? Html = null);

/// <summary>A subject and a body, ready to be filled.</summary>
public sealed record MailTemplate(TemplateText Subject, TemplateText Body);

/// <summary>Text with named placeholders in braces and nothing else: no code, no conditions. A brace itself is written twice.</summary>
public sealed class TemplateText
{
    private readonly List<(string Text, bool Placeholder)> parts = [];

    private TemplateText()
    {
    }

    /// <summary>Reads it, or says in which line and at which character it is wrong.</summary>
    public static Outcome<TemplateText> Parse(string text, IReadOnlyCollection<string> known, string field)
    {
        var template = new TemplateText();
        var literal = new StringBuilder();
        var source = text.ReplaceLineEndings("\n");
        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            if (c is not ('{' or '}'))
            {
                literal.Append(c);
            }
            else if (i + 1 < source.Length && source[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '}')
            {
                return Wrong(source, i, "a closing brace has no opening one. Write }} for a brace", field);
            }
            else
            {
                var end = source.IndexOf('}', i);
                var name = end < 0 ? string.Empty : source[(i + 1)..end];
                if (end < 0 || name.Contains('\n', StringComparison.Ordinal) || name.Contains('{', StringComparison.Ordinal))
                    return Wrong(source, i, "a placeholder is not closed. Write {{ for a brace", field);
                if (!known.Contains(name, StringComparer.Ordinal))
                    return Wrong(source, i, $"there is no placeholder {{{(name.Length > 40 ? name[..40] + "…" : name)}}}. There are {string.Join(", ", known.Select(k => "{" + k + "}"))}", field);
                template.Add(literal);
                template.parts.Add((name, true));
                i = end;
            }
        }

        template.Add(literal);
        return template;
    }

    /// <summary>Filled, as plain text. Paragraphs that end up empty are left out.</summary>
    public string Text(IReadOnlyDictionary<string, PlaceholderValue> values) =>
        string.Join("\n\n", Paragraphs(string.Concat(parts.Select(p => p.Placeholder ? values[p.Text].Text.ReplaceLineEndings("\n") : p.Text))));

    /// <summary>Filled, as HTML: all text encoded, blank lines part paragraphs.</summary>
    public string Html(IReadOnlyDictionary<string, PlaceholderValue> values)
    {
        var whole = string.Concat(parts.Select(p => p.Placeholder && values[p.Text].Html is { } html ? html : WebUtility.HtmlEncode((p.Placeholder ? values[p.Text].Text : p.Text).ReplaceLineEndings("\n"))));
        // Encoded text never begins with "<": only what was made here does.
        return string.Join('\n', Paragraphs(whole).Select(p => p.StartsWith("<ul", StringComparison.Ordinal) ? p : $"<p>{p.Replace("\n", "<br>", StringComparison.Ordinal)}</p>"));
    }

    private static IEnumerable<string> Paragraphs(string text) => text.Split("\n\n").Select(p => p.Trim('\n')).Where(p => p.Trim().Length > 0);

    private static Refusal Wrong(string text, int at, string what, string field)
    {
        var line = text.AsSpan(0, at).Count('\n') + 1;
        return new Refusal("template.placeholder", $"{(field == "subject" ? "Subject" : "Text")}, line {line}, character {at - text.LastIndexOf('\n', Math.Max(0, at - 1), Math.Max(0, at))}: {what}.", field);
    }

    private void Add(StringBuilder literal)
    {
        if (literal.Length > 0)
            parts.Add((literal.ToString(), false));
        literal.Clear();
    }
}
