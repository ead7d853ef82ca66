using System.Text;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

/// <summary>Tables and lists with columns of their own.</summary>
public sealed class MappingTests
{
    private const string Table = "Account ID,Account Name,Owner e-mail,Last login,API Key,Cost centre\nA-1,Invoice bot,eve@x.org,2026-11-01,CANARY-column-secret,77\nA-2,Mail bot,,never,x,\nA-3,Old bot,,soon,y,78\n";
    private static readonly Dictionary<string, string> Map = new(StringComparer.Ordinal) { ["Account ID"] = "external_id", ["Account Name"] = "name", ["Owner e-mail"] = "owner", ["Last login"] = "last_used_at" };

    [Theory, EachDatabase]
    public async Task A_table_waits_for_its_map_and_the_next_one_goes_straight_in(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var (mappings, imports) = (test.Get<ImportMappings>(), test.Get<ImportService>());
        var id = await UploadAsync(test, Table);
        (await StateAsync(test, id)).ShouldBe(ImportRunState.WaitsForMap);
        (await imports.RunAsync(id, Importing.Admin, CancellationToken.None)).State.ShouldBe(ImportRunState.WaitsForMap);
        var draft = (await mappings.FindAsync(id, CancellationToken.None))!;
        draft.Columns.Select(c => c.Name).ShouldBe(["account id", "account name", "owner e-mail", "last login", "api key", "cost centre"]);
        draft.Columns.Single(c => c.Name == "account name").Samples.ShouldBe(["Invoice bot", "Mail bot", "Old bot"]);
        draft.Columns.Single(c => c.Name == "api key").Samples.ShouldBe(["(not shown)"]);
        draft.Proposed.ShouldContainKeyAndValue("account id", "external_id");
        draft.Proposed.ShouldContainKeyAndValue("account name", "name");
        draft.Proposed.ShouldContainKeyAndValue("last login", "last_used_at");
        var preview = (await mappings.PreviewAsync(id, Map, Importing.Admin, CancellationToken.None)).OrThrow();
        preview.Select(p => p.Identity?.DisplayName).ShouldBe(["Invoice bot", "Mail bot", null]);
        preview[2].Reason!.ShouldContain("last_used_at is not an ISO 8601 date");
        (await mappings.ConfirmAsync(id, Map, Importing.Admin, CancellationToken.None)).IsRefused.ShouldBeFalse();
        (await mappings.ConfirmAsync(id, Map, Importing.Admin, CancellationToken.None)).Refusal!.Code.ShouldBe("import.not-waiting");
        var run = await imports.RunAsync(id, Importing.Admin, CancellationToken.None);
        run.Counts().ShouldBe((3, 2, 0, 0, 1, 0, 0));
        await using (var db = test.Open())
        {
            (await db.Identities.Where(i => i.ExternalId == "A-1").Select(i => i.OwnerHint).SingleAsync()).ShouldBe("eve@x.org");
            (await db.Identities.Where(i => i.ExternalId == "A-2").Select(i => i.Usage).SingleAsync()).ShouldBe(UsageState.NeverUsed);
            (await db.Identities.Where(i => i.ExternalId == "A-1").Select(i => i.Attributes).SingleAsync()).ShouldContain("\"cost centre\":\"77\"");
            (await db.Identities.AnyAsync(i => i.Attributes.Contains("CANARY"))).ShouldBeFalse();
            (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.ImportMapped)).ShouldBe(1);
        }

        var other = string.Join('\n', Table.Split('\n').Select(l => string.Join(',', l.Split(',').Reverse())));
        var next = await UploadAsync(test, other, mayWait: false);
        (await imports.RunAsync(next, Importing.Admin, CancellationToken.None)).Counts().ShouldBe((3, 0, 0, 2, 1, 0, 0));
        (await StateAsync(test, await UploadAsync(test, Table, source: "Another source"))).ShouldBe(ImportRunState.WaitsForMap);
    }

    [Fact]
    public async Task A_list_of_objects_is_mapped_by_names_with_dots()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        const string List = """{"total":2,"accounts":[{"uuid":"u1","profile":{"label":"Bot one","mail":"eve@x.org"},"roles":["read","write"]},{"uuid":"u2","profile":{"label":"Bot two"}}]}""";
        var id = await UploadAsync(test, List);
        (await StateAsync(test, id)).ShouldBe(ImportRunState.WaitsForMap);
        var run = await test.ImportAsync(List, format: "map:uuid=external_id,profile.label=name,profile.mail=owner,roles=entitlements");
        run.Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        run.Format.ShouldBe("mapped");
        await using var db = test.Open();
        (await db.Entitlements.Select(e => e.Name).ToListAsync()).ShouldBe(["read", "write"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_waits_can_be_stopped_and_its_file_goes()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var id = await UploadAsync(test, Table);
        await test.Get<ImportService>().CleanUploadsAsync(CancellationToken.None);
        Directory.GetFiles(Path.Combine(test.Folder, "uploads")).Length.ShouldBe(1);
        (await test.Get<ImportService>().CancelAsync(id, Importing.Admin, CancellationToken.None)).IsRefused.ShouldBeFalse();
        (await StateAsync(test, id)).ShouldBe(ImportRunState.Cancelled);
        Directory.GetFiles(Path.Combine(test.Folder, "uploads")).ShouldBeEmpty();
        (await test.Get<ImportMappings>().FindAsync(id, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_without_the_role_confirms_a_map()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var id = await UploadAsync(test, Table);
        var reader = new Actor(ActorKind.Person, "eve", "Eve", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Auditor });
        (await test.Get<ImportMappings>().ConfirmAsync(id, Map, reader, CancellationToken.None)).IsRefused.ShouldBeTrue();
        (await test.Get<ImportMappings>().PreviewAsync(id, Map, reader, CancellationToken.None)).IsRefused.ShouldBeTrue();
        (await StateAsync(test, id)).ShouldBe(ImportRunState.WaitsForMap);
    }

    [Theory]
    [InlineData("Name=name", "import.map-incomplete")]
    [InlineData("a=external_id,b=external_id,c=name", "import.map-twice")]
    [InlineData("a=external_id,b=name,c=colour", "import.map-field")]
    [InlineData("a=external_id,b=name,c", "import.map-form")]
    public async Task A_map_that_is_none_is_refused(string map, string code)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.QueueAsync(Encoding.UTF8.GetBytes(Table), format: "map:" + map)).Refusal!.Code.ShouldBe(code);
    }

    [Fact]
    public void A_name_with_commas_and_equals_signs_comes_back_as_it_was()
    {
        var map = ColumnMap.Of([new("id, the=first\\", "external_id"), new("Name", "name")]).OrThrow();
        ColumnMap.Parse(map.Text).OrThrow().Pairs.ShouldBe([new("id, the=first\\", "external_id"), new("name", "name")], ignoreOrder: true);
    }

    private static async Task<Guid> UploadAsync(TestDatabase test, string text, bool mayWait = true, string source = "HR tool")
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return (await test.Get<ImportService>().QueueAsync(new ImportRequest("accounts.csv", source, "auto", false, mayWait), stream, Importing.Admin, CancellationToken.None)).OrThrow();
    }

    private static async Task<ImportRunState> StateAsync(TestDatabase test, Guid id)
    {
        await using var db = test.Open();
        return await db.ImportRuns.Where(r => r.Id == id).Select(r => r.State).SingleAsync();
    }
}
