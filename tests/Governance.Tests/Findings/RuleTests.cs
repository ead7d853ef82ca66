
using Governance.Findings;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Findings;

/// <summary>One database for each provider; emptied between rules, since to make one takes longer than all cases of a rule.</summary>
public sealed class RuleDatabases : IAsyncLifetime
{
    private readonly Dictionary<DatabaseProvider, TestDatabase> databases = [];

    public async ValueTask InitializeAsync()
    {
        foreach (var provider in new[] { DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql })
            databases[provider] = await TestDatabase.CreateAsync(provider);
    }

    public async Task<TestDatabase> EmptyAsync(DatabaseProvider provider)
    {
        var test = databases[provider];
        await using var db = test.Open();
        foreach (var table in new[]
        {
            "Findings", "RuleOutcomes", "EscalationPaths", "IdentitySigns", "AccessUses", "IdentityKeys", "IdentityLinks", "ToolNeeds", "ReviewItems", "RevocationOrders", "Grants", "Entitlements", "Credentials", "OwnerAssignments",
            "Identities", "Tools", "People", "Sources",
        })
        {
            await db.RunAsync($"DELETE FROM \"{table}\"", [], CancellationToken.None);
        }

        return test;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var test in databases.Values)
            await test.DisposeAsync();
    }
}

public sealed class RuleTests(RuleDatabases databases) : IClassFixture<RuleDatabases>
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<DatabaseProvider, string> EachRule { get; } = new(
        from provider in new[] { DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql } from rule in RuleCases.Rules select (provider, rule));

    [Fact]
    public void Every_rule_has_its_cases() => FindingRules.All.Select(r => r.Id).ShouldBe(RuleCases.Rules);

    [Fact]
    public void A_rule_that_may_not_be_told_says_what_it_takes() =>
        FindingRules.All.Where(r => r.Unreported is not null != r.Needs is not null).Select(r => r.Id).ShouldBeEmpty();

    [Fact]
    public void Every_limit_in_a_condition_is_one_that_can_be_set()
    {
        foreach (var rule in FindingRules.All)
        {
            rule.ConditionUnder(FindingPolicy.Default).ShouldNotContain("{", customMessage: rule.Id);
            PolicyLimits.Of(rule.Id).ShouldAllBe(l => rule.Condition.Contains("{" + l.Key + "}"), rule.Id);
        }
    }

    [Theory, MemberData(nameof(EachRule))]
    public async Task A_rule_tells_what_holds_from_what_does_not_and_from_what_is_not_reported(DatabaseProvider provider, string rule)
    {
        var test = await databases.EmptyAsync(provider);
        var cases = await new RuleCases(test, new Given(test)).MakeAsync(rule);
        await EvaluateAsync(test, rule);

        await using var db = test.Open();
        var found = await db.Findings.Where(f => f.RuleId == rule).ToDictionaryAsync(f => f.IdentityId);
        foreach (var (id, what, expected) in cases)
            found.ContainsKey(id).ShouldBe(expected == Expected.Holds, $"{what}: {(found.TryGetValue(id, out var f) ? f.Evidence : "no finding")}");
        found.Values.ShouldAllBe(f => f.Evidence.Length > 10 && f.Evidence.EndsWith('.'));
        var tally = (await test.Get<FindingQueries>().RulesAsync(None)).Single(t => t.Rule.Id == rule);
        (tally.Holds, tally.CannotTell).ShouldBe((cases.Count(c => c.Expected == Expected.Holds), cases.Count(c => c.Expected == Expected.CannotTell)));
        (tally.Holds + tally.DoesNotHold + tally.CannotTell).ShouldBe(tally.Population);
        tally.DoesNotHold.ShouldBeGreaterThanOrEqualTo(0);
    }

    /// <summary>The rule alone, with what it leans on, then the counts of all.</summary>
    private static async Task EvaluateAsync(TestDatabase test, string rule)
    {
        await using var db = test.Open();
        await db.InTransactionAsync(async () =>
        {
            var context = new RuleContext(db, test.Now, FindingPolicy.Default);
            await VendorIncident.SyncAsync(db, None);
            if (rule == "F14")
                await EscalationPaths.BuildAsync(db, test.Now, None);
            await RuleEvaluation.RunAsync(context, FindingRules.Find(rule)!, EvaluationPart.All, None);
            await RuleEvaluation.CountAsync(context, None, [rule]);
            return 0;
        }, None);
    }
}
