using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Governance.Inventory;

/// <summary>
/// The records of a YAML file, as JSON: each document is one, or a page whose known list holds them (<c>kind: List</c>, <c>items</c>). One record in memory at a time.
/// A record with an alias in it is refused, not expanded: no export makes them, and they can blow a small file up to any size.
/// </summary>
internal static partial class YamlRecords
{
    private const int MaximumDepth = 64;
    private const int MaximumSkipped = 1000;

    public static IEnumerable<JsonRecord> Read(Stream stream, JsonLayout layout)
    {
        using var text = new BoundedText(new StreamReader(stream));
        var parser = new Events(new Parser(text), text);
        parser.Next();
        for (var document = 0; parser.Next() is not StreamEnd; document++)
        {
            if (parser.Current is DocumentStart or DocumentEnd)
            {
                document--;
                continue;
            }

            var place = $"document {(document + 1).ToString(CultureInfo.InvariantCulture)}";
            foreach (var record in Document(parser, layout, place))
                yield return record;
        }
    }

    private static IEnumerable<JsonRecord> Document(Events parser, JsonLayout layout, string place)
    {
        switch (parser.Current)
        {
            case SequenceStart:
                foreach (var record in Items(parser, place, null))
                    yield return record;
                break;
            case MappingStart:
                // What stands beside a list is small; a document without one is a single record, gathered here.
                var buffer = new ArrayBufferWriter<byte>();
                var page = false;
                parser.Problem();
                using (var json = new Utf8JsonWriter(buffer))
                {
                    json.WriteStartObject();
                    while (parser.Next() is not MappingEnd)
                    {
                        var name = parser.Key();
                        parser.Next();
                        if (layout.Collections.Contains(name) && parser.Current is SequenceStart)
                        {
                            page = true;
                            foreach (var record in Items(parser, $"{place}, {name}", name))
                                yield return record;
                            continue;
                        }

                        json.WritePropertyName(name);
                        Write(json, parser, 1);
                    }

                    json.WriteEndObject();
                }

                if (!page)
                    yield return Parse(buffer.WrittenMemory, place, null, parser.Problem());
                break;
            case Scalar { Value.Length: 0 }:
                break;
            default:
                parser.Skip();
                yield return new JsonRecord(place, null, default, "it is not an object");
                break;
        }
    }

    private static IEnumerable<JsonRecord> Items(Events parser, string place, string? collection)
    {
        for (var index = 0; parser.Next() is not SequenceEnd; index++)
        {
            var at = $"{place}[{index.ToString(CultureInfo.InvariantCulture)}]";
            if (parser.Current is not MappingStart)
            {
                parser.Skip();
                yield return new JsonRecord(at, collection, default, "it is not an object");
                continue;
            }

            var buffer = new ArrayBufferWriter<byte>();
            parser.Problem();
            using (var json = new Utf8JsonWriter(buffer))
                Write(json, parser, 1);
            yield return Parse(buffer.WrittenMemory, at, collection, parser.Problem());
        }
    }

    private static JsonRecord Parse(ReadOnlyMemory<byte> json, string place, string? collection, string? problem)
    {
        if (problem is not null)
            return new JsonRecord(place, collection, default, problem);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaximumDepth + 2 });
            return new JsonRecord(place, collection, document.RootElement.Clone(), null);
        }
        catch (JsonException)
        {
            return new JsonRecord(place, collection, default, "a name stands in it twice");
        }
    }

    private static void Write(Utf8JsonWriter json, Events parser, int depth)
    {
        if (depth > MaximumDepth)
        {
            parser.Skip();
            parser.Refuse("it is nested too deep");
            json.WriteNullValue();
            return;
        }

        if (json.BytesCommitted + json.BytesPending > ImportFile.MaximumRecord)
            throw parser.Broken("a record is longer than 4 MiB");
        switch (parser.Current)
        {
            case MappingStart:
                json.WriteStartObject();
                while (parser.Next() is not MappingEnd)
                {
                    json.WritePropertyName(parser.Key());
                    parser.Next();
                    Write(json, parser, depth + 1);
                }

                json.WriteEndObject();
                break;
            case SequenceStart:
                json.WriteStartArray();
                while (parser.Next() is not SequenceEnd)
                    Write(json, parser, depth + 1);
                json.WriteEndArray();
                break;
            case Scalar scalar:
                WriteScalar(json, scalar);
                break;
            case AnchorAlias:
                parser.Refuse("it uses an alias (*name), which no export makes and which is not read");
                json.WriteNullValue();
                break;
            default:
                throw parser.Broken("something unexpected stands here");
        }
    }

    /// <summary>After the core schema of YAML 1.2: only plain scalars are numbers, truth values or null.</summary>
    private static void WriteScalar(Utf8JsonWriter json, Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain)
            json.WriteStringValue(scalar.Value);
        else if (scalar.Value is "" or "~" or "null" or "Null" or "NULL")
            json.WriteNullValue();
        else if (scalar.Value is "true" or "True" or "TRUE")
            json.WriteBooleanValue(true);
        else if (scalar.Value is "false" or "False" or "FALSE")
            json.WriteBooleanValue(false);
        else if (JsonNumber().IsMatch(scalar.Value))
            json.WriteRawValue(scalar.Value);
        else
            json.WriteStringValue(scalar.Value);
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JsonNumber();

    /// <summary>The parser's events, with its faults told as ours.</summary>
    private sealed class Events(Parser parser, BoundedText text)
    {
        private string? problem;

        public ParsingEvent Current { get; private set; } = new StreamStart();

        /// <summary>The record can't be taken; reading goes on.</summary>
        public void Refuse(string why) => problem ??= $"{why} (line {Current.Start.Line})";

        /// <summary>Why the record since the last asking can't be taken; null when it can.</summary>
        public string? Problem()
        {
            var told = problem;
            problem = null;
            return told;
        }

        public ParsingEvent Next()
        {
            try
            {
                text.Begin();
                if (!parser.MoveNext())
                    return Current = new StreamEnd();
            }
            catch (YamlException e)
            {
                throw new UnreadableFileException($"The file is not valid YAML at line {e.Start.Line}: {e.Message.Split('\n')[0]} Nothing was imported; export it again.", $"line {e.Start.Line}");
            }

            return Current = parser.Current!;
        }

        public string Key() => Current is Scalar scalar ? scalar.Value : throw Broken("a name is not plain text");

        public void Skip()
        {
            for (var depth = Current.NestingIncrease; depth > 0;)
            {
                // The parser's work grows with the square of the depth.
                if ((depth += Next().NestingIncrease) > MaximumSkipped)
                    throw Broken("it is nested too deep");
            }
        }

        public UnreadableFileException Broken(string why) => new($"The file can't be read on at line {Current.Start.Line}: {why}. Nothing was imported; export it again.", $"line {Current.Start.Line}");
    }

    /// <summary>Text of which no single value may be longer than a record, since the parser holds one in memory.</summary>
    private sealed class BoundedText(TextReader inner) : TextReader
    {
        private int taken;

        public void Begin() => taken = 0;

        public override int Peek() => inner.Peek();

        public override int Read()
        {
            Take(1);
            return inner.Read();
        }

        public override int Read(char[] buffer, int index, int count)
        {
            var read = inner.Read(buffer, index, count);
            Take(read);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }

        private void Take(int count)
        {
            if ((taken += count) > ImportFile.MaximumRecord)
                throw new UnreadableFileException("The file holds a value that is longer than 4 MiB, which no inventory has. Nothing was imported; export it again.");
        }
    }
}
