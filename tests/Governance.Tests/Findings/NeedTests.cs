using Governance.Audit;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Findings;

/// <summary>What tools are declared to need, and what is held beside it.</summary>
public sealed class NeedTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, EachDatabase]
    public async Task Held_beyond_the_declared_need_is_over_privileged_until_the_need_says_so(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (notion, other) = (await given.ToolAsync("Notion"), await given.ToolAsync("Other"));
        var (wide, narrow, foreign) = (await given.IdentityAsync(i => i.ToolId = notion.Id), await given.IdentityAsync(i => i.ToolId = notion.Id), await given.IdentityAsync(i => i.ToolId = other.Id));
        await given.GrantAsync(wide, "Files.Read");
        await given.GrantAsync(wide, "Mail.Send", privileged: Reported.Yes);
        await given.GrantAsync(narrow, "files.read.all");
        await given.GrantAsync(foreign, "Mail.Send");
        (await HoldsAsync()).ShouldBeEmpty();
        (await test.Get<FindingQueries>().RulesAsync(None)).Single(r => r.Rule.Id == "F12").CannotTell.ShouldBe(3);

        (await DeclareAsync(notion, "Files.*")).Value.ShouldBe(1);
        (await HoldsAsync()).ShouldBe([(wide.Id, "Beyond its tool's declared need: Mail.Send.")]);
        (await test.Get<FindingQueries>().RulesAsync(None)).Single(r => r.Rule.Id == "F12").CannotTell.ShouldBe(1);
        var needs = await test.Get<ToolService>().NeedsAsync(notion.Id, None);
        needs.Needs.Select(n => (n.Permission, n.DeclaredBy, n.DeclaredAt, n.Reason)).ShouldBe([("Files.*", "Eve Engineer", test.Now, "its manual")]);
        needs.Beyond.ShouldBe([new HeldPermission("Mail.Send", 1, Privileged: true)]);

        test.Clock.Advance(TimeSpan.FromDays(1));
        (await DeclareAsync(notion, "Files.*", "Mail.Send")).Value.ShouldBe(2);
        (await HoldsAsync()).ShouldBeEmpty();
        (await test.Get<ToolService>().NeedsAsync(notion.Id, None)).Needs.Select(n => n.DeclaredAt).Distinct().Count().ShouldBe(2);

        async Task<List<(Guid, string)>> HoldsAsync()
        {
            await test.Get<FindingService>().EvaluateAsync(None);
            await using var db = test.Open();
            return (await db.Findings.Where(f => f.RuleId == "F12" && f.State == FindingState.Open).Select(f => new { f.IdentityId, f.Evidence }).ToListAsync()).ConvertAll(f => (f.IdentityId, f.Evidence));
        }

        Task<Outcome<int>> DeclareAsync(Tool tool, params string[] permissions) => test.Get<ToolService>().DeclareNeedsAsync(tool.Id, permissions, "its manual", Given.Engineer, None);
    }

    [Theory, EachDatabase]
    public async Task Who_may_not_gives_no_reason_says_nothing_new_or_names_no_tool_is_refused(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var (service, tool) = (test.Get<ToolService>(), await new Given(test).ToolAsync("Notion"));
        (await service.DeclareNeedsAsync(tool.Id, ["a"], "why", Given.Visitor, None)).Refusal!.Code.ShouldBe("not.allowed");
        (await service.DeclareNeedsAsync(tool.Id, ["a"], " ", Given.Engineer, None)).Refusal!.Code.ShouldBe("reason.needed");
        (await service.DeclareNeedsAsync(tool.Id, [.. Enumerable.Range(0, 201).Select(n => $"p{n}")], "why", Given.Engineer, None)).Refusal!.Code.ShouldBe("needs.too-many");
        (await service.DeclareNeedsAsync(Guid.CreateVersion7(), ["a"], "why", Given.Engineer, None)).Refusal!.Code.ShouldBe("tool.unknown");
        (await service.DeclareNeedsAsync(tool.Id, [" a ", "a", ""], "why", Given.Engineer, None)).Value.ShouldBe(1);
        (await service.DeclareNeedsAsync(tool.Id, ["a"], "why", Given.Engineer, None)).Refusal!.Code.ShouldBe("needs.same");
        (await service.DeclareNeedsAsync(tool.Id, [], "it was wrong", Given.Engineer, None)).Value.ShouldBe(0);
        await using var db = test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.ToolNeedsChanged)).ShouldBe(2);
    }

    [Theory]
    [InlineData("100%_sure", "100\\%\\_SURE")]
    [InlineData("s3:*", "S3:%")]
    [InlineData("a[b]\\c", "A\\[B]\\\\C")]
    public void What_like_reads_otherwise_is_meant_as_written(string permission, string pattern) => ToolNeed.PatternOf(permission).ShouldBe(pattern);
}
