using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>
/// Reminds reviewers who have open items, and tells their managers near the end; one statement each, however many people. A key for each person and
/// reminder: run twice, on two nodes or after a kill, it tells once.
/// </summary>
public sealed class CampaignReminders(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    public const string Reminded = "review.reminder";

    public const string Escalated = "review.escalated";

    private static readonly Actor Scheduler = Actor.Job("campaign reminders");

    /// <summary>Sends what has come due. Returns how many messages.</summary>
    public async Task<int> SendDueAsync(CancellationToken ct)
    {
        List<Guid> running;
        await using (var db = await contexts.CreateDbContextAsync(ct))
            running = await db.Campaigns.Where(c => c.State == CampaignState.Running).OrderBy(c => c.DueAt).Select(c => c.Id).Take(1000).ToListAsync(ct);
        var sent = 0;
        foreach (var id in running)
            sent += await SendDueAsync(id, ct);
        return sent;
    }

    /// <summary>Reminds now everybody with open items, or one of them; each person at most once an hour. Returns how many were reminded.</summary>
    public async Task<Outcome<int>> ChaseAsync(Guid campaignId, Guid? personId, string? note, Actor by, CancellationToken ct)
    {
        if (CampaignService.MayManage(by) is { } refusal)
            return refusal;
        if (note?.Length > 1000)
            return new Refusal("campaign.note-long", "The note has at most 1,000 characters.", "Note");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<int>(async () =>
        {
            await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
            var now = clock.Now();
            if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct) is not { } campaign)
                return Refusals.CampaignGone();
            if (campaign.State != CampaignState.Running)
                return Refusals.CampaignClosed(campaign.Name, campaign.ClosedAt);
            var stage = await StageAsync(db, campaign, ct);
            var slot = "chase-" + now.UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture);
            var said = string.IsNullOrWhiteSpace(note) ? string.Empty : $" {by.Name}: {StorableText.Clean(note.Trim())}";
            var sent = await RemindAsync(db, campaign, stage, slot, said, Open(db, campaign).Where(t => personId == null || t.ReviewerId == personId), now, ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignReminded, Subjects.Campaign, campaignId, note, new { sent, personId }), ct);
            return sent;
        }, ct);
    }

    private async Task<int> SendDueAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var (now, found) = (clock.Now(), await db.Campaigns.AsNoTracking().SingleAsync(c => c.Id == campaignId, ct));
        var settings = RunSettings.FromJson(found.Run);
        var begun = await StageAsync(db, found, ct);
        var (slot, escalates) = (ReminderRules.Due(settings, begun.StartedAt ?? found.LaunchedAt, begun.DueAt, now), ReminderRules.Escalates(settings, begun.DueAt, now));
        if (slot is null && !escalates)
            return 0;
        return await db.InTransactionAsync(async () =>
        {
            await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
            var campaign = await db.Campaigns.AsNoTracking().SingleAsync(c => c.Id == campaignId, ct);
            if (campaign.State != CampaignState.Running || campaign.StageNumber != begun.Number)
                return 0;
            var reminded = slot is null ? 0 : await RemindAsync(db, campaign, begun, slot.Slot, string.Empty, Open(db, campaign), now, ct);
            FaultPoint.Pass("reminders.told");
            var escalated = escalates ? await EscalateAsync(db, campaign, begun, now, ct) : 0;
            if (reminded + escalated > 0)
                await audit.AppendAsync(db, Scheduler, now, new AuditDraft(AuditActions.CampaignReminded, Subjects.Campaign, campaignId, slot?.Slot, new { reminded, escalated, stage = begun.Number }), ct);
            return reminded + escalated;
        }, ct);
    }

    private static Task<int> RemindAsync(GovernanceDb db, Campaign campaign, Stage stage, string slot, string said, IQueryable<ReviewTask> open, DateTimeOffset now, CancellationToken ct)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"remind:{campaign.Id:N}:{stage.Number}:{slot}:");
        var (before, after) = (string.Create(CultureInfo.InvariantCulture, $"Until {stage.DueAt:d MMMM yyyy} "), " of your answers are awaited. What you have decided is saved." + said);
        var people =
            from t in open
            group t by t.ReviewerId into g
            select new { PersonId = g.Key, Key = prefix + g.Key.ToString(), Left = g.Count() };
        var rows = people.Where(p => !db.Messages.Any(m => m.Key == p.Key)).Select(p => new { p.PersonId, p.Key, Body = before + SqlText.Number(p.Left) + after });
        return db.InsertSelectAsync(
            db.Messages, rows,
            new { Kind = Reminded, Title = Cut($"{campaign.Name}: still open"), Link = $"/reviews/{campaign.Id:D}", CreatedAt = now, DeliveredAt = (DateTimeOffset?)now }, now, ct);
    }

    private static Task<int> EscalateAsync(GovernanceDb db, Campaign campaign, Stage stage, DateTimeOffset now, CancellationToken ct)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"escalate:{campaign.Id:N}:{stage.Number}:");
        var after = string.Create(CultureInfo.InvariantCulture, $" answers of theirs are awaited until {stage.DueAt:d MMMM yyyy}. Please remind them, or ask the campaign's manager to hand the items to somebody else.");
        var people =
            from t in Open(db, campaign)
            join p in db.People on t.ReviewerId equals p.Id
            join m in db.People on p.ManagerId equals m.Id
            where m.Status == PersonStatus.Active
            group t by new { ReviewerId = p.Id, p.Name, ManagerId = m.Id } into g
            select new { PersonId = g.Key.ManagerId, Key = prefix + g.Key.ReviewerId.ToString(), g.Key.Name, Left = g.Count() };
        var title = Cut(": has not finished " + campaign.Name);
        var rows = people.Where(p => !db.Messages.Any(m => m.Key == p.Key)).Select(p => new { p.PersonId, p.Key, Title = p.Name + title, Body = SqlText.Number(p.Left) + after });
        return db.InsertSelectAsync(db.Messages, rows, new { Kind = Escalated, CreatedAt = now, DeliveredAt = (DateTimeOffset?)now }, now, ct);
    }

    /// <summary>What the running stage still waits for.</summary>
    private static IQueryable<ReviewTask> Open(GovernanceDb db, Campaign campaign) =>
        db.ReviewTasks.Where(t => t.CampaignId == campaign.Id && t.StageNumber == campaign.StageNumber && t.State == TaskState.Asked && t.Verdict == null);

    private static Task<Stage> StageAsync(GovernanceDb db, Campaign campaign, CancellationToken ct) =>
        db.Stages.AsNoTracking().SingleAsync(s => s.CampaignId == campaign.Id && s.Number == campaign.StageNumber, ct);

    private static string Cut(string text) => text.Length <= 180 ? text : text[..180];
}
