using System.Data.Common;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Campaigns;

/// <summary>A stage change and a close that break off at each of their statements in turn: whoever comes next finishes them, with no item twice and none missing.</summary>
public sealed class StageFaultTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task Broken_off_at_any_statement_a_stage_change_and_a_close_are_finished_by_the_next_run(DatabaseProvider provider)
    {
        var breaker = new Breaker();
        await using var test = await TestDatabase.CreateAsync(provider, s => s.ConfigureDbContext<GovernanceDb>(o => o.AddInterceptors(breaker)));
        var review = new Review(test);
        var boss = await review.PersonAsync("Bea Boss");
        var ada = await review.Given.PersonAsync("Ada Owner", p => p.ManagerId = boss.Id);
        var (plain, privileged, silent) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada, i => i.Privileged = Reported.Yes), await review.OwnedAsync(ada, i => i.Privileged = Reported.Yes));
        var broken = 0;
        for (var at = 1; ; at++)
        {
            var campaign = await review.LaunchAsync(i => i with { Name = $"Run {at}" });
            await review.DecideAsync(campaign, plain, ada, Verdict.Certify);
            await review.DecideAsync(campaign, privileged, ada, Verdict.Certify);
            test.Clock.Advance(TimeSpan.FromDays(10));
            var first = await BreakAsync(breaker, at, () => review.Campaigns.CloseDueAsync(Ct));
            await review.Campaigns.CloseDueAsync(Ct);
            await using (var db = test.Open())
            {
                (await db.ReviewItems.Where(i => i.CampaignId == campaign).Select(i => i.TargetId).ToListAsync()).ShouldBe([plain.Id, privileged.Id, silent.Id], ignoreOrder: true);
                (await db.ReviewItems.CountAsync(i => i.CampaignId == campaign && i.StageNumber == 2)).ShouldBe(2);
                (await db.ReviewTasks.Where(t => t.CampaignId == campaign && t.StageNumber == 2).Select(t => t.ReviewerId).ToListAsync()).ShouldBe([boss.Id, boss.Id]);
                (await db.Campaigns.Where(c => c.Id == campaign).Select(c => new { c.StageNumber, c.State }).SingleAsync()).ShouldBe(new { StageNumber = 2, State = CampaignState.Running });
            }

            await review.DecideAsync(campaign, privileged, boss, Verdict.Certify);
            test.Clock.Advance(TimeSpan.FromDays(5));
            var second = await BreakAsync(breaker, at, () => review.Campaigns.CloseDueAsync(Ct));
            await review.Campaigns.CloseDueAsync(Ct);
            (await review.ItemAsync(campaign, plain)).Outcome.ShouldBe(ItemOutcomeKind.Certified);
            (await review.ItemAsync(campaign, privileged)).Outcome.ShouldBe(ItemOutcomeKind.Certified);
            (await review.ItemAsync(campaign, silent)).Outcome.ShouldBe(ItemOutcomeKind.NoResponse);
            broken += (first ? 1 : 0) + (second ? 1 : 0);
            if (!first && !second)
                break;
        }

        broken.ShouldBeGreaterThan(20, "each of the two was broken off at many places");
    }

    private static async Task<bool> BreakAsync(Breaker breaker, int at, Func<Task> work)
    {
        breaker.In = at;
        try
        {
            await work();
            return false;
        }
        catch (Exception thrown) when (thrown is BrokenOffException || thrown.InnerException is BrokenOffException)
        {
            return true;
        }
        finally
        {
            breaker.In = 0;
        }
    }

    private sealed class BrokenOffException : Exception;

    private sealed class Breaker : DbCommandInterceptor
    {
        public int In { get; set; }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) => new(Count(result));

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) => new(Count(result));

        private T Count<T>(T result) => In > 0 && --In == 0 ? throw new BrokenOffException() : result;
    }
}
