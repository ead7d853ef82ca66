using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Governance.Inventory;

/// <summary>
/// What the first 64 KiB of a document show of its form, so that a reader can recognise it by content. A name that is not here may still come later.
/// </summary>
public sealed class FileHead
{
    private const int Bytes = 64 * 1024;
    private const int MaximumNames = 2000;
    private const int MaximumDepth = 64;
    private readonly Dictionary<string, HashSet<string>> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlySet<string>> columns;

    private FileHead(string text)
    {
        Text = text;
        columns = new Lazy<IReadOnlySet<string>>(() => CsvTable.Columns(text));
        var trimmed = text.AsSpan().TrimStart();
        IsJson = trimmed is ['{' or '[', ..] || (trimmed is ['/', '/' or '*', ..] && text.Contains('{', StringComparison.Ordinal));
        if (IsJson)
            ReadJson(text);
        else if (PastComments(trimmed) is var start && (start.StartsWith("---") || start.StartsWith("apiVersion:") || start.StartsWith("kind:") || start.StartsWith("metadata:") || start.StartsWith("items:") || start.StartsWith("- ")))
            IsYaml = ReadYaml(text);
    }

    /// <summary>The beginning as text; invalid bytes are U+FFFD.</summary>
    public string Text { get; }

    public bool IsJson { get; }

    public bool IsYaml { get; }

    /// <summary>The columns that the first line names in lower case, when the document is a table.</summary>
    public IReadOnlySet<string> Columns => columns.Value;

    internal static FileHead Of(ImportDocument document)
    {
        using var stream = document.Open();
        var bytes = new byte[Bytes];
        return new FileHead(Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <summary>Whether the object at the root, or the first of the list at the root, has all of these names. Lists are written as <c>name[]</c>, of which the first item's names follow a dot.</summary>
    public bool Has(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            var dot = path.LastIndexOf('.');
            if (!names.TryGetValue(dot < 0 ? string.Empty : path[..dot], out var known) || !known.Contains(dot < 0 ? path : path[(dot + 1)..]))
                return false;
        }

        return true;
    }

    /// <summary>The names in the first object found at the path: the root when empty, <c>items[]</c> for the first of that list.</summary>
    public IReadOnlySet<string> NamesAt(string path) => names.TryGetValue(path, out var known) ? known : new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The text at the path, such as <c>kind</c> or <c>items[].kind</c>; of the first that has one.</summary>
    public string? TextAt(string path) => texts.GetValueOrDefault(path);

    /// <summary>A YAML file may begin with comments.</summary>
    private static ReadOnlySpan<char> PastComments(ReadOnlySpan<char> text)
    {
        while (text is ['#', ..])
        {
            var end = text.IndexOf('\n');
            text = end < 0 ? [] : text[end..].TrimStart();
        }

        return text;
    }

    private void ReadJson(string text)
    {
        var reader = new Utf8JsonReader(
            Encoding.UTF8.GetBytes(text), isFinalBlock: false,
            new JsonReaderState(new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaximumDepth, AllowMultipleValues = true }));
        var path = new Stack<string>();
        string? name = null;
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                    case JsonTokenType.StartArray:
                        path.Push(Join(path, name) + (reader.TokenType == JsonTokenType.StartArray && (name is not null || path.Count > 0) ? "[]" : string.Empty));
                        name = null;
                        break;
                    case JsonTokenType.EndObject:
                    case JsonTokenType.EndArray:
                        path.Pop();
                        name = null;
                        break;
                    case JsonTokenType.PropertyName:
                        name = reader.GetString()!;
                        Note(path.Peek(), name);
                        break;
                    default:
                        if (name is not null && reader.TokenType == JsonTokenType.String)
                            texts.TryAdd(Join(path, name), reader.GetString()!);
                        name = null;
                        break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What was seen before the damage is enough to recognise it; the reader tells of the damage.
        }
    }

    private bool ReadYaml(string text)
    {
        var path = new Stack<(string Path, bool Map)>();
        string? name = null;
        try
        {
            var parser = new Parser(new StringReader(text));
            while (parser.MoveNext() && names.Count < MaximumNames && path.Count < MaximumDepth)
            {
                switch (parser.Current)
                {
                    case MappingStart:
                        path.Push((path.TryPeek(out var outer) ? Join(outer.Path, name) : string.Empty, true));
                        name = null;
                        break;
                    case SequenceStart:
                        path.Push(((path.TryPeek(out outer) ? Join(outer.Path, name) : string.Empty) + (path.Count > 0 ? "[]" : string.Empty), false));
                        name = null;
                        break;
                    case MappingEnd or SequenceEnd:
                        path.Pop();
                        name = null;
                        break;
                    case Scalar scalar when path.TryPeek(out outer) && outer.Map && name is null:
                        name = scalar.Value;
                        Note(outer.Path, name);
                        break;
                    case Scalar scalar:
                        if (name is not null)
                            texts.TryAdd(Join(path.Peek().Path, name), scalar.Value);
                        name = null;
                        break;
                }
            }
        }
        catch (YamlException)
        {
            // Cut off by the size of the head, or damaged: the reader tells.
        }

        return names.Count > 0;
    }

    private void Note(string path, string name)
    {
        if (!names.TryGetValue(path, out var known))
        {
            if (names.Count >= MaximumNames)
                return;
            names.Add(path, known = new HashSet<string>(StringComparer.Ordinal));
        }

        if (known.Count < MaximumNames)
            known.Add(name);
    }

    private static string Join(Stack<string> path, string? name) => Join(path.TryPeek(out var outer) ? outer : string.Empty, name);

    private static string Join(string outer, string? name) => name is null ? outer : outer.Length == 0 ? name : $"{outer}.{name}";
}
