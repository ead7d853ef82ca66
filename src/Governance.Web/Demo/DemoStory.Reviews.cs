using Governance.Campaigns;
using Governance.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Demo;

/// <content>Two campaigns: one closed and applied, one under way.</content>
internal sealed partial class DemoStory
{
    private static readonly string[] Grounds =
    [
        "In daily use by the team.", "Still needed for the rollout.", "Checked with the vendor's owner; scope is right.", "Runs the nightly job; access is as designed.", "Used last week, reviewed the permissions.",
    ];

    private async Task FirstCampaignAsync(CancellationToken ct)
    {
        var campaign = await LaunchAsync("Agents and AI tools, last quarter", new IdentityFilter { ForAiTool = true }, Recurrence.Once, 21, ct);
        clock.Set(now.AddDays(-52));
        await DecideAsync(campaign, percent: 94, ct);
        clock.Set(now.AddDays(-39));
        var manager = await ActorAsync(DemoPeople.CampaignManager, ct);
        (await Get<CampaignService>().CloseAsync(campaign, manager, ct)).OrThrow();
        (await Get<CampaignService>().ApplyAsync(campaign, manager, ct)).OrThrow();
        await CatchUpAsync(ct);
    }

    private async Task SecondCampaignAsync(CancellationToken ct)
    {
        var campaign = await LaunchAsync("Quarterly review · AI tools", new IdentityFilter { ForAiTool = true }, Recurrence.Quarterly, 14, ct);
        clock.Set(now.AddDays(-1));
        await DecideAsync(campaign, percent: 42, ct);
        await CatchUpAsync(ct);
    }

    private async Task<Guid> LaunchAsync(string name, IdentityFilter scope, Recurrence recurrence, int days, CancellationToken ct)
    {
        var manager = await ActorAsync(DemoPeople.CampaignManager, ct);
        var campaigns = Get<CampaignService>();
        var definition = (await campaigns.DefineAsync(
            new DefinitionInput
            {
                Name = name,
                Description = "Every identity that acts for an AI tool, by the person who answers for it.",
                Scope = scope,
                FallbackReviewerId = people[DemoPeople.SecurityEngineer],
                DurationDays = days,
                Recurrence = recurrence,
                NoAnswer = NoAnswerPolicy.NoChange,
                JustificationOnCertify = false,
                BlockSelfReview = true,
            }, manager, ct)).OrThrow();
        return (await campaigns.LaunchAsync(definition, manager, ct)).OrThrow();
    }

    /// <summary>Reviewers answer most of what is theirs: certify by far the most, revoke what nobody uses, a few don't know.</summary>
    private async Task DecideAsync(Guid campaign, int percent, CancellationToken ct)
    {
        await using var db = await OpenAsync(ct);
        var items = await (
            from i in db.ReviewItems
            where i.CampaignId == campaign && i.ReviewerId != null
            join p in db.People on i.ReviewerId equals p.Id
            join x in db.Identities on i.IdentityId equals x.Id
            orderby p.Name, i.Id
            select new { i.Id, i.Version, i.ShownHash, i.ShownRisk, Reviewer = p.Name, x.Usage, x.LastUsedAt }).AsNoTracking().ToListAsync(ct);
        var reviews = Get<ReviewService>();
        foreach (var mine in items.GroupBy(i => i.Reviewer, StringComparer.Ordinal))
        {
            var by = await ActorAsync(mine.Key, ct);
            // The sample owners keep something to do.
            var share = percent < 50 && DemoAccounts.All.Any(a => a.Person == mine.Key) ? 20 : percent;
            foreach (var item in mine)
            {
                if (!world.Chance(share))
                    continue;
                var stale = item.Usage == UsageState.NeverUsed || item.LastUsedAt < now.AddDays(-150);
                var verdict = stale && world.Chance(60) ? Verdict.Revoke : world.Chance(6) ? Verdict.DontKnow : Verdict.Certify;
                var why = verdict switch { Verdict.Revoke => "Nobody on the team uses it any more.", Verdict.DontKnow => "I can't tell what it is for.", _ => world.Pick(Grounds) };
                // A refusal is as good an answer: nobody certifies what they made themselves.
                await reviews.DecideAsync(new Decide(item.Id, item.Version, verdict, why, item.ShownHash, [], by), ct);
            }
        }
    }
}
