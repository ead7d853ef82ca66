using System.Diagnostics;
using System.Globalization;
using System.Text;
using Governance.Inventory;

namespace Governance.Tests.Inventory.BadInput;

/// <summary>What parsers are known to stumble over: each ends as a rejection with a place and a reason, and what is good around it is taken.</summary>
public sealed class ParserTrapTests : IDisposable
{
    private const string One = """{"id":"1","displayName":"One","servicePrincipalType":"Application"}""";
    private const string Two = """{"id":"2","displayName":"Two","servicePrincipalType":"Application"}""";
    private readonly ReadingDesk desk = new();

    public void Dispose() => desk.Dispose();

    public static TheoryData<string, string> BadRecords() => new()
    {
        { "1,000 levels deep", "{\"id\":\"x\",\"servicePrincipalType\":\"Application\",\"a\":" + new string('[', 1000) + new string(']', 1000) + "}" },
        { "100,000 levels deep", "{\"id\":\"x\",\"servicePrincipalType\":\"Application\",\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}" },
        { "a key twice", """{"id":"x","servicePrincipalType":"Application","displayName":"a","displayName":"b"}""" },
        { "a key twice, deep", """{"id":"x","servicePrincipalType":"Application","displayName":"a","tags":[{"owner":"alice","owner":"mallory"}]}""" },
        { "half a surrogate pair", """{"id":"x","servicePrincipalType":"Application","displayName":"\ud800"}""" },
        { "half a surrogate pair in a name", """{"id":"x","servicePrincipalType":"Application","displayName":"a","\udc00":1}""" },
        { "no object", "17" },
        { "a number where text belongs", """{"id":12345678901234567890123,"servicePrincipalType":"Application","displayName":"a"}""" },
    };

    [Theory, MemberData(nameof(BadRecords))]
    public void A_bad_record_of_JSON_is_rejected_and_those_around_it_are_taken(string what, string record)
    {
        var items = desk.Read($$"""{"value":[{{One}},{{record}},{{Two}}]}""");
        items.Where(i => i.Identity is not null).Select(i => i.Key).ShouldBe(["1", "2"], what);
        items.Single(i => i.Reason is not null).ShouldSatisfyAllConditions(i => i.Place.ShouldBe("value[1]"), i => i.Reason!.Length.ShouldBeGreaterThan(5));
    }

    [Theory]
    [InlineData("1e99999")]
    [InlineData("-1e99999")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("0.00000000000000000000000000000000000000000000000001")]
    public void A_number_beyond_what_a_computer_counts_is_kept_as_it_stands(string number)
    {
        var items = desk.Read($$"""{"value":[{"id":"1","displayName":"One","servicePrincipalType":"Application","custom":{{number}}}]}""");
        items.Single().Identity!.Attributes.ShouldContain(number);
    }

    [Theory]
    [InlineData("\n{\"id\":\"2\" oops}\n")]
    [InlineData("\n]\n")]
    [InlineData("garbage")]
    [InlineData("\n{\"id\":\"2\",\"servicePrincipalType\":\"Appl")]
    public void What_is_broken_in_the_middle_is_told_and_what_came_before_it_is_taken(string broken)
    {
        var items = desk.Read(One + broken + Two);
        items.Where(i => i.Identity is not null).Select(i => i.Key).ShouldBe(["1"]);
        items.Single(i => i.Reason is not null).ShouldSatisfyAllConditions(i => i.Place.ShouldStartWith("line "), i => i.Reason!.ShouldContain("not valid JSON"), i => i.Reason!.ShouldNotContain("Nothing was imported"));
    }

    [Fact]
    public void An_object_with_a_million_keys_is_rejected_and_the_next_is_taken()
    {
        var keys = string.Join(',', Enumerable.Range(0, 300_000).Select(n => string.Create(CultureInfo.InvariantCulture, $"\"k{n}\":1")));
        var items = desk.Read($$"""[{{One}},{"id":"x",{{keys}}},{{Two}}]""");
        items.Where(i => i.Identity is not null).Select(i => i.Key).ShouldContain("1");
        items.ShouldContain(i => i.Reason != null);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_byte_order_mark_is_no_part_of_the_file(string encoding)
    {
        var chosen = Encoding.GetEncoding(encoding);
        foreach (var text in new[] { $"[{One}]", "external_id,name\n1,One\n", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: one, namespace: ai}\n" })
            desk.Read([.. chosen.GetPreamble(), .. chosen.GetBytes(text)]).Single().Identity.ShouldNotBeNull($"{encoding}: {text}");
    }

    [Fact]
    public void UTF_32_is_refused_by_name() => desk.Read([.. Encoding.UTF32.GetPreamble(), .. Encoding.UTF32.GetBytes("[]")]).Single().Reason!.ShouldContain("UTF-32");

    [Fact]
    public void An_alias_bomb_of_YAML_is_not_expanded_and_the_documents_around_it_are_taken()
    {
        var bomb = new StringBuilder("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bomb, namespace: ai}\na: &a [x,x,x,x,x,x,x,x,x]\n");
        for (var level = 'b'; level <= 'z'; level++)
            bomb.Append(CultureInfo.InvariantCulture, $"{level}: &{level} [{string.Join(',', Enumerable.Repeat($"*{(char)(level - 1)}", 9))}]\n");
        var watch = Stopwatch.StartNew();
        var items = desk.Read(Account("one") + "---\n" + bomb + "---\n" + Account("two"));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        items.Where(i => i.Identity is not null).Select(i => i.Identity!.DisplayName).ShouldBe(["ai/one", "ai/two"], ignoreOrder: true);
        items.Single(i => i.Reason is not null).ShouldSatisfyAllConditions(i => i.Place.ShouldBe("document 2"), i => i.Reason!.ShouldContain("alias"));
    }

    [Theory]
    [InlineData("  <<: *defaults\n", "alias")]
    [InlineData("self: &s [*s]\n", "alias")]
    [InlineData("kind: Role\n", "twice")]
    public void What_YAML_can_do_and_no_export_does_is_rejected_document_by_document(string trap, string reason)
    {
        var items = desk.Read(Account("one") + "---\n" + Account("trap") + trap + "---\n" + Account("two"));
        items.Where(i => i.Identity is not null).Select(i => i.Identity!.DisplayName).ShouldBe(["ai/one", "ai/two"], ignoreOrder: true);
        items.Single(i => i.Reason is not null).ShouldSatisfyAllConditions(i => i.Place.ShouldBe("document 2"), i => i.Reason!.ShouldContain(reason));
    }

    [Fact]
    public void YAML_of_any_depth_is_rejected_without_a_hang_whether_at_the_start_or_later()
    {
        var watch = Stopwatch.StartNew();
        desk.Read(Account("one") + "---\n" + Account("deep") + "x: " + new string('[', 300) + new string(']', 300) + "\n---\n" + Account("two")).Select(i => (i.Identity?.DisplayName, i.Reason is null))
            .ShouldBe([("ai/one", true), (null, false), ("ai/two", true)], ignoreOrder: true);
        var deep = Account("deep") + "x: " + new string('[', 30_000) + new string(']', 30_000) + "\n";
        var items = desk.Read(Account("one") + "---\n" + deep + "---\n" + Account("two"));
        items.Where(i => i.Identity is not null).Select(i => i.Identity!.DisplayName).ShouldContain("ai/one");
        items.ShouldContain(i => i.Reason != null);
        desk.Read("---\n" + new string('[', 60_000)).ShouldContain(i => i.Reason != null);
        desk.Read(string.Concat(Enumerable.Repeat("- ", 30_000)) + "x\n").ShouldContain(i => i.Reason != null);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void YAML_words_that_look_like_truth_or_times_stay_words_and_a_tag_makes_nothing()
    {
        var attributes = desk.Read("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: one\n  namespace: ai\n  labels: {country: NO, time: 12:30:45, octal: 0o17, made: !!python/object:os.system x}\n").Single().Identity!.Attributes;
        attributes.ShouldContain("\"NO\"");
        attributes.ShouldContain("\"12:30:45\"");
        attributes.ShouldContain("\"0o17\"");
    }

    [Theory]
    [InlineData("\r", "line 4")]
    [InlineData("\n", "line 4")]
    [InlineData("\r\n", "line 4")]
    public void Lines_end_as_they_will_and_places_stay_right(string end, string place)
    {
        var items = desk.Read(string.Join(end, "external_id,name,enabled", "1,One,", $"2,\"Two\",", "3,Three,maybe", "4,Four,", string.Empty));
        items.Where(i => i.Identity is not null).Select(i => i.Key).ShouldBe(["1", "2", "4"]);
        items.Single(i => i.Reason is not null).Place.ShouldBe(place);
    }

    [Fact]
    public void Ragged_rows_NULs_and_other_separators_are_read_or_told()
    {
        desk.Read("external_id,name\r\n1,One\n2\r3,Three,more\n4,Fo\0ur\n").Select(i => $"{i.Place} {(i.Reason is null ? "taken" : "told")}").ShouldBe(["line 2 taken", "line 3 told", "line 4 told", "line 5 taken"]);
        Name("external_id;name\n1;One\n").ShouldBe("One");
        Name("external_id\tname\n1\tOne\n").ShouldBe("One");
        desk.Read("sep=;\nexternal_id;name\n1;One\n").Select(i => (i.Place, i.Identity?.DisplayName)).ShouldBe([("line 3", "One")]);
        desk.Read("external_id,name,Name\n1,One,x\n").Single().Reason!.ShouldContain("names the column 'name' twice");
    }

    [Fact]
    public void A_hundred_thousand_columns_are_read()
    {
        var header = string.Join(',', Enumerable.Range(0, 100_000).Select(n => string.Create(CultureInfo.InvariantCulture, $"c{n}")));
        var items = desk.Read($"external_id,name,{header}\n1,One{new string(',', 100_000)}\n2,Two\n");
        items.Select(i => (i.Key, i.Reason is null)).ShouldBe([("1", true), ("2", false)]);
    }

    [Fact]
    public void Of_half_a_million_rows_one_is_bad_and_the_others_are_taken()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var file = new StreamWriter(path))
            {
                file.Write("external_id,name,kind,enabled\n");
                for (var n = 0; n < 500_000; n++)
                    file.Write(n == 321_000 ? "bad,\"Bad\"\n" : string.Create(CultureInfo.InvariantCulture, $"id-{n},Name {n},workload,true\n"));
            }

            using var opened = new ReadingDesk();
            var plan = opened.Readers.Plan(InventoryReaders.Auto, opened.Open(path)).OrThrow().Parts.Single();
            var (good, bad) = (0, new List<ReadItem>());
            foreach (var item in plan.Reader.Read(plan.File))
            {
                if (item.Identity is null)
                    bad.Add(item);
                else
                    good++;
            }

            good.ShouldBe(499_999);
            bad.Single().Place.ShouldBe("line 321002");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("\u202Egnp.exe")]
    [InlineData("zero\u200Bwidth")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("{{7*7}} %n ${x}")]
    [InlineData("a\r\nBcc: x@y")]
    [InlineData("*)(uid=*")]
    [InlineData("'; DROP TABLE identities;--")]
    [InlineData("../../etc/passwd")]
    public void A_name_meant_to_do_harm_is_text_in_CSV_and_in_JSON(string name)
    {
        var quoted = $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        Name($"external_id,name\n1,{quoted}\n").ShouldBe(name);
        Name($$"""[{"id":"1","servicePrincipalType":"Application","displayName":{{System.Text.Json.JsonSerializer.Serialize(name)}}}]""").ShouldBe(name);
    }

    private string Name(string text) => desk.Read(text).Single().Identity.ShouldNotBeNull().DisplayName;

    private static string Account(string name) => $"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  namespace: ai\n  name: {name}\n";
}
