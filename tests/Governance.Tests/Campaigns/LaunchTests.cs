using System.Data.Common;
using Governance.Audit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Campaigns;

public sealed class LaunchTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task Every_identity_in_scope_has_exactly_one_item_with_the_right_reviewer_and_why(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, left) = (await review.PersonAsync("Ada Owner"), await review.Given.PersonAsync("Lee Left", p => p.Status = PersonStatus.Left));
        var input = await review.InputAsync();
        var owned = await review.OwnedAsync(ada);
        var proposed = await review.Given.IdentityAsync(i => (i.OwnerId, i.OwnerState) = (ada.Id, OwnerState.Proposed));
        var orphan = await review.OwnedAsync(left);
        var own = await review.OwnedAsync(ada, i => i.CreatorId = ada.Id);
        var nobody = await review.Given.IdentityAsync(i => i.CreatorId = review.Fallback.Id);
        await review.Given.IdentityAsync(i => i.MissingSince = test.Now);
        await review.Given.IdentityAsync(i => i.State = LifecycleState.Decommissioned);

        var preview = await review.Campaigns.PreviewAsync(input, Ct);
        preview.ShouldBe(new CampaignPreview(Items: 5, Reviewers: 2, ByOwner: 1, ByFallback: 3, WithoutReviewer: 1, Missing: 1, NotReviewable: 1));
        var campaign = (await review.Campaigns.LaunchAsync(await review.DefineAsync(), review.Manager, Ct)).OrThrow();

        await using var db = test.Open();
        var items = await db.ReviewItems.Where(i => i.CampaignId == campaign).ToListAsync();
        items.Select(i => i.IdentityId).ShouldBe([owned.Id, proposed.Id, orphan.Id, own.Id, nobody.Id], ignoreOrder: true);
        items.Select(i => i.Id).Distinct().Count().ShouldBe(5);
        items.ShouldAllBe(i => i.ShownHash == "x" && i.Outcome == ItemOutcomeKind.Open && i.Id.Version == 7);
        Of(owned).ShouldBe((ada.Id, ReviewerReasons.AcceptedOwner));
        Of(proposed).ShouldBe((review.Fallback.Id, ReviewerReasons.NoAcceptedOwner));
        Of(orphan).ShouldBe((review.Fallback.Id, ReviewerReasons.OwnerLeft));
        Of(own).ShouldBe((review.Fallback.Id, ReviewerReasons.OwnerCreatedIt));
        Of(nobody).ShouldBe((null, ReviewerReasons.FallbackCreatedIt));
        var stored = await db.Campaigns.SingleAsync();
        stored.Population.ShouldBe(5);
        stored.PopulationHash.ShouldBe(LaunchPopulation(items.Select(i => i.IdentityId)));
        (await db.Messages.Select(m => m.PersonId).ToListAsync()).ShouldBe([ada.Id, review.Fallback.Id], ignoreOrder: true);

        (Guid? Reviewer, string Reason) Of(Identity identity) => items.Where(i => i.IdentityId == identity.Id).Select(i => (i.ReviewerId, i.ReviewerReason)).Single();
    }

    [Theory, EachDatabase]
    public async Task Findings_open_at_launch_are_on_the_item(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var identity = await review.Given.IdentityAsync();
        await review.Given.SaveAsync(db => db.Findings.AddRange(Finding("F07"), Finding("F02"), Finding("F01", Governance.Findings.FindingState.Fixed)));
        var campaign = await review.LaunchAsync();
        (await review.ItemAsync(campaign, identity)).ShownFindings.ShouldBe("F02,F07");

        Governance.Findings.Finding Finding(string rule, Governance.Findings.FindingState state = Governance.Findings.FindingState.Open) =>
            new() { Id = Ids.New(test.Now), RuleId = rule, IdentityId = identity.Id, Evidence = "e", FirstSeenAt = test.Now, State = state };
    }

    [Theory, EachDatabase]
    public async Task An_empty_scope_launches_nothing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var definition = await review.DefineAsync();
        (await review.Campaigns.LaunchAsync(definition, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.empty-scope");
        await using var db = test.Open();
        (await db.Campaigns.AnyAsync()).ShouldBeFalse();
    }

    [Theory, EachDatabase]
    public async Task A_second_launch_waits_until_the_first_run_is_closed(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        await review.Given.IdentityAsync();
        var definition = await review.DefineAsync();
        var first = (await review.Campaigns.LaunchAsync(definition, review.Manager, Ct)).OrThrow();
        (await review.Campaigns.LaunchAsync(definition, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.running");
        (await review.Campaigns.CloseAsync(first, review.Manager, Ct)).OrThrow();
        (await review.Campaigns.LaunchAsync(definition, review.Manager, Ct)).IsRefused.ShouldBeFalse();
    }

    [Theory, EachDatabase]
    public async Task One_due_time_is_one_campaign_however_many_nodes_look(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        await review.Given.IdentityAsync();
        var due = test.Now.AddDays(1);
        var definition = await review.DefineAsync(i => i with { Recurrence = Recurrence.Monthly, FirstLaunchAt = due });
        (await review.Campaigns.LaunchDueAsync(Ct)).ShouldBe(0);
        test.Clock.Advance(TimeSpan.FromDays(1));
        var launched = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => review.Campaigns.LaunchDueAsync(Ct))));
        launched.Sum().ShouldBe(1);
        await using var db = test.Open();
        (await db.Campaigns.SingleAsync()).ScheduledFor.ShouldBe(due);
        (await db.CampaignDefinitions.SingleAsync(d => d.Id == definition)).NextLaunchAt.ShouldBe(due.AddMonths(1));
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignLaunched)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task A_schedule_with_an_empty_scope_moves_on_and_the_log_says_so(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var definition = await review.DefineAsync(i => i with { Recurrence = Recurrence.Weekly, DurationDays = 7, FirstLaunchAt = test.Now.AddHours(1) });
        test.Clock.Advance(TimeSpan.FromHours(2));
        (await review.Campaigns.LaunchDueAsync(Ct)).ShouldBe(0);
        await using var db = test.Open();
        (await db.CampaignDefinitions.SingleAsync(d => d.Id == definition)).NextLaunchAt.ShouldBe(TestDatabase.Noon.AddHours(1).AddDays(7));
        (await db.AuditEntries.SingleAsync(e => e.Action == AuditActions.CampaignSkipped)).Reason.ShouldNotBeNull().ShouldContain("No identity is in the scope");
    }

    [Theory, EachDatabase]
    public async Task Ten_thousand_items_are_launched_in_a_handful_of_statements(DatabaseProvider provider)
    {
        var counter = new StatementCounter();
        await using var test = await TestDatabase.CreateAsync(provider, s => s.ConfigureDbContext<GovernanceDb>(o => o.AddInterceptors(counter)));
        var review = new Review(test);
        var source = await review.Given.SourceAsync();
        await review.Given.SaveAsync(db => db.Identities.AddRange(Enumerable.Range(0, 10_000).Select(n => new Identity
        {
            Id = Ids.New(test.Now),
            SourceId = source,
            ExternalId = $"bulk-{n}",
            DisplayName = $"bulk-{n}",
            Attributes = "{}",
            ContentHash = "x",
            FirstSeenAt = test.Now,
            State = LifecycleState.Discovered,
        })));
        var definition = await review.DefineAsync();
        counter.Count = 0;
        var campaign = (await review.Campaigns.LaunchAsync(definition, review.Manager, Ct)).OrThrow();
        counter.Count.ShouldBeInRange(1, 30);
        await using var after = test.Open();
        (await after.ReviewItems.CountAsync(i => i.CampaignId == campaign)).ShouldBe(10_000);
    }

    [Theory, EachDatabase]
    public async Task What_a_definition_may_not_be_is_refused(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var left = await review.Given.PersonAsync("Lee Left", p => p.Status = PersonStatus.Left);
        var input = await review.InputAsync();
        (await CodeAsync(input with { Name = " a " })).ShouldBe("campaign.name-missing");
        (await CodeAsync(input with { DurationDays = 0 })).ShouldBe("campaign.duration");
        (await CodeAsync(input with { DurationDays = 366 })).ShouldBe("campaign.duration");
        (await CodeAsync(input with { DurationDays = 8, Recurrence = Recurrence.Weekly })).ShouldBe("campaign.longer-than-period");
        (await CodeAsync(input with { FallbackReviewerId = Guid.Empty })).ShouldBe("campaign.fallback-missing");
        (await CodeAsync(input with { FallbackReviewerId = left.Id })).ShouldBe("campaign.fallback-left");
        (await CodeAsync(input with { FirstLaunchAt = test.Now.AddMinutes(-1) })).ShouldBe("campaign.launch-past");
        (await review.Campaigns.DefineAsync(input, Given.Engineer, Ct)).Refusal!.Code.ShouldBe("not.allowed");

        var id = await review.DefineAsync();
        var found = (await test.Get<CampaignQueries>().FindDefinitionAsync(id, Ct)).ShouldNotBeNull();
        (found.Input with { Stages = input.Stages }).ShouldBe(input);
        CampaignJson.Write(found.Input.Stages).ShouldBe(CampaignJson.Write(StageSettings.Standard(14)));
        (await review.Campaigns.ChangeAsync(id, found.Version, input with { Name = "Q4, second try" }, review.Manager, Ct)).IsRefused.ShouldBeFalse();
        (await review.Campaigns.ChangeAsync(id, found.Version, input, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.changed-meanwhile");
        (await review.Campaigns.ArchiveAsync(id, review.Manager, Ct)).IsRefused.ShouldBeFalse();
        (await review.Campaigns.LaunchAsync(id, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.archived");

        async Task<string?> CodeAsync(DefinitionInput tried) => (await review.Campaigns.DefineAsync(tried, review.Manager, Ct)).Refusal?.Code;
    }

    private static string LaunchPopulation(IEnumerable<Guid> ids) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
        System.Text.Encoding.ASCII.GetBytes(string.Concat(ids.Select(i => i.ToString("D") + "\n").Order(StringComparer.Ordinal)))));

    private sealed class StatementCounter : DbCommandInterceptor
    {
        public int Count { get; set; }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Count++;
            return new(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Count++;
            return new(result);
        }
    }
}
