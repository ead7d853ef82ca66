using Governance.Audit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

public sealed class HandingOnTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task Not_mine_hands_it_on_and_proposes_the_owner_in_one_step(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var bob = await review.PersonAsync("Bob Other");
        var identity = await review.Given.IdentityAsync();
        var campaign = await review.LaunchAsync();
        var item = await review.ItemAsync(campaign, identity);
        (await review.HandOver.NotMineAsync(item.Id, item.Version, bob.Id, "he built it", proposeOwner: true, Given.As(review.Fallback), Ct)).IsRefused.ShouldBeFalse();
        await using var db = test.Open();
        (await db.OwnerAssignments.SingleAsync()).ShouldSatisfyAllConditions(a => a.PersonId.ShouldBe(bob.Id), a => a.State.ShouldBe(AssignmentState.Proposed), a => a.Reason.ShouldBe("he built it"));
        (await review.ItemAsync(campaign, identity)).ReviewerId.ShouldBe(bob.Id);
    }

    [Theory, EachDatabase]
    public async Task What_was_handed_on_can_be_recalled_until_it_is_answered(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Bob Other"));
        var identity = await review.OwnedAsync(ada);
        var campaign = await review.LaunchAsync();
        var item = await review.ItemAsync(campaign, identity);
        (await review.HandOver.RecallAsync(item.Id, Given.As(ada), Ct)).Refusal!.Code.ShouldBe("review.nothing-to-recall");
        (await review.HandOver.ReassignAsync(item.Id, item.Version, bob.Id, "you know it", Given.As(ada), Ct)).OrThrow();
        (await review.HandOver.RecallAsync(item.Id, Given.As(bob), Ct)).Refusal!.Code.ShouldBe("review.nothing-to-recall");
        (await review.HandOver.RecallAsync(item.Id, Given.As(ada), Ct)).OrThrow();
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, identity, bob, Verdict.Certify), Ct)).Refusal!.Code.ShouldBe("review.not-yours");
        item = await review.ItemAsync(campaign, identity);
        item.ReviewerId.ShouldBe(ada.Id);
        (await review.HandOver.ReassignAsync(item.Id, item.Version, bob.Id, "after all", Given.As(ada), Ct)).OrThrow();
        await review.DecideAsync(campaign, identity, bob, Verdict.Certify);
        (await review.HandOver.RecallAsync(item.Id, Given.As(ada), Ct)).Refusal!.Code.ShouldBe("review.nothing-to-recall");
    }

    [Theory, EachDatabase]
    public async Task Whoever_alone_uses_it_neither_reviews_it_nor_gets_it_handed_on(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Bob Other"));
        var (alone, shared) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada));
        await review.Given.GrantAsync(alone, "Mail.Read");
        await review.Given.GrantAsync(shared, "Mail.Read");
        await review.Given.GrantAsync(shared, "Files.Read");
        await review.Given.SaveAsync(db =>
        {
            db.Grants.Where(g => g.IdentityId == alone.Id).ExecuteUpdate(s => s.SetProperty(g => g.Consent, ada.ExternalId));
            db.Grants.Where(g => g.IdentityId == shared.Id && db.Entitlements.Any(e => e.Id == g.EntitlementId && e.Name == "Mail.Read")).ExecuteUpdate(s => s.SetProperty(g => g.Consent, ada.ExternalId));
        });
        var campaign = await review.LaunchAsync();
        (await review.ItemAsync(campaign, shared)).ReviewerId.ShouldBe(ada.Id);
        var item = await review.ItemAsync(campaign, alone);
        item.ReviewerId.ShouldBe(review.Fallback.Id);
        (await review.HandOver.ReassignAsync(item.Id, item.Version, ada.Id, "yours", Given.As(review.Fallback), Ct)).Refusal!.Code.ShouldBe("review.reviewer-is-creator");
        (await review.HandOver.ReassignAsync(item.Id, item.Version, bob.Id, "yours", Given.As(review.Fallback), Ct)).IsRefused.ShouldBeFalse();
        // Access that becomes theirs alone after the hand-over is refused at the answer.
        await review.Given.SaveAsync(db => db.Grants.Where(g => g.IdentityId == alone.Id).ExecuteUpdate(s => s.SetProperty(g => g.Consent, bob.ExternalId)));
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, alone, bob, Verdict.Certify), Ct)).Refusal!.Code.ShouldBe("review.self");
    }

    [Theory, EachDatabase]
    public async Task While_somebody_is_away_their_stand_in_reviews_and_what_is_left_comes_back(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Bob Stand-in"));
        var (first, second, bobs) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada), await review.OwnedAsync(ada, i => i.CreatorId = bob.Id));
        var campaign = await review.LaunchAsync(i => i with { DurationDays = 30 });
        var standIns = test.Get<StandInService>();
        (await standIns.SetAsync(ada.Id, test.Now, test.Now.AddDays(3), Given.As(ada), Ct)).Refusal!.Code.ShouldBe("standin.self");
        (await standIns.SetAsync(bob.Id, test.Now.AddDays(1), test.Now, Given.As(ada), Ct)).Refusal!.Code.ShouldBe("standin.times");
        (await standIns.SetAsync(bob.Id, test.Now.AddDays(1), test.Now.AddDays(4), Given.As(ada), Ct)).IsRefused.ShouldBeFalse();
        (await standIns.SetAsync(bob.Id, test.Now.AddDays(2), test.Now.AddDays(3), Given.As(ada), Ct)).Refusal!.Code.ShouldBe("standin.overlaps");
        (await standIns.SetAsync(ada.Id, test.Now.AddDays(2), test.Now.AddDays(3), Given.As(bob), Ct)).Refusal!.Code.ShouldBe("standin.away");
        (await WaitingAsync(bob)).ShouldBe(0);

        test.Clock.Advance(TimeSpan.FromDays(1));
        await standIns.RunAsync(Ct);
        await standIns.RunAsync(Ct);
        (await WaitingAsync(bob)).ShouldBe(2);
        // What the stand-in made stays with the one who is away.
        (await WaitingAsync(ada)).ShouldBe(1);
        (await review.ItemAsync(campaign, bobs)).ReviewerId.ShouldBe(ada.Id);
        (await review.ItemAsync(campaign, first)).ReviewerReason.ShouldBe("stands in for Ada Owner");
        await review.DecideAsync(campaign, first, bob, Verdict.Certify);

        test.Clock.Advance(TimeSpan.FromDays(3));
        await standIns.RunAsync(Ct);
        (await WaitingAsync(bob)).ShouldBe(0);
        (await WaitingAsync(ada)).ShouldBe(2);
        (await review.ItemAsync(campaign, first)).Verdict.ShouldBe(Verdict.Certify);
        await review.DecideAsync(campaign, second, ada, Verdict.Certify);
        await using var db = test.Open();
        (await db.Messages.CountAsync(m => m.PersonId == bob.Id && m.Title.Contains("stand in"))).ShouldBe(1);

        Task<int> WaitingAsync(Person person) => test.Get<ReviewQueries>().WaitingAsync(person.Id, Ct);
    }

    [Theory, EachDatabase]
    public async Task A_campaign_that_is_launched_while_somebody_is_away_asks_the_stand_in(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, bob) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Bob Stand-in"));
        var identity = await review.OwnedAsync(ada);
        var away = (await test.Get<StandInService>().SetAsync(bob.Id, test.Now, test.Now.AddDays(4), Given.As(ada), Ct)).OrThrow();
        var campaign = await review.LaunchAsync();
        (await review.ItemAsync(campaign, identity)).ReviewerId.ShouldBe(bob.Id);
        (await test.Get<StandInService>().EndAsync(away, Given.As(bob), Ct)).Refusal!.Code.ShouldBe("standin.gone");
        (await test.Get<StandInService>().EndAsync(away, Given.As(ada), Ct)).OrThrow();
        (await review.ItemAsync(campaign, identity)).ReviewerId.ShouldBe(ada.Id);
        await review.DecideAsync(campaign, identity, ada, Verdict.Certify);
    }

    [Theory, EachDatabase]
    public async Task A_reviewer_who_left_is_replaced_by_their_manager_and_keeps_what_they_said(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var boss = await review.PersonAsync("Bea Boss");
        var ada = await review.Given.PersonAsync("Ada Owner", p => p.ManagerId = boss.Id);
        var (answered, open, bosses) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada), await review.OwnedAsync(ada, i => i.CreatorId = boss.Id));
        var campaign = await review.LaunchAsync();
        await review.DecideAsync(campaign, answered, ada, Verdict.Certify);
        await review.Given.SaveAsync(db =>
        {
            db.People.Where(p => p.Id == ada.Id).ExecuteUpdate(s => s.SetProperty(p => p.Status, PersonStatus.Left));
        });
        await review.AuditAsync(AuditActions.PeopleImported, Subjects.Person, "all");
        await test.CatchUpAsync();
        (await review.ItemAsync(campaign, answered)).ShouldSatisfyAllConditions(i => i.ReviewerId.ShouldBe(ada.Id), i => i.Verdict.ShouldBe(Verdict.Certify));
        (await review.ItemAsync(campaign, open)).ShouldSatisfyAllConditions(i => i.ReviewerId.ShouldBe(boss.Id), i => i.ReviewerReason.ShouldBe(ReviewerReasons.ManagerOfLeaver));
        (await review.ItemAsync(campaign, bosses)).ReviewerId.ShouldBe(review.Fallback.Id);
        await review.DecideAsync(campaign, open, boss, Verdict.Certify);
        await using var db = test.Open();
        (await db.Messages.CountAsync(m => m.PersonId == boss.Id && m.Kind == "review.waiting")).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task The_owner_is_asked_on_the_item_answers_there_and_decides_nothing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var (ada, ned, eve) = (await review.PersonAsync("Ada Owner"), await review.PersonAsync("Ned Named"), await review.PersonAsync("Eve Else"));
        var (owned, bare) = (await review.OwnedAsync(ada), await review.Given.IdentityAsync());
        var campaign = await review.LaunchAsync(i => i with { Stages = [new StageSettings { Reviewers = [ReviewerKind.People], People = [ned.Id] }] });
        var comments = test.Get<CommentService>();
        var item = (await review.ItemAsync(campaign, owned)).Id;
        (await comments.AddAsync(item, "hm", true, Given.As(ned), Ct)).Refusal!.Code.ShouldBe("comment.missing");
        (await comments.AddAsync(item, "Is it mine?", false, Given.As(eve), Ct)).Refusal!.Code.ShouldBe("review.gone");
        (await comments.AddAsync(item, "May I look?", false, Given.As(ada), Ct)).Refusal!.Code.ShouldBe("review.gone");
        (await comments.AddAsync((await review.ItemAsync(campaign, bare)).Id, "Who runs it?", true, Given.As(ned), Ct)).Refusal!.Code.ShouldBe("comment.no-owner");
        (await comments.AddAsync(item, "What is it for?", true, Given.As(ned), Ct)).IsRefused.ShouldBeFalse();
        (await comments.FindAsync(item, Given.As(ada), Ct)).ShouldNotBeNull().IsReviewer.ShouldBeFalse();
        (await comments.FindAsync(item, Given.As(eve), Ct)).ShouldBeNull();
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        (await comments.AddAsync(item, "The nightly export.", false, Given.As(ada), Ct)).IsRefused.ShouldBeFalse();
        (await comments.ListAsync(item, Given.As(ned), Ct)).Select(c => (c.Person, c.Text, c.Asked)).ShouldBe([("Ned Named", "What is it for?", "Ada Owner"), ("Ada Owner", "The nightly export.", null)]);
        (await review.ItemAsync(campaign, owned)).Verdict.ShouldBeNull();
        await using var db = test.Open();
        (await db.Messages.SingleAsync(m => m.PersonId == ada.Id)).ShouldSatisfyAllConditions(m => m.Kind.ShouldBe("review.asked"), m => m.Link.ShouldBe($"/reviews/item/{item:D}"));
        (await db.Messages.SingleAsync(m => m.PersonId == ned.Id && m.Kind == "review.comment")).Link.ShouldBe($"/reviews/{campaign:D}?item={item:D}");
    }

    [Theory, EachDatabase]
    public async Task A_sign_off_needs_every_answer_and_fixes_them_until_it_is_taken_back(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (first, second) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada));
        var campaign = await review.LaunchAsync(i => i with { Review = new ReviewSettings { SignOff = true } });
        var signing = test.Get<SignOffService>();
        await review.DecideAsync(campaign, first, ada, Verdict.Certify);
        (await signing.SignAsync(campaign, Given.As(ada), Ct)).Refusal!.Code.ShouldBe("review.still-owed");
        (await signing.SignAsync(campaign, Given.As(review.Fallback), Ct)).Refusal!.Code.ShouldBe("review.nothing-to-sign");
        await review.DecideAsync(campaign, second, ada, Verdict.Certify);
        (await signing.SignAsync(campaign, Given.As(ada), Ct)).OrThrow();
        (await signing.SignAsync(campaign, Given.As(ada), Ct)).OrThrow();
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, first, ada, Verdict.DontKnow), Ct)).Refusal!.Code.ShouldBe("review.signed-off");
        (await signing.TakeBackAsync(campaign, Given.As(ada), Ct)).OrThrow();
        await review.DecideAsync(campaign, first, ada, Verdict.DontKnow);
        await using var db = test.Open();
        (await db.ReviewSignOffs.SingleAsync()).ShouldSatisfyAllConditions(s => s.Certified.ShouldBe(2), s => s.TakenBackAt.ShouldNotBeNull());
    }

    [Theory, EachDatabase]
    public async Task A_life_that_was_shortened_ends_on_that_day_once_the_campaign_is_applied(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (shortened, sooner) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada, i => i.ExpiresAt = test.Now.AddDays(5)));
        var campaign = await review.LaunchAsync();
        var day = test.Now.AddDays(30);
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, shortened, ada, Verdict.Reduce) with { ExpiresAt = test.Now.AddDays(-1) }, Ct)).Refusal!.Code.ShouldBe("review.end-outside");
        (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, shortened, ada, Verdict.Reduce), Ct)).Refusal!.Code.ShouldBe("review.no-grant");
        foreach (var identity in new[] { shortened, sooner })
            (await review.Reviews.DecideAsync(await review.AnswerAsync(campaign, identity, ada, Verdict.Reduce) with { ExpiresAt = day }, Ct)).OrThrow();
        (await review.Campaigns.CloseAsync(campaign, review.Manager, Ct)).OrThrow();
        (await review.Campaigns.ApplyAsync(campaign, review.Manager, Ct)).OrThrow();
        await using var db = test.Open();
        (await db.Identities.SingleAsync(i => i.Id == shortened.Id)).ExpiresAt.ShouldBe(day);
        (await db.Identities.SingleAsync(i => i.Id == sooner.Id)).ExpiresAt.ShouldBe(TestDatabase.Noon.AddDays(5));
    }
}
