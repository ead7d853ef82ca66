using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Ownership;

public sealed class OwnerRuleTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, EachDatabase]
    public async Task A_rule_asks_for_what_matches_says_before_what_it_would_do_and_leaves_accepted_owners_alone(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        var fresh = await given.IdentityAsync(i => i.DisplayName = "ML-prod/indexer");
        var owned = await given.IdentityAsync(i => i.DisplayName = "ml-prod/trainer");
        var other = await given.IdentityAsync(i => i.DisplayName = "xml_prod/reader");
        var literal = await given.IdentityAsync(i => i.DisplayName = "mlXprod/reader");
        await test.OwnsAsync(bob, owned);
        var rules = test.Get<OwnerRuleService>();
        var draft = new OwnerRuleDraft(null, "ML namespaces", new IdentityFilter { NamePattern = "ml-*" }, ada.Id, "ML platform", 10, AlsoOwned: false);
        var preview = await rules.PreviewAsync(draft, None);
        (preview.Matching, preview.WouldAsk, preview.OwnedByOthers).ShouldBe((2, 1, 1));
        preview.First.Single().Name.ShouldBe("ML-prod/indexer");
        (await rules.PreviewAsync(draft with { AlsoOwned = true }, None)).WouldAsk.ShouldBe(2);
        (await rules.PreviewAsync(draft with { Filter = new IdentityFilter { NamePattern = "xml_*" } }, None)).Matching.ShouldBe(1);

        (await rules.SaveAsync(draft, null, Given.Visitor, None)).Refusal!.Code.ShouldBe("not.allowed");
        (await rules.SaveAsync(draft with { Filter = new IdentityFilter() }, null, Given.Engineer, None)).Refusal!.Code.ShouldBe("rule.filter");
        var id = (await rules.SaveAsync(draft, "agreed with Ada", Given.Engineer, None)).Value;
        (await rules.ApplyAsync(Given.Engineer, None)).Value.ShouldBe(1);
        (await rules.ApplyAsync(Given.Engineer, None)).Value.ShouldBe(0);
        (await test.ReadAsync(fresh.Id)).OwnerState.ShouldBe(OwnerState.Proposed);
        (await test.ReadAsync(owned.Id)).OwnerId.ShouldBe(bob.Id);
        (await test.ReadAsync(other.Id)).OwnerState.ShouldBe(OwnerState.None);
        (await test.ReadAsync(literal.Id)).OwnerState.ShouldBe(OwnerState.None);
        (await rules.HistoryAsync(id, None)).Count.ShouldBe(2);
        var row = (await rules.ListAsync(None)).Single();
        (row.Open, row.Accepted, row.Team).ShouldBe((1, 0, "ML platform"));

        (await rules.EndAsync(id, "reorganised", Given.Engineer, None)).IsRefused.ShouldBeFalse();
        (await rules.ListAsync(None)).ShouldBeEmpty();
        (await rules.EndAsync(id, "again", Given.Engineer, None)).Refusal!.Code.ShouldBe("rule.not-found");
    }

    [Theory, EachDatabase]
    public async Task Of_two_rules_the_first_by_priority_asks_and_the_next_one_when_that_person_says_no(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        var rules = test.Get<OwnerRuleService>();
        var filter = new IdentityFilter { Kind = IdentityKind.ServicePrincipal };
        await rules.SaveAsync(new(null, "later", filter, bob.Id, null, 20, false), null, Given.Engineer, None);
        await rules.SaveAsync(new(null, "sooner", filter, ada.Id, null, 5, false), null, Given.Engineer, None);
        var identity = await given.IdentityAsync();
        await test.ToldAsync(AuditActions.ImportCompleted, Ids.New(test.Now).ToString("D"));
        await test.CatchUpAsync();
        (await test.ReadAsync(identity.Id)).OwnerId.ShouldBe(ada.Id);
        await test.Get<OwnershipService>().DeclineAsync([identity.Id], "no", Given.As(ada), None);
        await test.CatchUpAsync();
        (await test.ReadAsync(identity.Id)).OwnerId.ShouldBe(bob.Id);
        await test.Get<OwnershipService>().DeclineAsync([identity.Id], "no", Given.As(bob), None);
        await test.CatchUpAsync();
        (await test.ReadAsync(identity.Id)).OwnerState.ShouldBe(OwnerState.None);
    }

    [Theory, EachDatabase]
    public async Task An_acceptance_counts_for_the_days_of_the_policy_and_again_when_it_is_confirmed(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var ada = await given.PersonAsync("Ada");
        var tool = await given.ToolAsync("Notion AI");
        var identity = await given.IdentityAsync(i => i.ToolId = tool.Id);
        await test.OwnsAsync(ada, identity);
        var (coverage, queries) = (test.Get<CoverageService>(), test.Get<OwnershipQueries>());
        (await queries.CoverageAsync(None)).AiTools.Percent.ShouldBe(100);
        await coverage.SnapshotAsync(None);
        test.Clock.Advance(TimeSpan.FromDays(366));
        var stale = (await queries.CoverageAsync(None)).AiTools;
        (stale.Percent, stale.Accepted, stale.Stale).ShouldBe((0, 1, 1));
        await coverage.SnapshotAsync(None);
        await coverage.SnapshotAsync(None);
        (await coverage.ConfirmAsync([identity.Id], Given.Engineer, None)).Single().Refusal!.Code.ShouldBe("owner.not-you");
        (await coverage.ConfirmAsync([identity.Id], Given.As(ada), None)).ShouldBeDone();
        (await queries.CoverageAsync(None)).AiTools.Percent.ShouldBe(100);
        (await coverage.TrendAsync(CoverageScope.AiTools, null, 400, None)).Select(d => d.Percent).ShouldBe([100, 0]);
        (await coverage.TrendAsync(CoverageScope.Tool, tool.Id, 400, None)).Count.ShouldBe(2);
    }
}
