using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>
/// Ends a stage when it is due, or when everything in it has been answered for a while, and gives what goes on to the reviewers of the next. One
/// transaction: killed before its commit nothing happened, killed after it all did; the campaign's row lets one node do it.
/// </summary>
public sealed class StageEngine(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>How long the last answer can still be taken back before an answered stage ends early.</summary>
    public static readonly TimeSpan TimeToUndo = TimeSpan.FromHours(1);

    private static readonly Actor Scheduler = Actor.Job("campaign stages");

    /// <summary>Changes the stage of each campaign where that is due. Returns how many stages ended.</summary>
    public async Task<int> AdvanceDueAsync(CancellationToken ct)
    {
        var now = clock.Now();
        List<Guid> running;
        await using (var db = await contexts.CreateDbContextAsync(ct))
        {
            var quiet = now - TimeToUndo;
            running = await (
                from c in db.Campaigns
                where c.State == CampaignState.Running && db.Stages.Any(s => s.CampaignId == c.Id && s.Number > c.StageNumber)
                join s in db.Stages on new { CampaignId = c.Id, Number = c.StageNumber } equals new { s.CampaignId, s.Number }
                where s.DueAt <= now || !db.ReviewItems.Any(i => i.CampaignId == c.Id && i.StageNumber == s.Number && (i.ReviewerId == null || i.Verdict == null || i.DecidedAt > quiet))
                orderby s.DueAt
                select c.Id).Take(100).ToListAsync(ct);
        }

        var ended = 0;
        foreach (var id in running)
            ended += await AdvanceAsync(id, ct) ? 1 : 0;
        return ended;
    }

    /// <summary>Ends the running stage if it is time. Returns whether it did; a second call right after finds nothing to do.</summary>
    public async Task<bool> AdvanceAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(async () =>
        {
            await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
            var now = clock.Now();
            var campaign = await db.Campaigns.SingleAsync(c => c.Id == campaignId, ct);
            var stages = await db.Stages.Where(s => s.CampaignId == campaignId).OrderBy(s => s.Number).ToListAsync(ct);
            var (current, next) = (stages.Find(s => s.Number == campaign.StageNumber), stages.Find(s => s.Number == campaign.StageNumber + 1));
            if (campaign.State != CampaignState.Running || current is null || next is null || !await IsOverAsync(db, campaign, current, now, ct))
                return false;
            var moved = await MoveOnAsync(db, campaign, now, ct);
            FaultPoint.Pass("stage.moved");
            if (moved == 0 && current.DueAt > now)
                return false;
            current.ClosedAt = now;
            campaign.Version = Ids.New(now);
            if (moved == 0)
            {
                // Nothing goes on: what is decided is decided, and the campaign is due.
                campaign.DueAt = now;
                await db.SaveChangesAsync(ct);
                return true;
            }

            await BeginAsync(db, campaign, stages, next, moved, now, ct);
            await audit.AppendAsync(db, Scheduler, now, new AuditDraft(AuditActions.CampaignStageChanged, Subjects.Campaign, campaignId, campaign.Name, new { from = current.Number, to = next.Number, moved, next.DueAt }), ct);
            return true;
        }, ct);
    }

    /// <summary>Sends on what the running stage sends on. An item that moved is open again, unless one denial is enough. Returns how many.</summary>
    internal static async Task<int> MoveOnAsync(GovernanceDb db, Campaign campaign, DateTimeOffset now, CancellationToken ct)
    {
        var settings = CampaignJson.Stages(campaign.StageSettings);
        if (campaign.StageNumber >= settings.Count)
            return 0;
        var (number, from, to) = (campaign.StageNumber, settings[campaign.StageNumber - 1], settings[campaign.StageNumber]);
        var verdicts = Enum.GetValues<Verdict>().Where(v => OutcomeRules.GoesOn(from, to, v, sensitive: true)).Select(v => (Verdict?)v).ToList();
        var (silent, all) = (OutcomeRules.GoesOn(from, to, null, sensitive: true), to.Items == StageItems.All);
        var (keeps, version) = (OutcomeRules.KeepsRevoke(CampaignJson.Settings(campaign.Review).Strategy), Ids.New(now));
        return await db.ReviewItems.Where(i => i.CampaignId == campaign.Id && i.StageNumber == number && (all || i.Sensitive) && ((i.Verdict == null && silent) || (i.Verdict != null && verdicts.Contains(i.Verdict))))
            .ExecuteUpdateAsync(
                s => s.SetProperty(i => i.StageNumber, number + 1)
                    .SetProperty(i => i.EarlierVerdict, i => i.Verdict)
                    .SetProperty(i => i.EarlierDecisionId, i => i.DecisionId)
                    .SetProperty(i => i.DecisionId, i => keeps && i.Verdict == Verdict.Revoke ? i.DecisionId : null)
                    .SetProperty(i => i.DecidedAt, i => keeps && i.Verdict == Verdict.Revoke ? i.DecidedAt : null)
                    .SetProperty(i => i.Verdict, i => keeps && i.Verdict == Verdict.Revoke ? i.Verdict : null)
                    .SetProperty(i => i.ReviewerId, (Guid?)null)
                    .SetProperty(i => i.ReviewerReason, ReviewerReasons.NobodyAskedYet)
                    .SetProperty(i => i.Version, version),
                ct);
    }

    private static async Task BeginAsync(GovernanceDb db, Campaign campaign, List<Stage> stages, Stage next, int moved, DateTimeOffset now, CancellationToken ct)
    {
        var settings = CampaignJson.Stages(campaign.StageSettings);
        campaign.StageNumber = next.Number;
        (next.StartedAt, next.Items) = (now, moved);
        // Its full time from now on, whether the one before ended early or late; those after it follow.
        var due = now;
        foreach (var stage in stages.Where(s => s.Number >= next.Number))
            stage.DueAt = due = due.AddDays(settings[stage.Number - 1].DurationDays);
        campaign.DueAt = due;
        await db.SaveChangesAsync(ct);
        await StageTasks.AssignAsync(db, campaign, next.Number, settings[next.Number - 1], now, ct);
        await ReviewMessages.TellReviewersAsync(db, campaign, next, now, ct);
    }

    private static async Task<bool> IsOverAsync(GovernanceDb db, Campaign campaign, Stage stage, DateTimeOffset now, CancellationToken ct)
    {
        var quiet = now - TimeToUndo;
        return stage.DueAt <= now || !await db.ReviewItems.AnyAsync(
            i => i.CampaignId == campaign.Id && i.StageNumber == stage.Number && (i.ReviewerId == null || i.Verdict == null || i.DecidedAt > quiet), ct);
    }
}
