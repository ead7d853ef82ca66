using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Governance.Web.Features.Imports;

/// <summary>The little of Markdown that our own documentation uses: headings, paragraphs, lists, tables, code. No text becomes markup.</summary>
public sealed partial class DocsText : ComponentBase
{
    [Parameter, EditorRequired]
    public string Text { get; set; } = string.Empty;

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        var lines = Comment().Replace(Text, string.Empty).Replace("\r", string.Empty, StringComparison.Ordinal).Split('\n');
        for (var i = 0; i < lines.Length;)
        {
            var line = lines[i];
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.FindIndex(lines, i + 1, l => l.StartsWith("```", StringComparison.Ordinal));
                end = end < 0 ? lines.Length : end;
                Code(builder, string.Join('\n', lines[(i + 1)..end]));
                i = end + 1;
            }
            else if (line.StartsWith('#'))
            {
                // The page's own title stands above as its section's heading.
                if (!line.StartsWith("# ", StringComparison.Ordinal))
                    Block(builder, "h3", line.TrimStart('#', ' '));
                i++;
            }
            else if (line.StartsWith('|'))
            {
                i = Table(builder, lines, i);
            }
            else if (line.StartsWith("- ", StringComparison.Ordinal))
            {
                i = List(builder, lines, i);
            }
            else
            {
                var end = i;
                while (end < lines.Length && lines[end].Length > 0 && !lines[end].StartsWith("```", StringComparison.Ordinal) && !lines[end].StartsWith("- ", StringComparison.Ordinal) && !lines[end].StartsWith('|'))
                    end++;
                if (end > i)
                    Block(builder, "p", string.Join(' ', lines[i..end].Select(l => l.Trim())));
                i = Math.Max(end, i + 1);
            }
        }
    }

    private static void Code(RenderTreeBuilder builder, string code)
    {
        builder.OpenElement(10, "pre");
        builder.AddAttribute(11, "tabindex", "0");
        builder.OpenElement(12, "code");
        builder.AddContent(13, code);
        builder.CloseElement();
        builder.CloseElement();
    }

    private static void Block(RenderTreeBuilder builder, string element, string text)
    {
        builder.OpenElement(20, element);
        Inline(builder, text);
        builder.CloseElement();
    }

    private static int List(RenderTreeBuilder builder, string[] lines, int i)
    {
        builder.OpenElement(30, "ul");
        while (i < lines.Length && lines[i].StartsWith("- ", StringComparison.Ordinal))
        {
            var text = lines[i++][2..];
            while (i < lines.Length && lines[i].StartsWith("  ", StringComparison.Ordinal))
                text += " " + lines[i++].Trim();
            Block(builder, "li", text);
        }

        builder.CloseElement();
        return i;
    }

    private static int Table(RenderTreeBuilder builder, string[] lines, int i)
    {
        builder.OpenElement(40, "div");
        builder.AddAttribute(41, "class", "docs-table");
        builder.OpenElement(42, "table");
        builder.AddAttribute(43, "class", "data-table");
        for (var first = true; i < lines.Length && lines[i].StartsWith('|'); i++)
        {
            if (lines[i].Contains("| --- ", StringComparison.Ordinal))
                continue;
            builder.OpenElement(44, "tr");
            foreach (var cell in lines[i].Trim().Trim('|').Split('|'))
                Block(builder, first ? "th" : "td", cell.Trim());
            builder.CloseElement();
            first = false;
        }

        builder.CloseElement();
        builder.CloseElement();
        return i;
    }

    private static void Inline(RenderTreeBuilder builder, string text)
    {
        var at = 0;
        foreach (Match match in Marked().Matches(text))
        {
            builder.AddContent(50, text[at..match.Index]);
            at = match.Index + match.Length;
            if (match.Groups["code"].Success || match.Groups["strong"].Success)
            {
                builder.OpenElement(51, match.Groups["code"].Success ? "code" : "strong");
                builder.AddContent(52, match.Groups["code"].Success ? match.Groups["code"].Value : match.Groups["strong"].Value);
                builder.CloseElement();
            }
            else
            {
                // Links between the pages are not links here: all of them stand on this one.
                builder.AddContent(53, match.Groups["label"].Value);
            }
        }

        builder.AddContent(54, text[at..]);
    }

    [GeneratedRegex(@"`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|\[(?<label>[^\]]+)\]\([^)]*\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Marked();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();
}
