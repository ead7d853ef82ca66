using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>How far the running stage is.</summary>
/// <param name="Stage">Its number, from 1.</param>
/// <param name="Asked">Answers asked for in it.</param>
/// <param name="Answered">Answers given, or freed by somebody else's.</param>
/// <param name="Items">Items of the campaign.</param>
/// <param name="Decided">Items with an outcome so far.</param>
/// <param name="LastAt">The last answer.</param>
public sealed record CampaignProgress(Guid CampaignId, CampaignState State, int Stage, int Stages, DateTimeOffset DueAt, int Asked, int Answered, int Items, int Decided, int WithoutReviewer, DateTimeOffset? LastAt);

/// <summary>How far one reviewer is in the running stage.</summary>
public sealed record ReviewerStanding(Guid PersonId, string Name, string? Department, string? Manager, bool HasSignIn, bool Left, int Asked, int Answered, DateTimeOffset? LastAt, DateTimeOffset? RemindedAt);

/// <summary>How far one department is in the running stage.</summary>
public sealed record DepartmentStanding(string? Department, int Reviewers, int Asked, int Answered);

/// <summary>Live progress: small enough to be asked every few seconds.</summary>
public sealed class ProgressQueries(IDbContextFactory<GovernanceDb> contexts)
{
    public async Task<CampaignProgress?> FindAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var campaign = await db.Campaigns.AsNoTracking().Where(c => c.Id == campaignId).Select(c => new { c.State, c.StageNumber, c.DueAt, c.Population }).SingleOrDefaultAsync(ct);
        if (campaign is null)
            return null;
        var stages = await db.Stages.AsNoTracking().Where(s => s.CampaignId == campaignId).Select(s => new { s.Number, s.DueAt }).ToListAsync(ct);
        var tasks = await Tasks(db, campaignId).GroupBy(_ => 1)
            .Select(g => new { Asked = g.Count(), Answered = g.Count(t => t.Verdict != null || t.State == TaskState.Freed), LastAt = g.Max(t => t.DecidedAt) }).SingleOrDefaultAsync(ct);
        var items = await db.ReviewItems.Where(i => i.CampaignId == campaignId).GroupBy(_ => 1)
            .Select(g => new { Decided = g.Count(i => i.Verdict != null), Nobody = g.Count(i => i.ReviewerId == null && i.Verdict == null) }).SingleOrDefaultAsync(ct);
        return new CampaignProgress(
            campaignId, campaign.State, campaign.StageNumber, stages.Count, stages.Find(s => s.Number == campaign.StageNumber)?.DueAt ?? campaign.DueAt,
            tasks?.Asked ?? 0, tasks?.Answered ?? 0, campaign.Population, items?.Decided ?? 0, items?.Nobody ?? 0, tasks?.LastAt);
    }

    /// <summary>Reviewers of the running stage, those with most left first.</summary>
    public async Task<IReadOnlyList<ReviewerStanding>> ReviewersAsync(Guid campaignId, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var counts = await Tasks(db, campaignId).GroupBy(t => t.ReviewerId)
            .Select(g => new { g.Key, Asked = g.Count(), Answered = g.Count(t => t.Verdict != null || t.State == TaskState.Freed), LastAt = g.Max(t => t.DecidedAt) })
            .OrderByDescending(g => g.Asked - g.Answered).ThenBy(g => g.Key).Take(take).ToListAsync(ct);
        var ids = counts.ConvertAll(c => c.Key);
        var people = await db.People.AsNoTracking().Where(p => ids.Contains(p.Id)).Select(p => new
        {
            p.Id,
            p.Name,
            p.Department,
            p.Status,
            Manager = db.People.Where(m => m.Id == p.ManagerId).Select(m => m.Name).FirstOrDefault(),
            SignsIn = db.Accounts.Any(a => a.PersonId == p.Id && a.DisabledAt == null),
        }).ToDictionaryAsync(p => p.Id, ct);
        var link = $"/reviews/{campaignId:D}";
        var reminded = await db.Messages.Where(m => m.Kind == CampaignReminders.Reminded && m.Link == link && ids.Contains(m.PersonId)).GroupBy(m => m.PersonId)
            .Select(g => new { g.Key, At = g.Max(m => m.CreatedAt) }).ToDictionaryAsync(m => m.Key, m => (DateTimeOffset?)m.At, ct);
        return [.. counts.Where(c => people.ContainsKey(c.Key)).Select(c =>
        {
            var person = people[c.Key];
            return new ReviewerStanding(person.Id, person.Name, person.Department, person.Manager, person.SignsIn, person.Status == Governance.People.PersonStatus.Left, c.Asked, c.Answered, c.LastAt, reminded.GetValueOrDefault(c.Key));
        })];
    }

    /// <summary>Departments in the running stage, those with most left first.</summary>
    public async Task<IReadOnlyList<DepartmentStanding>> DepartmentsAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await (
            from t in Tasks(db, campaignId)
            join p in db.People on t.ReviewerId equals p.Id
            group new { t.ReviewerId, Done = t.Verdict != null || t.State == TaskState.Freed } by p.Department into g
            select new { g.Key, Reviewers = g.Select(x => x.ReviewerId).Distinct().Count(), Asked = g.Count(), Answered = g.Count(x => x.Done) }).ToListAsync(ct);
        return [.. rows.OrderByDescending(r => r.Asked - r.Answered).ThenBy(r => r.Key, StringComparer.OrdinalIgnoreCase).Take(CampaignQueries.LongestList).Select(r => new DepartmentStanding(r.Key, r.Reviewers, r.Asked, r.Answered))];
    }

    private static IQueryable<ReviewTask> Tasks(GovernanceDb db, Guid campaignId) =>
        from t in db.ReviewTasks.AsNoTracking()
        join c in db.Campaigns on t.CampaignId equals c.Id
        where t.CampaignId == campaignId && t.StageNumber == c.StageNumber && t.State != TaskState.HandedOn
        select t;
}
