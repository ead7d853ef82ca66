using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>Brings the staged people of a run into the directory, in statements that each touch all of them.</summary>
internal sealed class PeopleMerge(GovernanceDb db, Guid runId, bool full, DateTimeOffset now)
{
    private const string NewPeople = """
        INSERT INTO "People" ("Id","ExternalId","Name","Mail","Title","Department","ManagerExternalId","Status","LeftOn","FirstSeenAt","LastSeenAt","LastChangedRunId","ContentHash")
        SELECT s."NewId",s."ExternalId",s."Name",s."Mail",s."Title",s."Department",s."ManagerExternalId",s."Status",
          CASE WHEN s."Status"='Left' THEN COALESCE(s."LeftOn",{1}) END,{1},{1},{0},s."ContentHash"
        FROM "StagedPeople" s WHERE s."RunId"={0} AND s."Outcome"='Created'
        """;

    private IQueryable<StagedPerson> Staged => db.StagedPeople.Where(s => s.RunId == runId);

    public async Task<MergeCounts> RunAsync(CancellationToken ct)
    {
        await Staged.ExecuteUpdateAsync(u => u.SetProperty(s => s.PersonId, s => db.People.Where(p => p.ExternalId == s.ExternalId).Select(p => (Guid?)p.Id).FirstOrDefault()), ct);
        await Staged.Where(s => s.PersonId == null).ExecuteUpdateAsync(u => u.SetProperty(s => s.Outcome, StagedOutcome.Created).SetProperty(s => s.PersonId, s => s.NewId), ct);
        await Staged.Where(s => s.Outcome == StagedOutcome.Undecided && db.People.Any(p => p.Id == s.PersonId && (p.ContentHash != s.ContentHash || p.MissingSince != null)))
            .ExecuteUpdateAsync(u => u.SetProperty(s => s.Outcome, StagedOutcome.Changed), ct);
        await Staged.Where(s => s.Outcome == StagedOutcome.Undecided).ExecuteUpdateAsync(u => u.SetProperty(s => s.Outcome, StagedOutcome.Unchanged), ct);
        var returned = await Staged.CountAsync(s => db.People.Any(p => p.Id == s.PersonId && p.MissingSince != null), ct);

        await db.RunAsync(NewPeople, [runId, db.Time(now)], ct);
        await db.People.Join(Staged, p => (Guid?)p.Id, s => s.PersonId, (p, s) => new { p, s }).Where(x => x.s.Outcome == StagedOutcome.Changed)
            .ExecuteUpdateAsync(u => u
                .SetProperty(x => x.p.Name, x => x.s.Name).SetProperty(x => x.p.Mail, x => x.s.Mail).SetProperty(x => x.p.Title, x => x.s.Title).SetProperty(x => x.p.Department, x => x.s.Department)
                .SetProperty(x => x.p.ManagerExternalId, x => x.s.ManagerExternalId).SetProperty(x => x.p.Status, x => x.s.Status)
                .SetProperty(x => x.p.LeftOn, x => x.s.Status == PersonStatus.Left ? x.s.LeftOn ?? x.p.LeftOn ?? now : null)
                .SetProperty(x => x.p.ContentHash, x => x.s.ContentHash).SetProperty(x => x.p.MissingSince, (DateTimeOffset?)null).SetProperty(x => x.p.LastChangedRunId, runId), ct);
        await db.People.Where(p => Staged.Any(s => s.PersonId == p.Id)).ExecuteUpdateAsync(u => u.SetProperty(p => p.LastSeenAt, now), ct);
        var missing = full
            ? await db.People.Where(p => p.MissingSince == null && !Staged.Any(s => s.ExternalId == p.ExternalId) && !db.ImportRejects.Any(r => r.RunId == runId && r.Key == p.ExternalId))
                .ExecuteUpdateAsync(u => u.SetProperty(p => p.MissingSince, now).SetProperty(p => p.LastChangedRunId, runId), ct)
            : 0;
        await ManagersAsync(ct);
        var counts = await Staged.GroupBy(s => s.Outcome).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return new MergeCounts(counts.GetValueOrDefault(StagedOutcome.Created), counts.GetValueOrDefault(StagedOutcome.Changed), counts.GetValueOrDefault(StagedOutcome.Unchanged), missing, returned);
    }

    /// <summary>Of everyone, since a manager may come in a later file; and the creators of identities that came before their people.</summary>
    private async Task ManagersAsync(CancellationToken ct)
    {
        await db.People.Where(p => p.ManagerExternalId != null && (p.ManagerId == null || db.People.Any(m => m.Id == p.ManagerId && m.ExternalId != p.ManagerExternalId)))
            .ExecuteUpdateAsync(u => u.SetProperty(p => p.ManagerId, p => db.People.Where(m => m.ExternalId == p.ManagerExternalId && m.Id != p.Id).Select(m => (Guid?)m.Id).FirstOrDefault()), ct);
        await db.People.Where(p => p.ManagerExternalId == null && p.ManagerId != null).ExecuteUpdateAsync(u => u.SetProperty(p => p.ManagerId, (Guid?)null), ct);
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // Translated to SQL lower(), which knows no culture.
        await db.Identities.Where(i => i.CreatorId == null && i.CreatorHint != null && db.People.Any(p => p.Mail == i.CreatorHint!.ToLower()))
            .ExecuteUpdateAsync(u => u.SetProperty(i => i.CreatorId, i => db.People.Where(p => p.Mail == i.CreatorHint!.ToLower()).OrderBy(p => p.Id).Select(p => (Guid?)p.Id).FirstOrDefault()), ct);
#pragma warning restore CA1304, CA1311, CA1862, MA0011
    }
}
