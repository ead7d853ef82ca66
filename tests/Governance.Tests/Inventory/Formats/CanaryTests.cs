using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Governance.Tests.Inventory.Formats;

/// <summary>
/// Distinct secrets of many forms in every text field of a sample of every format: after the imports none may stand in any byte that was written (database, its log,
/// uploads), in what was logged, in messages, or in the CSV of rejects.
/// </summary>
public sealed partial class CanaryTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [Fact]
    public async Task No_planted_secret_of_any_format_is_in_any_byte_that_is_written()
    {
        using var logged = new LogBook();
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, s => s.AddLogging(l => l.SetMinimumLevel(LogLevel.Debug).AddProvider(logged)));
        var planted = new Canaries();
        var told = new StringBuilder();
        var formats = new HashSet<string>(StringComparer.Ordinal);
        var imports = 0;
        foreach (var sample in Samples())
        {
            var text = await File.ReadAllTextAsync(sample);
            var name = Path.GetRelativePath(Repository.File("tests", "data"), sample);
            for (var variant = 0; variant < 4; variant++)
            {
                if (planted.PlantIn(text, name, variant) is not { } content)
                    continue;
                var queued = await test.QueueAsync(Encoding.UTF8.GetBytes(content), source: $"S{imports++}");
                if (queued.IsRefused)
                {
                    told.AppendLine(queued.Refusal.Message);
                    continue;
                }

                var run = await test.Get<ImportService>().RunAsync(queued.Value, Importing.Admin, CancellationToken.None);
                told.AppendLine(run.Message);
                formats.UnionWith((run.Format ?? string.Empty).Split(" + "));
                using var rejects = new MemoryStream();
                await test.Get<ImportQueries>().WriteRejectsAsync(run.Id, rejects, CancellationToken.None);
                told.AppendLine(Encoding.UTF8.GetString(rejects.ToArray()));
            }
        }

        test.Get<InventoryReaders>().All.Select(r => r.Format).Except(formats, StringComparer.Ordinal).ShouldBeEmpty("each reader has a sample under tests/data that it recognises with secrets planted in it");
        planted.Count.ShouldBeGreaterThan(1000);
        await using (var db = test.Open())
        {
            (await db.Identities.CountAsync()).ShouldBeGreaterThan(100, "secrets are planted in records that are taken");
            await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(FULL)");
        }

        var found = planted.FoundIn(told.ToString()).Select(f => $"told: {f}").Concat(planted.FoundIn(logged.Text).Select(f => $"logged: {f}")).ToList();
        foreach (var path in Directory.GetFiles(test.Folder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes);
            found.AddRange(planted.FoundIn(Encoding.Latin1.GetString(bytes)).Select(f => $"{Path.GetFileName(path)}: {f}"));
        }

        found.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static IEnumerable<string> Samples() =>
        Directory.GetFiles(Repository.File("tests", "data"), "*", SearchOption.AllDirectories).Where(p => new FileInfo(p).Length is > 10 and < 200_000)
            .Where(p => !p.Contains("json-test-suite", StringComparison.Ordinal) && !p.Contains("standards", StringComparison.Ordinal) && Path.GetExtension(p) is not (".md" or ".zip" or ".gz" or ".pdf")).Order(StringComparer.Ordinal);

    /// <summary>Makes secrets, plants them, and finds them again by the random part in their middle.</summary>
    private sealed partial class Canaries
    {
        private readonly Dictionary<string, string> places = new(StringComparer.Ordinal);
        private int next;

        public int Count => places.Count;

        /// <param name="variant">0: every text field; 1 and 2: the halves of them, so that records stay readable; 3: further fields in every object.</param>
        public string? PlantIn(string text, string file, int variant)
        {
            var start = text.AsSpan().TrimStart();
            if (start is ['{' or '[', ..] || start.StartsWith("//") || start.StartsWith("/*"))
            {
                if (Parsed(text) is { } whole)
                    return InJson(whole, file, variant).ToJsonString();
                var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parsed).ToList();
                return lines.Contains(null) ? null : string.Join('\n', lines.Select(l => InJson(l!, file, variant).ToJsonString()));
            }

            if (variant == 3)
                return null;
            return Path.GetExtension(file) is ".yaml" or ".yml"
                ? YamlScalar().Replace(text, m => Chosen(m.Groups["name"].Value, variant) ? $"{m.Groups["before"].Value}{m.Groups["value"].Value.TrimEnd()} {Make(file, m.Groups["name"].Value)}" : m.Value)
                : Path.GetExtension(file) == ".ldif" ? LdifLine().Replace(text, m => Chosen(m.Groups["name"].Value, variant) ? $"{m.Value} {Make(file, m.Groups["name"].Value)}" : m.Value)
                : Path.GetExtension(file) == ".csv" ? InCsv(text, file, variant) : null;
        }

        public IEnumerable<string> FoundIn(string text)
        {
            for (var at = text.IndexOf("C4FE", StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf("C4FE", at + 4, StringComparison.OrdinalIgnoreCase))
            {
                if (at + 16 <= text.Length && places.TryGetValue(text.Substring(at, 16).ToUpperInvariant(), out var place))
                    yield return place;
            }
        }

        private static JsonNode? Parsed(string text)
        {
            try
            {
                return JsonNode.Parse(text, documentOptions: Lenient);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        /// <summary>Discriminators and addresses of schemas are left, so that the format is still recognised.</summary>
        private static bool Chosen(string name, int variant) =>
            name is not ("object" or "kind" or "apiVersion" or "schemas" or "$schema" or "@odata.type" or "@odata.context" or "bomFormat" or "specVersion" or "asset_type" or "assetType")
            && (variant is 0 || name.Sum(c => c) % 2 == variant - 1);

        private JsonNode InJson(JsonNode node, string file, int variant)
        {
            switch (node)
            {
                case JsonObject fields:
                    foreach (var (name, value) in fields.ToList())
                    {
                        if (value is JsonValue leaf && leaf.TryGetValue<string>(out var text))
                        {
                            if (variant < 3 && Chosen(name, variant) && !(name == "type" && text.Length < 20) && !(name == "name" && file.EndsWith(".sarif", StringComparison.Ordinal)))
                                fields[name] = text.Length == 0 || next % 3 == 0 ? Make(file, name) : $"{text} {Make(file, name)}";
                        }
                        else if (value is not null)
                        {
                            InJson(value, file, variant);
                        }
                    }

                    if (variant == 3 && fields.Count > 0)
                    {
                        fields["zz note"] = Make(file, "note");
                        fields["zz " + Make(file, "a field's name")] = "x";
                        fields["zzClientSecret"] = "plain" + Body(file, "clientSecret");
                        fields["zzList"] = new JsonArray(Make(file, "list"), new JsonObject { ["password"] = "pw" + Body(file, "nested password") });
                    }

                    break;
                case JsonArray list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        if (list[i] is JsonValue leaf && leaf.TryGetValue<string>(out var text))
                        {
                            if (variant == 0)
                                list[i] = $"{text} {Make(file, "[]")}";
                        }
                        else if (list[i] is { } inner)
                        {
                            InJson(inner, file, variant);
                        }
                    }

                    break;
            }

            return node;
        }

        private string InCsv(string text, string file, int variant)
        {
            var lines = text.Split('\n');
            var names = lines[0].Trim().Split(',');
            for (var i = 1; i < lines.Length; i++)
            {
                var cells = lines[i].TrimEnd('\r').Split(',');
                if (cells.Length != names.Length)
                    continue;
                for (var c = 0; c < cells.Length; c++)
                {
                    if (Chosen(names[c], variant) && !cells[c].Contains('"', StringComparison.Ordinal))
                        cells[c] = $"{cells[c]} {Make(file, names[c])}".Trim();
                }

                lines[i] = string.Join(',', cells);
            }

            return string.Join('\n', lines);
        }

        /// <summary>Sixteen characters that every form allows (hex in capitals), by which it is found again.</summary>
        private string Body(string file, string field)
        {
            var body = string.Create(CultureInfo.InvariantCulture, $"C4FE{++next:X8}9A7D");
            places.Add(body, $"{file}, {field}, number {next}");
            return body;
        }

        private string Make(string file, string field)
        {
            var form = next % 46;
            var body = Body(file, $"{field} (form {form})");
            var low = body.ToLowerInvariant();
            const string More = "kQ3vZx8LmP0rTy5W";
            return form switch
            {
                0 => $"sk-ant-api03-{body}{More}-AA",
                1 => $"sk-proj-{body}{More}",
                2 => $"ghp_{body}{More}0000",
                3 => $"github_pat_{body}{More}_{More}",
                4 => $"glpat-{body}{More}",
                5 => $"xoxb-{body}-{More}",
                6 => $"hf_{body}{More}",
                7 => $"AIza{body}{More}{More}",
                8 => $"ya29.{body}{More}",
                9 => $"AKIA{body}",
                10 => $"eyJhbGciOi{body}.eyJzdWIi{body}.{More}",
                11 => $"abc8Q~{body}{More}xyz",
                12 => $"password={body}",
                13 => $"postgres://app:{body}@db.example.org/x",
                14 => $"-----BEGIN RSA PRIVATE KEY-----{body}-----END RSA PRIVATE KEY-----",
                15 => $"xapp-1-{body}-{More}",
                16 => $"npm_{body}{More}0000",
                17 => $"pypi-{body}{More}",
                18 => $"SG.{body}.{More}",
                19 => $"dop_v1_{low}{low}{low}{low}",
                20 => $"ntn_{body}{More}{More}",
                21 => $"pat{body[..14]}.{low}{low}{low}{low}",
                22 => $"lin_api_{body}{More}",
                23 => $"shpat_{low}{low}",
                24 => $"dapi{low}{low}",
                25 => $"nvapi-{body}{More}",
                26 => $"gsk_{body}{More}",
                27 => $"pplx-{body}{More}",
                28 => $"tvly-{body}{More}",
                29 => $"r8_{body}{More}",
                30 => $"hvs.{body}{More}",
                31 => $"ATATT3{body}{More}",
                32 => $"whsec_{body}{More}",
                33 => $"glsa_{body}{More}",
                34 => $"GOCSPX-{body}{More}",
                35 => $"ABSK{body}{More}{More}{More}",
                36 => $"xai-{body}{More}",
                37 => $"AccountKey={body}{More}==",
                38 => $"https://x.blob.example.org/c?sv=1&sig={body}{More}",
                39 => $"Bearer {body}{More}",
                40 => $"https://hooks.slack.com/services/T{body}/B{More}",
                41 => $"api_key: {body}",
                42 => $"client_secret={body}",
                43 => $"sbp_{low}{low}",
                44 => $"rpa_{body}{More}",
                _ => $"sk_live_{body}{More}",
            };
        }

        [GeneratedRegex(@"^(?!dn|version|objectClass)(?<name>[A-Za-z]+): [^\r\n]+", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex LdifLine();

        [GeneratedRegex("""^(?<before>\s*(- )?(?<name>[A-Za-z][\w.\-/]*): )(?<value>[A-Za-z][^#\n{\[|>&*"':]*)$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex YamlScalar();
    }
}
