using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What came of a campaign when its decisions were applied.</summary>
/// <param name="Certified">Identities certified, among them by the policy for no answer.</param>
/// <param name="Reduced">Identities kept, with named permissions to take away in their source.</param>
/// <param name="Ordered">Revocation orders made; the brakes say when, and whether, each goes on.</param>
public sealed record AppliedCounts(int Certified, int Reduced, int Ordered);

/// <summary>Ends a campaign: no more decisions, then each becomes a certification or a revocation order, once, in set-based statements (I-16).</summary>
public sealed class CampaignCloser(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, StageEngine stages, TimeProvider clock)
{
    private static readonly Actor Scheduler = Actor.Job("campaign schedule");

    /// <summary>Closes it: what nobody answered is recorded as no response. Closing twice does it once.</summary>
    public async Task<Outcome<Done>> CloseAsync(Guid campaignId, Actor by, CancellationToken ct)
    {
        if (CampaignService.MayManage(by) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await CloseInAsync(db, campaignId, null, by, ct);
    }

    private Task<Outcome<Done>> CloseInAsync(GovernanceDb db, Guid campaignId, string? reason, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        return db.InTransactionAsync<Done>(async () =>
        {
            var version = Ids.New(now);
            var closed = await db.Campaigns.Where(c => c.Id == campaignId && c.State == CampaignState.Running).ExecuteUpdateAsync(
                s => s.SetProperty(c => c.State, CampaignState.Closed).SetProperty(c => c.ClosedAt, now).SetProperty(c => c.Version, version), ct);
            if (closed == 0)
                return await db.Campaigns.AnyAsync(c => c.Id == campaignId, ct) ? Done.Value : Refusals.CampaignGone();
            // Closed before its last stage: what a later stage had to look at, and didn't, has no answer yet.
            await StageEngine.MoveOnAsync(db, await db.Campaigns.AsNoTracking().SingleAsync(c => c.Id == campaignId, ct), now, ct);
            FaultPoint.Pass("close.moved");
            // A new version for every item: a decision on its way on another node finds its row changed and is refused, never lost after the count.
            await db.ReviewItems.Where(i => i.CampaignId == campaignId).ExecuteUpdateAsync(
                s => s.SetProperty(i => i.Version, version).SetProperty(
                    i => i.Outcome,
                    i => i.Verdict == Verdict.Certify ? ItemOutcomeKind.Certified
                        : i.Verdict == Verdict.Reduce ? ItemOutcomeKind.Reduced
                        : i.Verdict == Verdict.Revoke ? ItemOutcomeKind.Revoked
                        : i.Verdict == Verdict.DontKnow ? ItemOutcomeKind.Undecided
                        : ItemOutcomeKind.NoResponse),
                ct);
            await SecondLookService.DrawAsync(db, await db.Campaigns.AsNoTracking().SingleAsync(c => c.Id == campaignId, ct), now, ct);
            var counts = await db.ReviewItems.Where(i => i.CampaignId == campaignId).GroupBy(i => i.Outcome).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignClosed, Subjects.Campaign, campaignId, reason, details: counts.ToDictionary(c => c.Key.ToString(), c => c.Count, StringComparer.Ordinal)), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Closes it before its time, with a reason; from its due time on, none is owed.</summary>
    public async Task<Outcome<Done>> CloseEarlyAsync(Guid campaignId, string? reason, Actor by, CancellationToken ct)
    {
        if (CampaignService.MayManage(by) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
            if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct) is not { } campaign)
                return Refusals.CampaignGone();
            if (campaign.State != CampaignState.Running)
                return campaign.State == CampaignState.Prepared ? Refusals.NotStarted(campaign.Name) : Refusals.AlreadyEnded(campaign.Name);
            if (clock.Now() < campaign.DueAt && CampaignRules.IsTooShort(reason))
                return Refusals.EndReasonMissing();
            var why = string.IsNullOrWhiteSpace(reason) ? null : StorableText.Clean(reason.Trim());
            await db.Campaigns.Where(c => c.Id == campaignId).ExecuteUpdateAsync(s => s.SetProperty(c => c.EndReason, why is { Length: > 2000 } ? why[..2000] : why), ct);
            return await CloseInAsync(db, campaignId, why, by, ct);
        }, ct);
    }

    /// <summary>Gives a prepared or running campaign up: nothing of it is applied, and what was decided stays on record. A running one owes a reason.</summary>
    public async Task<Outcome<Done>> CancelAsync(Guid campaignId, string? reason, Actor by, CancellationToken ct)
    {
        if (CampaignService.MayManage(by) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
            var now = clock.Now();
            if (await db.Campaigns.SingleOrDefaultAsync(c => c.Id == campaignId, ct) is not { } campaign)
                return Refusals.CampaignGone();
            if (campaign.State is not (CampaignState.Prepared or CampaignState.Running))
                return Refusals.AlreadyEnded(campaign.Name);
            if (campaign.State == CampaignState.Running && CampaignRules.IsTooShort(reason))
                return Refusals.EndReasonMissing();
            var before = campaign.State;
            var why = string.IsNullOrWhiteSpace(reason) ? null : StorableText.Clean(reason.Trim());
            (campaign.State, campaign.ClosedAt, campaign.EndReason, campaign.Version) = (CampaignState.Cancelled, now, why is { Length: > 2000 } ? why[..2000] : why, Ids.New(now));
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignCancelled, Subjects.Campaign, campaignId, why, new { before }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>
    /// Applies a closed campaign: certifications are dated as they were decided; revocations become orders behind the same brakes as any other. Applying twice does it once.
    /// </summary>
    public async Task<Outcome<AppliedCounts>> ApplyAsync(Guid campaignId, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (CampaignService.MayManage(by) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<AppliedCounts>(async () =>
        {
            var version = Ids.New(now);
            var first = await db.Campaigns.Where(c => c.Id == campaignId && c.State == CampaignState.Closed).ExecuteUpdateAsync(
                s => s.SetProperty(c => c.State, CampaignState.Applied).SetProperty(c => c.AppliedAt, now).SetProperty(c => c.Version, version), ct);
            var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct);
            if (campaign is null)
                return Refusals.CampaignGone();
            if (campaign.State == CampaignState.Cancelled)
                return Refusals.AlreadyEnded(campaign.Name);
            if (campaign.State is CampaignState.Running or CampaignState.Prepared)
                return Refusals.NotYetClosed(campaign.Name);
            if (first == 0)
                return await CountAsync(db, campaign, ct);

            var kept = Unanswered.Kept(db, campaign);
            await db.Identities.Where(i => kept.Any(k => k.IdentityId == i.Id)).ExecuteUpdateAsync(
                s => s.SetProperty(i => i.LastCertifiedAt, i => kept.Where(k => k.IdentityId == i.Id).Max(k => k.DecidedAt) ?? now), ct);
            await EndOfLife.SetAsync(db, audit, campaign, by, now, ct);
            await CampaignRevocations.OrderAsync(db, audit, campaign, by, now, ct);
            var counts = await CountAsync(db, campaign, ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignApplied, Subjects.Campaign, campaignId, details: counts), ct);
            return counts;
        }, ct);
    }

    /// <summary>
    /// Ends the stages that are over, closes what is past due and applies what is closed: also what a killed process left closed but not applied. Returns how many were closed.
    /// </summary>
    public async Task<int> CloseDueAsync(CancellationToken ct)
    {
        await stages.AdvanceDueAsync(ct);
        var now = clock.Now();
        List<Guid> due;
        await using (var db = await contexts.CreateDbContextAsync(ct))
        {
            due = await db.Campaigns
                .Where(c => (c.State == CampaignState.Closed && c.AutoApply)
                    || (c.State == CampaignState.Running && c.DueAt <= now && (!db.Stages.Any(s => s.CampaignId == c.Id && s.Number > c.StageNumber) || db.Stages.Any(s => s.CampaignId == c.Id && s.Number == c.StageNumber && s.ClosedAt != null))))
                .OrderBy(c => c.DueAt).Select(c => c.Id).Take(100).ToListAsync(ct);
        }

        foreach (var id in due)
        {
            (await CloseAsync(id, Scheduler, ct)).OrThrow();
            // Where a person applies, it waits for them: nothing follows by itself.
            if (await IsAppliedByItselfAsync(id, ct))
                (await ApplyAsync(id, Scheduler, ct)).OrThrow();
        }

        return due.Count;
    }

    private async Task<bool> IsAppliedByItselfAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Campaigns.AnyAsync(c => c.Id == campaignId && c.AutoApply && c.State == CampaignState.Closed, ct);
    }

    internal static async Task<AppliedCounts> CountAsync(GovernanceDb db, Campaign campaign, CancellationToken ct)
    {
        var kept = Unanswered.Kept(db, campaign);
        return new AppliedCounts(
            await kept.CountAsync(i => i.Outcome != ItemOutcomeKind.Reduced, ct),
            await kept.CountAsync(i => i.Outcome == ItemOutcomeKind.Reduced, ct),
            await CampaignRevocations.OrdersOf(db, campaign.Id).CountAsync(ct));
    }
}
