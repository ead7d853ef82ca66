using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

/// <summary>A denied credential or permission is ordered away alone, once.</summary>
public sealed class DeniedPartsTests
{
    private static CancellationToken Ct => CancellationToken.None;

    [Theory, EachDatabase]
    public async Task A_denied_permission_is_ordered_away_and_its_identity_stays(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (denied, kept) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada));
        await review.Given.GrantAsync(denied, "Mail.Read", privileged: Reported.Yes);
        await review.Given.GrantAsync(kept, "Files.Read");
        var campaign = await review.LaunchAsync(i => i with { Run = i.Run with { Target = ItemTarget.Grant } });
        await review.DecideAsync(campaign, denied, ada, Verdict.Revoke, "needs no mail");
        await review.DecideAsync(campaign, kept, ada, Verdict.Certify, "reads the files");
        (await test.Get<EffectQueries>().ForAsync(campaign, Ct)).Sum(e => e.Orders).ShouldBe(1);
        for (var twice = 0; twice < 2; twice++)
        {
            (await review.Campaigns.CloseAsync(campaign, review.Manager, Ct)).IsRefused.ShouldBeFalse();
            (await review.Campaigns.ApplyAsync(campaign, review.Manager, Ct)).OrThrow().Ordered.ShouldBe(1);
            test.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await using var db = test.Open();
        var item = await review.ItemAsync(campaign, denied);
        (await db.RevocationOrders.SingleAsync()).ShouldSatisfyAllConditions(
            o => o.On.ShouldBe(TargetKind.Grant),
            o => o.GrantId.ShouldBe(item.TargetId),
            o => o.TargetKey.ShouldBe(new RevocationTarget(denied.Id, GrantId: item.TargetId).Key),
            o => o.TargetName.ShouldNotBeNull().ShouldStartWith("Mail.Read"),
            o => o.DecisionId.ShouldBe(item.DecisionId),
            o => o.HeldBy.ShouldNotBe(RevocationOrders.Unjudged.ToString()),
            o => o.Reason.ShouldContain("needs no mail"));
    }

    [Theory, EachDatabase]
    public async Task A_denied_credential_is_ordered_away_and_one_that_its_source_no_longer_has_is_not(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var review = new Review(test);
        var ada = await review.PersonAsync("Ada Owner");
        var (denied, gone) = (await review.OwnedAsync(ada), await review.OwnedAsync(ada));
        var credential = await review.Given.CredentialAsync(denied);
        var missing = await review.Given.CredentialAsync(gone);
        var campaign = await review.LaunchAsync(i => i with { Run = i.Run with { Target = ItemTarget.Credential } });
        await review.DecideAsync(campaign, denied, ada, Verdict.Revoke, "the secret is old");
        await review.DecideAsync(campaign, gone, ada, Verdict.Revoke, "nobody needs it");
        await using (var db = test.Open())
            await db.Credentials.Where(c => c.Id == missing.Id).ExecuteUpdateAsync(s => s.SetProperty(c => c.MissingSince, test.Now));
        (await test.Get<EffectQueries>().ForAsync(campaign, Ct)).Sum(e => e.Orders).ShouldBe(1);
        (await review.Campaigns.CloseAsync(campaign, review.Manager, Ct)).IsRefused.ShouldBeFalse();
        (await review.Campaigns.ApplyAsync(campaign, review.Manager, Ct)).OrThrow().Ordered.ShouldBe(1);
        await using var after = test.Open();
        (await after.RevocationOrders.SingleAsync()).ShouldSatisfyAllConditions(
            o => o.On.ShouldBe(TargetKind.Credential),
            o => o.CredentialId.ShouldBe(credential.Id),
            o => o.TargetKey.ShouldBe(new RevocationTarget(denied.Id, credential.Id).Key));
    }
}
