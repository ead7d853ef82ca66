using Governance.Campaigns;
using Governance.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Demo;

/// <content>Campaigns: one closed and applied, one in its second stage, one under way, and reviews on change.</content>
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
        // After 14 days what is privileged or autonomous goes to a second pair of eyes, and after 21 it is over.
        clock.Set(now.AddDays(-45.9));
        await Get<CampaignService>().CloseDueAsync(ct);
        clock.Set(now.AddDays(-44));
        await DecideAsync(campaign, percent: 92, ct);
        clock.Set(now.AddDays(-38.5));
        await Get<CampaignService>().CloseDueAsync(ct);
        await CatchUpAsync(ct);
    }

    /// <summary>From here on what happens to an identity opens a review of its own.</summary>
    private async Task ReviewsOnChangeAsync(CancellationToken ct)
    {
        var manager = await ActorAsync(DemoPeople.CampaignManager, ct);
        var settings = new MicroInput { On = [MicroEvent.PrivilegeGained, MicroEvent.OwnerChanged, MicroEvent.AutonomyRaised, MicroEvent.DormantWoke], FallbackReviewerId = people[DemoPeople.SecurityEngineer], DurationDays = 10 };
        (await Get<MicroPolicyService>().SetAsync(settings, manager, ct)).OrThrow();
        await CatchUpAsync(ct);
    }

    /// <summary>A campaign in two stages: the owners have answered, and their managers look again.</summary>
    private async Task<Guid> AgentsCampaignAsync(CancellationToken ct)
    {
        var campaign = await LaunchAsync("Privileged and autonomous agents", new IdentityFilter { ForAiTool = true, MinimumRisk = 45 }, Recurrence.Once, 15, ct);
        clock.Set(now.AddDays(-11));
        await DecideAsync(campaign, percent: 96, ct);
        return campaign;
    }

    private async Task SecondLookAsync(Guid campaign, CancellationToken ct)
    {
        clock.Set(now.AddDays(-1.9));
        await Get<CampaignService>().CloseDueAsync(ct);
        await using var db = await OpenAsync(ct);
        var samples = DemoAccounts.All.Select(a => a.Person).ToList();
        var asked = await (
            from t in db.ReviewTasks
            where t.CampaignId == campaign && t.StageNumber == 2 && t.State == TaskState.Asked
            join i in db.ReviewItems on t.ItemId equals i.Id
            join x in db.Identities on i.IdentityId equals x.Id
            where x.OwnerState == OwnerState.Accepted && x.OwnerId != t.ReviewerId
            join manager in db.People on t.ReviewerId equals manager.Id
            join owner in db.People on x.OwnerId equals owner.Id
            orderby samples.Contains(manager.Name) descending, samples.Contains(owner.Name) descending, x.Risk descending, x.DisplayName
            select new { t.ItemId, Manager = manager.Name, Owner = owner.Name }).Take(2).ToListAsync(ct);
        foreach (var item in asked)
        {
            (await Get<CommentService>().AddAsync(item.ItemId, "Why does it need all of this at night too? I would take the widest permission away.", askOwner: true, await ActorAsync(item.Manager, ct), ct)).OrThrow();
            clock.Set(now.AddDays(-1.8));
            (await Get<CommentService>().AddAsync(item.ItemId, "Only the export runs at night. The rest can go once the new connector is live.", askOwner: false, await ActorAsync(item.Owner, ct), ct)).OrThrow();
        }

        await CatchUpAsync(ct);
    }

    private async Task SecondCampaignAsync(CancellationToken ct)
    {
        var campaign = await LaunchAsync("Quarterly review · AI tools", new IdentityFilter { ForAiTool = true }, Recurrence.Quarterly, 14, ct);
        clock.Set(now.AddDays(-1));
        await DecideAsync(campaign, percent: 42, ct);
        await CatchUpAsync(ct);
        await ComingCampaignsAsync(ct);
    }

    /// <summary>One that a schedule will launch, and one that is prepared and waits for its manager.</summary>
    private async Task ComingCampaignsAsync(CancellationToken ct)
    {
        var manager = await ActorAsync(DemoPeople.CampaignManager, ct);
        var campaigns = Get<CampaignService>();
        var unused = new DefinitionInput
        {
            Name = "Unused identities",
            FallbackReviewerId = people[DemoPeople.SecurityEngineer],
            Recurrence = Recurrence.Monthly,
            FirstLaunchAt = CampaignSchedule.Instant(now.UtcDateTime.Date.AddDays(9).AddHours(9), "Europe/Berlin"),
            TimeZone = "Europe/Berlin",
            Run = new RunSettings { InactiveDays = 90 },
        };
        (await campaigns.DefineAsync(unused, manager, ct)).OrThrow();
        var production = unused with { Name = "High risk in production", Recurrence = Recurrence.Once, FirstLaunchAt = null, Scope = new IdentityFilter { MinimumRisk = 50 }, Run = new RunSettings() };
        (await campaigns.PrepareAsync((await campaigns.DefineAsync(production, manager, ct)).OrThrow(), manager, ct)).OrThrow();
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
            from t in db.ReviewTasks
            where t.CampaignId == campaign && t.State == TaskState.Asked && t.Verdict == null
            join i in db.ReviewItems on new { Id = t.ItemId, t.StageNumber } equals new { i.Id, i.StageNumber }
            join p in db.People on t.ReviewerId equals p.Id
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
