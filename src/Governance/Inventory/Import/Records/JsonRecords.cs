using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Governance.Inventory;

/// <summary>One record of a JSON or YAML document.</summary>
/// <param name="Collection">The name of the list that it stands in: <c>value</c>, or null.</param>
/// <param name="Element">The record; undefined when it has a problem.</param>
internal readonly record struct JsonRecord(string Place, string? Collection, JsonElement Element, string? Problem)
{
    /// <summary>The document that it stands in.</summary>
    public ImportDocument? Document { get; init; }
}

/// <summary>Where the records of a format stand.</summary>
/// <param name="Collections">Names of the lists whose items are records.</param>
/// <param name="Envelope">Names that may stand beside such a list in the object around it (<c>total_count</c>, <c>meta</c>). An object with any other name before its first list is a record itself.</param>
internal sealed record JsonLayout(IReadOnlySet<string> Collections, IReadOnlySet<string> Envelope)
{
    /// <summary>Records stand in a list at the root, line by line, or alone.</summary>
    public static JsonLayout Plain { get; } = Of([]);

    public static JsonLayout Of(IEnumerable<string> collections, params IEnumerable<string> envelope) =>
        new(collections.ToHashSet(StringComparer.Ordinal), envelope.ToHashSet(StringComparer.Ordinal));
}

/// <summary>
/// The records of a JSON document, one in memory at a time: a list, a page with lists in it, several of either after one another (JSON Lines), or
/// a single object. Duplicate keys are refused, since two programs read them differently. Comments and trailing commas are let through.
/// </summary>
internal sealed class JsonRecords(Stream stream, JsonLayout layout)
{
    /// <summary>How many lists may stand in one another around a record: pages of pages.</summary>
    private const int MaximumLists = 8;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private readonly Stack<Frame> frames = new();
    private byte[] buffer = new byte[64 * 1024];
    private int start;
    private int end;
    private bool final;

    /// <summary>What is nested too deep is refused record by record, so that what follows it is read.</summary>
    private JsonReaderState state = new(new JsonReaderOptions { MaxDepth = ImportFile.MaximumRecord, AllowMultipleValues = true, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });

    private enum Step
    {
        More,
        Moved,
        Record,
        End,
    }

    private enum Shape
    {
        Unclear,
        Page,
        Record,
    }

    /// <summary>
    /// The records of all documents. One that breaks off is told as a problem at its place, and what came before is good; a file by itself in which nothing did is
    /// refused whole.
    /// </summary>
    public static IEnumerable<JsonRecord> Of(ImportFile file, JsonLayout layout) => file.Documents.SelectMany(d => Of(d, layout));

    private static IEnumerable<JsonRecord> Of(ImportDocument document, JsonLayout layout)
    {
        using var stream = document.Open();
        using var records = document.Head.IsYaml ? YamlRecords.Read(stream, layout).GetEnumerator() : new JsonRecords(stream, layout).Read().GetEnumerator();
        var (good, broken) = (false, false);
        while (true)
        {
            JsonRecord record;
            try
            {
                if (!records.MoveNext())
                    yield break;
                record = records.Current;
            }
            catch (UnreadableFileException e) when (good || document.Name is not null)
            {
                document.BrokeOff = broken = true;
                record = new JsonRecord(e.Place ?? string.Empty, null, default, e.Message.Replace("Nothing was imported", "The rest of it was not read", StringComparison.Ordinal));
            }

            good |= record.Problem is null;
            yield return record with { Place = document.Place(record.Place), Document = document };
            if (broken)
                yield break;
        }
    }

    public IEnumerable<JsonRecord> Read()
    {
        Fill();
        while (true)
        {
            Step step;
            JsonRecord record;
            try
            {
                step = Next(out record);
            }
            catch (JsonException e)
            {
                var at = $"line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}";
                throw new UnreadableFileException($"The file is not valid JSON at {at} (near {Place()}): {Reason(e)}. Nothing was imported; export it again.", at);
            }

            if (step == Step.End)
                yield break;
            if (step == Step.Record)
                yield return record;
            else if (step == Step.More)
                Fill();
        }
    }

    private Step Next(out JsonRecord record)
    {
        record = default;
        var reader = new Utf8JsonReader(buffer.AsSpan(start, end - start), final, state);
        if (!reader.Read())
            return final ? Step.End : Step.More;
        if (frames.TryPeek(out var frame) && frame.IsPage)
            return InPage(ref reader, frame);
        switch (reader.TokenType)
        {
            case JsonTokenType.EndArray:
                frames.Pop();
                return Commit(ref reader);
            case JsonTokenType.StartArray when frames.Count < MaximumLists:
                Count();
                frames.Push(new Frame(Place(), frame?.Collection, false));
                return Commit(ref reader);
            case JsonTokenType.StartObject:
                var shape = ShapeOf(reader);
                if (shape == Shape.Unclear && !final)
                    return Step.More;
                if (shape == Shape.Page)
                {
                    Count();
                    frames.Push(new Frame(Place(), null, true));
                    return Commit(ref reader);
                }

                var from = start + (int)reader.TokenStartIndex;
                if (!reader.TrySkip())
                    return Step.More;
                Count();
                record = Parse(buffer.AsMemory(from, start + (int)reader.BytesConsumed - from), frame?.Collection);
                Commit(ref reader);
                return Step.Record;
            default:
                if (!reader.TrySkip())
                    return Step.More;
                Count();
                record = new JsonRecord(Place(), frame?.Collection, default, "it is not an object");
                Commit(ref reader);
                return Step.Record;
        }
    }

    private Step InPage(ref Utf8JsonReader reader, Frame page)
    {
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            frames.Pop();
            return Commit(ref reader);
        }

        var name = Name(ref reader);
        if (!reader.Read())
            return Step.More;
        if (reader.TokenType == JsonTokenType.StartArray && layout.Collections.Contains(name))
        {
            frames.Push(new Frame(page.Path.Length == 0 ? name : $"{page.Path}.{name}", name, false));
            return Commit(ref reader);
        }

        return reader.TrySkip() ? Commit(ref reader) : Step.More;
    }

    private JsonRecord Parse(ReadOnlyMemory<byte> json, string? collection)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return new JsonRecord(Place(), collection, document.RootElement.Clone(), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new JsonRecord(Place(), collection, default, Reason(e));
        }
    }

    /// <summary>A page holds a list with a known name, and before it only what may stand beside one.</summary>
    private Shape ShapeOf(Utf8JsonReader ahead)
    {
        if (layout.Collections.Count == 0)
            return Shape.Record;
        while (ahead.Read())
        {
            if (ahead.TokenType != JsonTokenType.PropertyName)
                return Shape.Record;
            var name = Name(ref ahead);
            if (!ahead.Read())
                return Shape.Unclear;
            if (layout.Collections.Contains(name))
                return ahead.TokenType == JsonTokenType.StartArray ? Shape.Page : Shape.Record;
            var note = name.StartsWith('@') && ahead.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject);
            if (!note && !layout.Envelope.Contains(name))
                return Shape.Record;
            if (!ahead.TrySkip())
                return Shape.Unclear;
        }

        return Shape.Unclear;
    }

    private Step Commit(ref Utf8JsonReader reader)
    {
        start += (int)reader.BytesConsumed;
        state = reader.CurrentState;
        return Step.Moved;
    }

    private void Fill()
    {
        if (end - start >= ImportFile.MaximumRecord)
            throw new UnreadableFileException($"The record after {Place()} is longer than {ImportFile.MaximumRecord / 1024 / 1024} MiB, which no inventory record is. Nothing was imported; export it again.", Place());
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
        var read = stream.Read(buffer, end, buffer.Length - end);
        end += read;
        final = read == 0;
    }

    private void Count()
    {
        if (frames.TryPeek(out var frame) && !frame.IsPage)
            frame.Index++;
    }

    private string Place() => !frames.TryPeek(out var frame) ? string.Empty : frame.IsPage ? frame.Path : $"{frame.Path}[{frame.Index.ToString(CultureInfo.InvariantCulture)}]";

    private static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    /// <summary>The parser's words without its own position, which is that of the record and not of the file; never a value.</summary>
    private static string Reason(Exception e)
    {
        var text = e.Message;
        var cut = text.IndexOf(" Path:", StringComparison.Ordinal);
        cut = cut < 0 ? text.IndexOf(" LineNumber:", StringComparison.Ordinal) : cut;
        var plain = (cut < 0 ? text : text[..cut]).TrimEnd('.', ' ');
        var clean = new StringBuilder(plain.Length);
        foreach (var c in plain)
            clean.Append(char.IsControl(c) ? ' ' : c);
        return clean.Length > 300 ? clean.ToString(0, 300) : clean.ToString();
    }

    private sealed class Frame(string path, string? collection, bool isPage)
    {
        public string Path { get; } = path;

        public string? Collection { get; } = collection;

        public bool IsPage { get; } = isPage;

        public int Index { get; set; } = -1;
    }
}
