using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>
/// A reviewer who left is replaced while the campaign runs: by the identity's owner of today if that is somebody else, else the leaver's manager, else the campaign's
/// fallback. Their answers stay; nothing is approved because nobody is there.
/// </summary>
public sealed class GoneReviewerFollower(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock) : AuditFollower(contexts, clock)
{
    private static readonly Actor Job = Actor.Job("reviewers who left");

    protected override string Name => "campaigns.gone-reviewers";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.PeopleImported];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        var gone = db.ReviewTasks.Where(t => t.State == TaskState.Asked && t.Verdict == null && db.People.Any(p => p.Id == t.ReviewerId && p.Status == PersonStatus.Left)
            && db.Campaigns.Any(c => c.Id == t.CampaignId && c.State == CampaignState.Running && c.StageNumber == t.StageNumber));
        var campaigns = await gone.Select(t => t.CampaignId).Distinct().OrderBy(id => id).ToListAsync(ct);
        foreach (var id in campaigns)
            await ReplaceAsync(db, id, now, ct);
    }

    private async Task ReplaceAsync(GovernanceDb db, Guid campaignId, DateTimeOffset now, CancellationToken ct)
    {
        await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
        var campaign = await db.Campaigns.AsNoTracking().SingleAsync(c => c.Id == campaignId, ct);
        if (campaign.State != CampaignState.Running)
            return;
        var number = campaign.StageNumber;
        var ended = await db.ReviewTasks
            .Where(t => t.CampaignId == campaignId && t.StageNumber == number && t.State == TaskState.Asked && t.Verdict == null && db.People.Any(p => p.Id == t.ReviewerId && p.Status == PersonStatus.Left))
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.State, TaskState.HandedOn), ct);
        // Items that nobody is asked about any more; where several were asked, the others are enough.
        var identities = db.Identities.Where(i => db.ReviewItems.Any(x => x.CampaignId == campaignId && x.StageNumber == number && x.IdentityId == i.Id));
        var owners = Reviewers.Of(db, identities, new StageSettings(), campaign.BlockSelfReview);
        var managers = Reviewers.May(
            db,
            from t in db.ReviewTasks
            where t.CampaignId == campaignId && t.StageNumber == number && t.State == TaskState.HandedOn
            join item in db.ReviewItems on t.ItemId equals item.Id
            join leaver in db.People on t.ReviewerId equals leaver.Id
            join m in db.People on leaver.ManagerId equals m.Id
            where leaver.Status == PersonStatus.Left && m.Status == PersonStatus.Active
            select new Candidate { IdentityId = item.IdentityId, PersonId = m.Id, Reason = ReviewerReasons.ManagerOfLeaver },
            campaign.BlockSelfReview);
        var replaced = 0;
        foreach (var candidates in Reviewers.Fallbacks(db, identities, new StageSettings(), campaign.FallbackReviewerId, campaign.BlockSelfReview).Prepend(managers).Prepend(owners))
            replaced += await StageTasks.ReplaceAsync(db, campaign, number, candidates, now, ct);
        await StageTasks.NameFirstAsync(db, campaignId, number, ct, onlyGone: true);
        await ReviewMessages.TellNewlyAskedAsync(db, campaign, now, ct);
        await audit.AppendAsync(db, Job, now, new AuditDraft(AuditActions.ReviewReassigned, Subjects.Campaign, campaignId, "Reviewers left", new { ended, replaced }), ct);
    }
}
