using System.Text;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

public sealed class BadInputTests
{
    [Theory]
    [InlineData("", "import.empty")]
    [InlineData(" \n ", "import.empty")]
    [InlineData("hello world", "import.not-recognised")]
    [InlineData("<xml><a/></xml>", "import.not-recognised")]
    [InlineData("a,b\n1,2\n", "import.not-recognised")]
    public async Task What_is_empty_or_of_another_format_is_refused_at_once(string content, string code)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.QueueAsync(Encoding.UTF8.GetBytes(content))).Refusal!.Code.ShouldBe(code);
        Directory.GetFiles(Path.Combine(test.Folder, "uploads")).ShouldBeEmpty();
        await using var db = test.Open();
        (await db.ImportRuns.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task UTF_16_with_and_without_mark_is_decoded()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        const string Csv = "external_id,name\nü-1,Größe\n";
        (await test.ImportAsync([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Csv)])).Created.ShouldBe(1);
        (await test.ImportAsync(Encoding.Unicode.GetBytes(Csv))).Unchanged.ShouldBe(1);
        (await test.ImportAsync([.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(Csv)])).Unchanged.ShouldBe(1);
        (await test.ImportAsync([.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(Csv)])).Unchanged.ShouldBe(1);
        (await test.QueueAsync([0xFF, 0xFE, 0, 0, 65, 0, 0, 0])).Refusal!.Code.ShouldBe("import.unreadable");
    }

    [Fact]
    public async Task Each_bad_row_is_told_with_its_line_and_the_rest_lands()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var csv = "external_id,name,kind,enabled,created_at\n"
            + "ok-1,One,,,\n"
            + "ok-1,Again,,,\n"
            + ",No id,,,\n"
            + "x,,,,\n"
            + "x2,Two,Spaceship,,\n"
            + "x3,Three,,maybe,\n"
            + "x4,Four,,,31/12/2026\n"
            + "x5,Five,,\n"
            + "x6,\"Quoted \"\"name\"\",\nover two lines\",,,\n"
            + "x7,Seven,,,2026-01-01\n";
        var run = await test.ImportAsync(csv);
        run.Counts().ShouldBe((10, 3, 0, 0, 7, 0, 0));
        var rejects = (await test.RejectsAsync(run)).Select(r => $"{r.Place}: {r.Reason}").ToList();
        rejects[0].ShouldBe("line 3: the external id stands in the file before, at line 2; that record was taken");
        rejects[1].ShouldBe("line 4: external_id is empty");
        rejects[2].ShouldBe("line 5: name is empty");
        rejects[3].ShouldStartWith("line 6: kind is 'Spaceship', which is none of");
        rejects[4].ShouldBe("line 7: enabled is neither true nor false: 'maybe'");
        rejects[5].ShouldStartWith("line 8: created_at is not an ISO 8601 date: '31/12/2026'");
        rejects[6].ShouldStartWith("line 9: the row has 4 cells and the header has 5");
        await using var db = test.Open();
        (await db.Identities.SingleAsync(i => i.ExternalId == "x6")).DisplayName.ShouldBe("Quoted \"name\",\nover two lines");
    }

    [Fact]
    public async Task A_line_of_200_MB_is_rejected_and_the_rest_lands_in_bounded_memory()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var path = Path.Combine(test.Folder, "long.csv");
        await using (var file = new StreamWriter(path))
        {
            await file.WriteAsync("external_id,name\na,One\nb,");
            var block = new string('x', 1024 * 1024);
            for (var n = 0; n < 200; n++)
                await file.WriteAsync(block);
            await file.WriteAsync("\nc,Three\n");
        }

        await using var content = File.OpenRead(path);
        var imports = test.Get<ImportService>();
        var id = (await imports.QueueAsync(new ImportRequest("long.csv", "S", "auto", false), content, Importing.Admin, CancellationToken.None)).OrThrow();
        var run = await imports.RunAsync(id, Importing.Admin, CancellationToken.None);
        run.Counts().ShouldBe((3, 2, 0, 0, 1, 0, 0));
        (await test.RejectsAsync(run)).Single().ShouldSatisfyAllConditions(r => r.Place.ShouldBe("line 3"), r => r.Reason.ShouldBe("the line is longer than 4 MiB"));
    }

    [Fact]
    public async Task A_JSON_record_without_end_is_told_and_what_came_before_it_is_kept()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync("""{"value":[{"id":"1","displayName":"One","servicePrincipalType":"Application"},{"id":"2","displayName":" """ + new string('x', 6_000_000));
        run.Counts().ShouldBe((2, 1, 0, 0, 1, 0, 0));
        (await test.RejectsAsync(run)).Single().ShouldSatisfyAllConditions(r => r.Place.ShouldBe("value[0]"), r => r.Reason.ShouldContain("longer than 4 MiB"), r => r.Reason.ShouldContain("The rest of it was not read"));
    }

    [Fact]
    public async Task Duplicate_keys_lone_surrogates_NUL_and_strangers_are_rejected_one_by_one()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync("""
            {"value":[
            {"id":"1","displayName":"One","servicePrincipalType":"Application","displayName":"Uno"},
            {"id":"2","displayName":"\ud800","servicePrincipalType":"Application"},
            {"id":"3\u0000","displayName":"Three","servicePrincipalType":"Application"},
            {"what":"is this"}, 17, null,
            {"id":"4","displayName":"<script>alert(1)</script> \u0000","servicePrincipalType":"Application"}]}
            """);
        run.Counts().ShouldBe((7, 1, 0, 0, 6, 0, 0));
        (await test.RejectsAsync(run)).Select(r => r.Place).ShouldBe(["value[0]", "value[1]", "value[2]", "value[3]", "value[4]", "value[5]"]);
        await using var db = test.Open();
        (await db.Identities.SingleAsync()).DisplayName.ShouldBe("<script>alert(1)</script> \uFFFD");
    }

    [Fact]
    public async Task Of_a_file_cut_off_in_the_middle_what_came_before_is_kept_and_nothing_is_called_missing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        const string Whole = """
            {"value":[{"id":"1","appId":"11111111-2222-3333-4444-555555555555","displayName":"One","servicePrincipalType":"Application","passwordCredentials":[{"keyId":"k1"}]},{"id":"2","displayName":"Two","servicePrincipalType":"Application"},
            {"id":"g1","clientId":"1","resourceId":"r","scope":"Mail.Read","consentType":"AllPrincipals"}]}
            """;
        (await test.ImportAsync(Whole, full: true)).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        var run = await test.ImportAsync(Whole[..Whole.IndexOf("Two", StringComparison.Ordinal)].Replace("One", "Uno"), full: true);
        run.Counts().ShouldBe((2, 0, 1, 0, 1, 0, 0));
        run.Message!.ShouldContain("nothing was called missing");
        (await test.RejectsAsync(run)).Single().ShouldSatisfyAllConditions(r => r.Place.ShouldStartWith("line 1, byte "), r => r.Reason.ShouldContain("not valid JSON"));
        await using var db = test.Open();
        (await db.Identities.OrderBy(i => i.ExternalId).Select(i => i.DisplayName).ToListAsync()).ShouldBe(["Uno", "Two"]);
        (await db.Grants.CountAsync(g => g.MissingSince == null), await db.Credentials.CountAsync(c => c.MissingSince == null)).ShouldBe((1, 1), "what stood beyond the cut is not called missing");
    }

    [Fact]
    public async Task A_file_cut_off_before_anything_good_is_refused_whole()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync("""{"value":[{"id":"1","disp""");
        run.State.ShouldBe(ImportRunState.Failed);
        run.Message!.ShouldContain("not valid JSON at line 1");
        await using var db = test.Open();
        (await db.Identities.CountAsync()).ShouldBe(0);
        (await db.AuditEntries.CountAsync(e => e.Action == "import.failed")).ShouldBe(1);
    }

    [Fact]
    public async Task A_full_import_of_nothing_does_not_call_everything_missing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportAsync("external_id,name\na,One\n");
        (await test.ImportAsync("external_id,name\n", full: true)).State.ShouldBe(ImportRunState.Failed);
        await using var db = test.Open();
        (await db.Identities.CountAsync(i => i.MissingSince != null)).ShouldBe(0);
    }

    [Fact]
    public async Task A_formula_is_kept_as_text_and_neutralised_on_the_way_out()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync("external_id,name,enabled\n=cmd|' /C calc'!A0,Formula,\n@SUM(1),Two,maybe\n");
        run.Counts().ShouldBe((2, 1, 0, 0, 1, 0, 0));
        using var csv = new MemoryStream();
        await test.Get<ImportQueries>().WriteRejectsAsync(run.Id, csv, CancellationToken.None);
        Encoding.UTF8.GetString(csv.ToArray()).ShouldContain("line 3,'@SUM(1),");
        await using var db = test.Open();
        (await db.Identities.SingleAsync()).ExternalId.ShouldStartWith("=cmd|");
    }

    [Fact]
    public async Task No_file_of_the_JSON_test_suite_crashes_an_import_or_leaves_it_unfinished()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var files = Directory.GetFiles(Repository.File("tests", "data", "json-test-suite", "test_parsing"), "*.json");
        files.Length.ShouldBe(318);
        var faults = new List<string>();
        foreach (var path in files)
        {
            var content = await File.ReadAllBytesAsync(path);
            foreach (var wrapped in new[] { content, [.. "{\"value\":["u8, .. content, .. "]}"u8] })
            {
                var queued = await test.QueueAsync(wrapped);
                if (queued.IsRefused)
                    continue;
                var run = await test.Get<ImportService>().RunAsync(queued.Value, Importing.Admin, CancellationToken.None);
                if (run.EndedAt is null || (run.Message?.Contains("fault of the console", StringComparison.Ordinal) ?? false) || (Path.GetFileName(path)[0] == 'n' && run.Created > 0))
                    faults.Add($"{Path.GetFileName(path)}: {run.State} {run.Message}");
            }
        }

        faults.ShouldBeEmpty();
        Directory.GetFiles(Path.Combine(test.Folder, "uploads")).ShouldBeEmpty();
    }
}
