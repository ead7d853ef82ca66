using Governance.Audit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

public sealed class DecideTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task A_decision_and_its_audit_entry_are_both_there_or_neither(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var campaign = await review.LaunchAsync();
        await review.DecideAsync(campaign, identity, ada, Verdict.Certify, "needed");
        await using (var both = test.Open())
        {
            var decision = await both.Decisions.SingleAsync();
            var entry = await both.AuditEntries.SingleAsync(e => e.Action == AuditActions.ReviewDecided);
            entry.Details.ShouldContain(decision.Id.ToString());
            entry.Reason.ShouldBe("needed");
            (await test.Get<ChainVerifier>().VerifyAsync(Ct)).Intact.ShouldBeTrue();
        }

        // The entry that would be appended next is there already, so that the append fails after the decision was written.
        long next;
        await using (var db = test.Open())
            next = (await db.AuditHeads.SingleAsync()).Sequence + 1;
        await review.Given.SaveAsync(db => db.AuditEntries.Add(new AuditEntry
        {
            Sequence = next,
            At = test.Now,
            ActorKind = ActorKind.Job,
            ActorId = "x",
            ActorName = "x",
            Action = "x",
            SubjectType = "x",
            SubjectId = "x",
            Details = "{}",
            PreviousHash = "x",
            Hash = "x",
        }));
        await Should.ThrowAsync<DbUpdateException>(() => review.DecideAsync(campaign, identity, ada, Verdict.DontKnow));
        await using var after = test.Open();
        (await after.Decisions.SingleAsync()).Verdict.ShouldBe(Verdict.Certify);
        (await after.ReviewItems.SingleAsync()).Verdict.ShouldBe(Verdict.Certify);
    }

    [Theory, EachDatabase]
    public async Task A_concurrent_second_decision_gets_a_conflict_and_each_item_has_one_in_force(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var campaign = await review.LaunchAsync();
        var answer = await review.AnswerAsync(campaign, identity, ada, Verdict.Certify);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(() =>
            review.Reviews.DecideAsync(n % 2 == 0 ? answer : answer with { Verdict = Verdict.Revoke, Justification = "not used" }, Ct))));
        outcomes.Count(o => !o.IsRefused).ShouldBe(1);
        outcomes.Where(o => o.IsRefused).ShouldAllBe(o => o.Refusal!.Code == "review.conflict");
        await using var db = test.Open();
        var decision = await db.Decisions.SingleAsync();
        var item = await db.ReviewItems.SingleAsync();
        item.DecisionId.ShouldBe(decision.Id);
        item.Verdict.ShouldBe(decision.Verdict);
    }

    [Theory, EachDatabase]
    public async Task A_later_decision_supersedes_and_both_stay_and_undo_opens_the_item_again(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var campaign = await review.LaunchAsync();
        await review.DecideAsync(campaign, identity, ada, Verdict.Certify);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await review.DecideAsync(campaign, identity, ada, Verdict.Revoke, "not used any more");
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        var item = await review.ItemAsync(campaign, identity);
        (await review.Reviews.WithdrawDecisionAsync(item.Id, item.Version, Given.As(ada), Ct)).IsRefused.ShouldBeFalse();
        await using var db = test.Open();
        var kept = await db.Decisions.OrderBy(d => d.At).ToListAsync();
        kept.Select(d => (d.Verdict, d.Withdrawn)).ShouldBe([(Verdict.Certify, false), (Verdict.Revoke, false), (Verdict.Revoke, true)]);
        kept[1].SupersedesId.ShouldBe(kept[0].Id);
        kept[2].SupersedesId.ShouldBe(kept[1].Id);
        (await db.ReviewItems.SingleAsync()).Verdict.ShouldBeNull();
    }

    [Theory, EachDatabase]
    public async Task Nobody_reads_or_decides_what_is_anothers(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Bob Owner"));
        var identity = await review.OwnedAsync(ada);
        await review.OwnedAsync(bob);
        var campaign = await review.LaunchAsync();
        var item = await review.ItemAsync(campaign, identity);
        (await review.Reviews.DecideAsync((await review.AnswerAsync(campaign, identity, bob, Verdict.Certify)), Ct)).Refusal!.Code.ShouldBe("review.not-yours");
        (await test.Get<ReviewQueries>().DetailAsync(item.Id, Given.As(bob), Ct)).ShouldBeNull();
        (await test.Get<ReviewQueries>().DetailAsync(item.Id, Given.As(ada), Ct)).ShouldNotBeNull();
        (await test.Get<ReviewQueries>().DetailAsync(item.Id, Given.As(bob, Roles.Auditor), Ct)).ShouldNotBeNull();
        (await test.Get<ReviewQueries>().SheetAsync(campaign, bob.Id, Ct))!.Total.ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task An_item_handed_on_is_the_new_reviewers_and_they_are_told(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Bob Other"));
        var identity = await review.OwnedAsync(ada, i => i.CreatorId = null);
        var campaign = await review.LaunchAsync();
        var item = await review.ItemAsync(campaign, identity);
        (await review.HandOver.ReassignAsync(item.Id, item.Version, Ids.New(test.Now), "who?", Given.As(ada), Ct)).Refusal!.Code.ShouldBe("review.reviewer-unknown");
        (await review.HandOver.ReassignAsync(item.Id, item.Version, bob.Id, "your team runs it", Given.As(ada), Ct)).IsRefused.ShouldBeFalse();
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, identity, ada, Verdict.Certify), Ct)).Refusal!.Code.ShouldBe("review.not-yours");
        await review.DecideAsync(campaign, identity, bob, Verdict.Certify);
        (await review.ItemAsync(campaign, identity)).ReviewerReason.ShouldBe("handed on by Ada Owner: your team runs it");
        await using var db = test.Open();
        (await db.Messages.SingleAsync(m => m.PersonId == bob.Id)).Title.ShouldContain("Ada Owner asks you");
    }

    [Theory, EachDatabase]
    public async Task A_change_since_it_was_shown_is_refused_and_the_second_look_goes_through(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var identity = await review.OwnedAsync(ada);
        var campaign = await review.LaunchAsync();
        var answer = await review.AnswerAsync(campaign, identity, ada, Verdict.Certify);
        await review.Given.SaveAsync(db => db.Identities.Where(i => i.Id == identity.Id).ExecuteUpdate(s => s.SetProperty(i => i.ContentHash, "grown")));
        (await review.Reviews.DecideAsync(answer, Ct)).Refusal!.Code.ShouldBe("review.changed");
        await review.DecideAsync(campaign, identity, ada, Verdict.Certify);
        await using var db = test.Open();
        (await db.Decisions.SingleAsync()).ShownHash.ShouldBe("grown");
    }

    [Theory, EachDatabase]
    public async Task A_certified_item_opens_again_when_access_grows_while_the_campaign_runs(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (grown, renamed) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada));
        var campaign = await review.LaunchAsync();
        await review.DecideAsync(campaign, grown, ada, Verdict.Certify);
        await review.DecideAsync(campaign, renamed, ada, Verdict.Certify);
        test.Clock.Advance(TimeSpan.FromHours(1));
        await review.Given.SaveAsync(db => db.IdentityChanges.AddRange(Change(grown, "grant", "Mail.Read"), Change(renamed, "DisplayName", "new name")));
        await using (var db = test.Open())
        {
            await db.InTransactionAsync(async () =>
            {
                await test.Get<AuditLog>().AppendAsync(db, review.Manager, test.Now, new AuditDraft(AuditActions.ImportCompleted, Subjects.ImportRun, "run"), Ct);
                return Done.Value;
            }, Ct);
        }

        await test.CatchUpAsync();
        (await review.ItemAsync(campaign, grown)).Verdict.ShouldBeNull();
        (await review.ItemAsync(campaign, renamed)).Verdict.ShouldBe(Verdict.Certify);

        IdentityChange Change(Identity identity, string field, string after) =>
            new() { Id = Ids.New(test.Now), IdentityId = identity.Id, RunId = Guid.Empty, At = test.Now, Field = field, After = after };
    }

    [Theory, EachDatabase]
    public async Task A_bulk_answer_is_answered_for_by_id(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Bob Owner"));
        var (low, alike, risky, anothers) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada), await review.OwnedAsync(ada, i => i.Risk = 80), await review.OwnedAsync(bob));
        var campaign = await review.LaunchAsync();
        var items = new List<BulkItem>();
        foreach (var identity in new[] { low, alike, risky, anothers })
        {
            var item = await review.ItemAsync(campaign, identity);
            items.Add(new BulkItem(item.Id, item.Version, "x"));
        }

        items.Add(new BulkItem(Ids.New(test.Now), Guid.Empty, "x"));
        var outcomes = await review.Reviews.DecideManyAsync(new DecideMany(items, Verdict.Certify, null, Given.As(ada)), Ct);
        outcomes.Select(o => o.Refusal?.Code).ShouldBe([null, null, "review.too-risky-for-bulk", "review.not-yours", "review.gone"]);
        await using var db = test.Open();
        (await db.Decisions.Select(d => d.BulkSize).ToListAsync()).ShouldBe([2, 2]);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewDecided)).ShouldBe(2);
    }

    [Theory, EachDatabase]
    public async Task The_page_has_all_that_a_reviewer_needs(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var tool = await review.Given.ToolAsync("Notion AI", Autonomy.Assistive);
        var certified = test.Now.AddDays(-100);
        var identity = await review.OwnedAsync(ada, i => (i.ToolId, i.Risk, i.LastCertifiedAt, i.Usage, i.LastUsedAt) = (tool.Id, 70, certified, UsageState.Used, test.Now.AddDays(-40)));
        await review.OwnedAsync(ada, i => i.ParentExternalId = identity.ExternalId);
        await review.Given.GrantAsync(identity, "Files.Read");
        await review.Given.GrantAsync(identity, "Mail.Read", privileged: Reported.Yes);
        await review.Given.CredentialAsync(identity, change: c => (c.CreatedAt, c.Expiry) = (test.Now.AddDays(-410), ExpiryState.Never));
        await review.Given.SaveAsync(db => db.IdentityChanges.Add(new IdentityChange { Id = Ids.New(test.Now), IdentityId = identity.Id, RunId = Guid.Empty, At = test.Now.AddDays(-5), Field = "grant", After = "Mail.Read" }));
        var campaign = await review.LaunchAsync();

        var sheet = (await test.Get<ReviewQueries>().SheetAsync(campaign, ada.Id, Ct)).ShouldNotBeNull();
        sheet.Groups.Select(g => (g.Title, g.Lines.Count)).ShouldBe([("Notion AI", 1), ("Acts for no known AI tool", 1)]);
        (sheet.Total, sheet.Decided).ShouldBe((2, 0));
        var detail = (await test.Get<ReviewQueries>().DetailAsync(sheet.Groups[0].Lines[0].ItemId, Given.As(ada), Ct)).ShouldNotBeNull();
        detail.Summary.ShouldBe("Acts for Notion AI in Entra contoso and may: Mail.Read; Files.Read.");
        detail.Grants.Select(g => (g.Name, g.Privileged, g.IsNew)).ShouldBe([("Mail.Read", Reported.Yes, true), ("Files.Read", Reported.No, true)]);
        detail.Credentials.ShouldHaveSingleItem().Expiry.ShouldBe(ExpiryState.Never);
        detail.Changes.ShouldHaveSingleItem().After.ShouldBe("Mail.Read");
        detail.Dependants.ShouldBe(1);
        detail.OwnerName.ShouldBe("Ada Owner");
        detail.Recommendation.Verdict.ShouldBe(Verdict.Reduce);
        detail.Line.Verdict.ShouldBeNull();
        (await test.Get<ReviewQueries>().WaitingAsync(ada.Id, Ct)).ShouldBe(2);
        (await test.Get<ReviewQueries>().MineAsync(ada.Id, Ct)).ShouldHaveSingleItem().Total.ShouldBe(2);
    }
}
