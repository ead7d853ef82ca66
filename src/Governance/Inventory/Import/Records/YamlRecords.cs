using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Governance.Inventory;

/// <summary>
/// The records of a YAML file, as JSON: each document is one, or a page whose known list holds them (<c>kind: List</c>, <c>items</c>). One record in memory at a time.
/// Aliases are refused: no export makes them, and they can blow a small file up to any size.
/// </summary>
internal static partial class YamlRecords
{
    private const int MaximumDepth = 64;

    public static IEnumerable<JsonRecord> Read(Stream stream, JsonLayout layout)
    {
        using var text = new StreamReader(stream);
        var parser = new Events(new Parser(text));
        parser.Next();
        for (var document = 0; parser.Next() is not StreamEnd; document++)
        {
            if (parser.Current is DocumentStart or DocumentEnd)
            {
                document -= parser.Current is DocumentEnd ? 0 : 1;
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
                        if (buffer.WrittenCount + json.BytesPending > ImportFile.MaximumRecord)
                            throw parser.Broken("a record is longer than 4 MiB");
                    }

                    json.WriteEndObject();
                }

                if (!page)
                    yield return Parse(buffer.WrittenMemory, place, null);
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
            using (var json = new Utf8JsonWriter(buffer))
                Write(json, parser, 1);
            yield return buffer.WrittenCount > ImportFile.MaximumRecord ? new JsonRecord(at, collection, default, "the record is longer than 4 MiB") : Parse(buffer.WrittenMemory, at, collection);
        }
    }

    private static JsonRecord Parse(ReadOnlyMemory<byte> json, string place, string? collection)
    {
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
            throw parser.Broken("it is nested too deep");
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
    private sealed class Events(Parser parser)
    {
        public ParsingEvent Current { get; private set; } = new StreamStart();

        public ParsingEvent Next()
        {
            try
            {
                if (!parser.MoveNext())
                    return Current = new StreamEnd();
            }
            catch (YamlException e)
            {
                throw new UnreadableFileException($"The file is not valid YAML at line {e.Start.Line}: {e.Message.Split('\n')[0]} Nothing was imported; export it again.");
            }

            Current = parser.Current!;
            if (Current is AnchorAlias)
                throw Broken("it uses an alias (*name), which no export makes and which is not read");
            return Current;
        }

        public string Key() => Current is Scalar scalar ? scalar.Value : throw Broken("a name is not plain text");

        public void Skip()
        {
            for (var depth = Current.NestingIncrease; depth > 0;)
                depth += Next().NestingIncrease;
        }

        public UnreadableFileException Broken(string why) => new($"The file can't be read on at line {Current.Start.Line}: {why}. Nothing was imported; export it again.");
    }
}
