using Governance.Audit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

/// <summary>Draft, prepared, started, closed early, cancelled.</summary>
public sealed class PrepareTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task A_prepared_campaign_has_its_items_and_asks_nobody_until_it_starts(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var definition = await review.DefineAsync();
        var campaign = (await review.Campaigns.PrepareAsync(definition, review.Manager, Ct)).OrThrow();

        (await test.Get<ReviewQueries>().MineAsync(ada.Id, Ct)).ShouldBeEmpty();
        (await test.Get<ReviewQueries>().SheetAsync(campaign, ada.Id, Ct)).ShouldBeNull();
        (await test.Get<ReviewQueries>().WaitingAsync(ada.Id, Ct)).ShouldBe(0);
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, identity, ada, Verdict.Certify), Ct)).Refusal!.Code.ShouldBe("campaign.not-started");
        (await review.Campaigns.PrepareAsync(definition, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.prepared");
        await using (var db = test.Open())
            (await db.Messages.CountAsync()).ShouldBe(0);

        test.Clock.Advance(TimeSpan.FromDays(3));
        (await review.Campaigns.StartAsync(campaign, review.Manager, Ct)).IsRefused.ShouldBeFalse();
        await using var after = test.Open();
        var started = await after.Campaigns.SingleAsync();
        (started.State, started.PreparedAt, started.LaunchedAt, started.DueAt).ShouldBe((CampaignState.Running, TestDatabase.Noon, test.Now, test.Now.AddDays(14)));
        (await after.Stages.OrderByDescending(s => s.Number).FirstAsync()).DueAt.ShouldBe(started.DueAt);
        (await after.Messages.Select(m => m.PersonId).ToListAsync()).ShouldBe([ada.Id]);
        await review.DecideAsync(campaign, identity, ada, Verdict.Certify);
        (await review.Campaigns.StartAsync(campaign, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.not-prepared");
        (await after.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignPrepared || e.Action == AuditActions.CampaignLaunched)).ShouldBe(2);
    }

    [Theory, EachDatabase]
    public async Task A_schedule_starts_what_was_prepared_for_it_and_keeps_its_rhythm(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        await review.Given.IdentityAsync();
        var due = test.Now.AddDays(5);
        var definition = await review.DefineAsync(i => i with { Recurrence = Recurrence.Monthly, FirstLaunchAt = due });
        var prepared = (await review.Campaigns.PrepareAsync(definition, review.Manager, Ct)).OrThrow();
        test.Clock.Advance(TimeSpan.FromDays(6));
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => review.Campaigns.LaunchDueAsync(Ct))))).Sum().ShouldBe(1);
        (await review.Campaigns.LaunchDueAsync(Ct)).ShouldBe(0);
        await using var db = test.Open();
        var campaign = await db.Campaigns.SingleAsync();
        (campaign.Id, campaign.State, campaign.ScheduledFor).ShouldBe((prepared, CampaignState.Running, due));
        (await db.CampaignDefinitions.SingleAsync()).NextLaunchAt.ShouldBe(due.AddMonths(1));
    }

    [Theory, EachDatabase]
    public async Task A_clock_that_jumps_over_several_due_times_launches_once_and_closes_once(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        await review.Given.IdentityAsync();
        var first = test.Now.AddDays(1);
        var definition = await review.DefineAsync(i => i with { Recurrence = Recurrence.Weekly, DurationDays = 7, FirstLaunchAt = first });
        test.Clock.Advance(TimeSpan.FromDays(30));
        (await review.Campaigns.LaunchDueAsync(Ct)).ShouldBe(1);
        (await review.Campaigns.LaunchDueAsync(Ct)).ShouldBe(0);
        test.Clock.Advance(TimeSpan.FromDays(90));
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => review.Campaigns.CloseDueAsync(Ct))))).Sum().ShouldBeGreaterThan(0);
        await using var db = test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignClosed)).ShouldBe(1);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignApplied)).ShouldBe(1);
        (await db.CampaignDefinitions.SingleAsync(d => d.Id == definition)).NextLaunchAt.ShouldBe(first.AddDays(35));
    }

    [Theory, EachDatabase]
    public async Task Every_identity_in_scope_has_an_item_or_a_reason_and_the_counts_add_up(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var now = test.Now;
        var fresh = await Used(now.AddDays(-89));
        var edge = await Used(now.AddDays(-90));
        var old = await Used(now.AddDays(-400));
        var never = await review.Given.IdentityAsync(i => (i.Usage, i.CreatedInSourceAt) = (UsageState.NeverUsed, now.AddDays(-91)));
        var young = await review.Given.IdentityAsync(i => (i.Usage, i.CreatedInSourceAt) = (UsageState.NeverUsed, now.AddDays(-10)));
        var silent = await review.Given.IdentityAsync(i => i.Usage = UsageState.NotReported);
        var window = await review.Given.IdentityAsync(i => i.Usage = UsageState.OutsideWindow);
        var gone = await review.Given.IdentityAsync(i => i.State = LifecycleState.Decommissioned);
        var requested = await review.Given.IdentityAsync(i => i.State = LifecycleState.Requested);
        var missing = await review.Given.IdentityAsync(i => i.MissingSince = now);

        var run = new RunSettings { InactiveDays = 90 };
        var input = await review.InputAsync() with { Run = run };
        var told = (await review.Campaigns.ExcludedAsync(input, Ct)).ToDictionary(e => e.Reason, e => e.Count);
        var campaign = await review.LaunchAsync(i => i with { Run = run });
        await using var db = test.Open();
        (await db.ReviewItems.Where(i => i.CampaignId == campaign).Select(i => i.IdentityId).ToListAsync()).ShouldBe([edge.Id, old.Id, never.Id], ignoreOrder: true);
        var excluded = await db.CampaignExclusions.Where(e => e.CampaignId == campaign).ToDictionaryAsync(e => e.IdentityId, e => e.Reason);
        excluded.ShouldBe(
            new Dictionary<Guid, string>
            {
                [fresh.Id] = ExclusionReasons.UsedSince,
                [young.Id] = ExclusionReasons.TooYoung,
                [silent.Id] = ExclusionReasons.UseNotReported,
                [window.Id] = ExclusionReasons.UseNotReported,
                [gone.Id] = ExclusionReasons.Decommissioned,
                [requested.Id] = ExclusionReasons.Requested,
                [missing.Id] = ExclusionReasons.Missing,
            },
            ignoreOrder: true);
        var stored = await db.Campaigns.SingleAsync();
        (stored.InScope, stored.Population, stored.Excluded).ShouldBe((10, 3, 7));
        told.ShouldBe(excluded.Values.GroupBy(r => r).ToDictionary(g => g.Key, g => g.Count()), ignoreOrder: true);

        Task<Identity> Used(DateTimeOffset at) => review.Given.IdentityAsync(i => (i.Usage, i.LastUsedAt) = (UsageState.Used, at));
    }

    [Theory, EachDatabase]
    public async Task Only_what_is_new_or_changed_since_the_last_certification_is_asked_about(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var certified = test.Now.AddDays(-30);
        var unchanged = await review.Given.IdentityAsync(i => i.LastCertifiedAt = certified);
        var changed = await review.Given.IdentityAsync(i => i.LastCertifiedAt = certified);
        var before = await review.Given.IdentityAsync(i => i.LastCertifiedAt = certified);
        var found = await review.Given.IdentityAsync(i => i.LastCertifiedAt = certified);
        var fresh = await review.Given.IdentityAsync();
        await review.Given.SaveAsync(db =>
        {
            db.IdentityChanges.AddRange(Change(changed, certified.AddDays(1)), Change(before, certified.AddDays(-1)));
            db.Findings.Add(new Governance.Findings.Finding { Id = Ids.New(test.Now), RuleId = "F02", IdentityId = found.Id, Evidence = "e", FirstSeenAt = test.Now.AddDays(-1) });
        });
        var campaign = await review.LaunchAsync(i => i with { Run = new RunSettings { OnlyChanged = true } });
        await using var db = test.Open();
        (await db.ReviewItems.Where(i => i.CampaignId == campaign).Select(i => i.IdentityId).ToListAsync()).ShouldBe([changed.Id, found.Id, fresh.Id], ignoreOrder: true);
        (await db.CampaignExclusions.Where(e => e.CampaignId == campaign).Select(e => new { e.IdentityId, e.Reason }).ToListAsync())
            .ShouldBe([new { IdentityId = unchanged.Id, Reason = ExclusionReasons.Unchanged }, new { IdentityId = before.Id, Reason = ExclusionReasons.Unchanged }], ignoreOrder: true);

        IdentityChange Change(Identity identity, DateTimeOffset at) => new() { Id = Ids.New(at), IdentityId = identity.Id, RunId = identity.Id, At = at, Field = "grant", After = "Mail.Read" };
    }

    [Theory, EachDatabase]
    public async Task Each_credential_or_permission_can_be_an_item(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (rich, poor) = (await review.Given.IdentityAsync(), await review.Given.IdentityAsync());
        var (one, two) = (await review.Given.CredentialAsync(rich), await review.Given.CredentialAsync(rich));
        await review.Given.CredentialAsync(poor, change: c => c.MissingSince = test.Now);
        await review.Given.GrantAsync(rich, "Mail.Read");
        var credentials = await review.LaunchAsync(i => i with { Run = new RunSettings { Target = ItemTarget.Credential } });
        var grants = await review.LaunchAsync(i => i with { Name = "Permissions", Run = new RunSettings { Target = ItemTarget.Grant } });
        await using var db = test.Open();
        (await db.ReviewItems.Where(i => i.CampaignId == credentials).Select(i => new { i.TargetId, i.Target, i.IdentityId }).ToListAsync())
            .ShouldBe([new { TargetId = one.Id, Target = ItemTarget.Credential, IdentityId = rich.Id }, new { TargetId = two.Id, Target = ItemTarget.Credential, IdentityId = rich.Id }], ignoreOrder: true);
        var grant = await db.Grants.SingleAsync();
        (await db.ReviewItems.Where(i => i.CampaignId == grants).Select(i => i.TargetId).ToListAsync()).ShouldBe([grant.Id]);
        (await db.CampaignExclusions.Where(e => e.IdentityId == poor.Id).OrderBy(e => e.Reason).Select(e => e.Reason).ToListAsync()).ShouldBe([ExclusionReasons.NoCredential, ExclusionReasons.NoGrant]);
        (await db.Campaigns.Where(c => c.Id == credentials).Select(c => new { c.InScope, c.Population, c.Excluded }).SingleAsync()).ShouldBe(new { InScope = 2, Population = 2, Excluded = 1 });
    }

    [Theory, EachDatabase]
    public async Task Cancelled_nothing_is_applied_and_closed_early_a_reason_is_owed(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var definition = await review.DefineAsync();
        var first = (await review.Campaigns.LaunchAsync(definition, review.Manager, Ct)).OrThrow();
        await review.DecideAsync(first, identity, ada, Verdict.Revoke, "not needed");
        (await review.Campaigns.CancelAsync(first, " ", review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.end-reason");
        (await review.Campaigns.CancelAsync(first, "wrong scope", Given.Engineer, Ct)).Refusal!.Code.ShouldBe("not.allowed");
        (await review.Campaigns.CancelAsync(first, "wrong scope", review.Manager, Ct)).IsRefused.ShouldBeFalse();
        test.Clock.Advance(TimeSpan.FromDays(60));
        await review.Campaigns.CloseDueAsync(Ct);
        (await review.Campaigns.ApplyAsync(first, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.ended");
        (await review.Campaigns.CloseEarlyAsync(first, "late", review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.ended");

        var second = (await review.Campaigns.PrepareAsync(definition, review.Manager, Ct)).OrThrow();
        (await review.Campaigns.CloseEarlyAsync(second, "too early", review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.not-started");
        (await review.Campaigns.CancelAsync(second, null, review.Manager, Ct)).IsRefused.ShouldBeFalse();
        var third = (await review.Campaigns.LaunchAsync(definition, review.Manager, Ct)).OrThrow();
        (await review.Campaigns.CloseEarlyAsync(third, null, review.Manager, Ct)).Refusal!.Code.ShouldBe("campaign.end-reason");
        (await review.Campaigns.CloseEarlyAsync(third, "audit is tomorrow", review.Manager, Ct)).IsRefused.ShouldBeFalse();
        await using var db = test.Open();
        (await db.RevocationOrders.CountAsync()).ShouldBe(0);
        (await db.Campaigns.Where(c => c.Id == third).Select(c => c.EndReason).SingleAsync()).ShouldBe("audit is tomorrow");
        (await db.Campaigns.Where(c => c.Id == first).Select(c => c.State).SingleAsync()).ShouldBe(CampaignState.Cancelled);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.CampaignCancelled)).ShouldBe(2);
    }

    [Theory, EachDatabase]
    public async Task Where_a_person_applies_nothing_follows_by_itself(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var campaign = await review.LaunchAsync(i => i with { Run = new RunSettings { AutoApply = false } });
        await review.DecideAsync(campaign, identity, ada, Verdict.Revoke, "not needed");
        test.Clock.Advance(TimeSpan.FromDays(30));
        await review.Campaigns.CloseDueAsync(Ct);
        await review.Campaigns.CloseDueAsync(Ct);
        await using var db = test.Open();
        (await db.Campaigns.Select(c => c.State).SingleAsync()).ShouldBe(CampaignState.Closed);
        (await db.RevocationOrders.CountAsync()).ShouldBe(0);
        var effect = (await test.Get<EffectQueries>().ForAsync(campaign, Ct)).ShouldHaveSingleItem();
        (effect.Revoke, effect.Orders, effect.HeldBy?.Id).ShouldBe((1, 1, "B2"));
        (await review.Campaigns.ApplyAsync(campaign, review.Manager, Ct)).OrThrow().Ordered.ShouldBe(1);
        (await db.RevocationOrders.AsNoTracking().Select(o => o.HeldBy).SingleAsync()).ShouldBe(effect.HeldBy!.ToString());
    }
}
