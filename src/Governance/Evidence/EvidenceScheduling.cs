using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>Makes drafts by itself when a month or a quarter is over. Approving stays with people.</summary>
public sealed class EvidenceScheduling(IDbContextFactory<GovernanceDb> contexts, FrameworkLibrary frameworks, EvidenceService evidence, AuditLog audit, TimeProvider clock)
{
    public async Task<Outcome<Done>> AddAsync(string framework, EvidenceEvery every, PaperSize paper, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (frameworks.Find(framework) is null)
            return new Refusal("evidence.framework", $"There is no framework '{framework}'.", "framework");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.EvidenceSchedules.AnyAsync(s => s.Framework == framework && s.Every == every && s.EndedAt == null, ct))
                return new Refusal("evidence.scheduled", "There is such a schedule already.");
            var schedule = new EvidenceSchedule
            {
                Id = Ids.New(now),
                Framework = framework,
                Scope = new IdentityFilter().ToJson(),
                ScopeWords = "All sources registered in this console",
                Every = every,
                Paper = paper,
                NextFrom = Begin(every, now),
                CreatedAt = now,
                CreatedBy = by.Name,
            };
            db.EvidenceSchedules.Add(schedule);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.EvidenceScheduled, Subjects.EvidencePackage, schedule.Id, null, new { framework, every, schedule.NextFrom }), ct);
            return Done.Value;
        }, ct);
    }

    public async Task<Outcome<Done>> EndAsync(Guid id, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.EvidenceSchedules.SingleOrDefaultAsync(s => s.Id == id && s.EndedAt == null, ct) is not { } schedule)
                return new Refusal("evidence.schedule", "That schedule has ended already.");
            schedule.EndedAt = now;
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.EvidenceScheduled, Subjects.EvidencePackage, id, null, new { schedule.Framework, Ended = true }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Makes what is due, one after the other; returns how many were made.</summary>
    public async Task<int> RunDueAsync(CancellationToken ct)
    {
        var made = 0;
        while (await NextAsync(ct) is { } due)
        {
            var request = new EvidenceRequest(due.Framework, due.NextFrom, due.NextTo) { Scope = IdentityFilter.FromJson(due.Scope), ScopeWords = due.ScopeWords, Paper = due.Paper, ScheduleId = due.Id };
            var package = await evidence.MakeAsync(request, Actor.Job("evidence schedule"), null, ct);
            if (package.Refusal is { } problem && problem.Code != "evidence.made")
            {
                await using var db = await contexts.CreateDbContextAsync(ct);
                await db.EvidenceSchedules.Where(s => s.Id == due.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastProblem, problem.Message), ct);
                return made;
            }

            made++;
        }

        return made;
    }

    private async Task<EvidenceSchedule?> NextAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var open = await db.EvidenceSchedules.AsNoTracking().Where(s => s.EndedAt == null && s.NextFrom < now).OrderBy(s => s.NextFrom).ThenBy(s => s.Id).ToListAsync(ct);
        return open.Find(s => s.NextTo <= now);
    }

    /// <summary>The month or quarter that runs now.</summary>
    private static DateTimeOffset Begin(EvidenceEvery every, DateTimeOffset now)
    {
        var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        return every == EvidenceEvery.Month ? month : month.AddMonths(-((now.Month - 1) % 3));
    }
}
