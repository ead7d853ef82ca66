using Governance.Ownership;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Ownership;

public sealed class MeasureTests
{
    [Theory, EachDatabase]
    public async Task Known_owners_are_hidden_proposed_and_compared_and_no_answer_leaks_into_the_question(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob, cyd) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"), await given.PersonAsync("Cyd"));
        var tool = await given.ToolAsync("Indexer");
        for (var n = 0; n < 6; n++)
            await test.OwnsAsync(ada, await given.IdentityAsync(i => i.OwnerHint = ada.Mail));
        // The tag is out of date, and who made it is the owner; the tag is out of date and nothing else is there; nothing but the tool.
        await test.OwnsAsync(ada, await given.IdentityAsync(i => (i.OwnerHint, i.CreatorHint) = (bob.Mail, ada.Mail)));
        await test.OwnsAsync(bob, await given.IdentityAsync(i => i.OwnerHint = cyd.Mail));
        await test.OwnsAsync(cyd, await given.IdentityAsync(i => i.ToolId = tool.Id), await given.IdentityAsync(i => i.ToolId = tool.Id));

        var measure = await test.Get<ProposalMeasureService>().RunAsync(CancellationToken.None);
        measure.Cold.ShouldBe(new MeasureRow("All owners hidden", 10, 8, 6, 7));
        measure.Warm.ShouldBe(new MeasureRow("One owner hidden at a time", 10, 10, 8, 9));
        (measure.Warm.TopOne, measure.Warm.TopThree).ShouldBe((80.0, 90.0));
        measure.ByEvidence.ShouldContain(new MeasureRow("OwnerTag", 8, 8, 6, 6));
        measure.ByEvidence.ShouldContain(new MeasureRow("SameTool", 2, 2, 2, 2));
        (await test.Get<OwnershipQueries>().CoverageAsync(CancellationToken.None)).Everything.Accepted.ShouldBe(10);
    }
}
