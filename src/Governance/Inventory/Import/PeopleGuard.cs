using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// Does not believe a directory that suddenly lost many of its people: an outage, a filter or a right that was taken away looks just like that. The reading is held,
/// with its file, until a person confirms or discards it.
/// </summary>
public sealed class PeopleGuard(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, IOwnerCount owners)
{
    internal const string HeldCode = "people.held";

    public async Task<ShrinkLimits> GetAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.ShrinkLimits.AsNoTracking().SingleAsync(g => g.Id == ShrinkLimits.TheId, ct);
    }

    /// <summary>Changes how many may go at once. Needs the Administrator role.</summary>
    public async Task<Outcome<Done>> ChangeAsync(ShrinkLimits to, string? reason, Actor by, CancellationToken ct)
    {
        if ((Roles.Require(by, Roles.Administrator) ?? to.Problem()) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            var row = await db.ShrinkLimits.SingleAsync(g => g.Id == ShrinkLimits.TheId, ct);
            var before = new { row.MostPeople, row.MostOwners, row.Few };
            (row.MostPeople, row.MostOwners, row.Few, row.Version) = (to.MostPeople, to.MostOwners, to.Few, Ids.New(now));
            await audit.AppendAsync(db, by, now, [new AuditDraft(AuditActions.DirectoryGuardChanged, Subjects.Person, "guard", reason, new { before, after = new { to.MostPeople, to.MostOwners, to.Few } })], ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>A person says that they really are gone: the held reading is queued again, and believed. The caller runs it.</summary>
    public async Task<Outcome<Done>> ConfirmAsync(Guid runId, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        if (by.Kind == ActorKind.Job)
            return new Refusal("people.confirm-person", "A person has to confirm it.");
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 400)
            return new Refusal("people.confirm-reason", "Say how you know that they are gone, in at most 400 characters.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var taken = await db.ImportRuns.Where(r => r.Id == runId && r.State == ImportRunState.Held)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, ImportRunState.Queued).SetProperty(r => r.ConfirmedBy, by.Name).SetProperty(r => r.Message, (string?)null), ct);
            if (taken == 0)
                return new Refusal("people.not-held", "It is not held any more: somebody confirmed or discarded it, or a later reading took its place.");
            await audit.AppendAsync(db, by, clock.Now(), [new AuditDraft(AuditActions.PeopleConfirmed, Subjects.ImportRun, runId, StorableText.Clean(reason.Trim()))], ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Compares what is staged with what is known, before anything is changed; null when it may be believed.</summary>
    internal async Task<Refusal?> LookAsync(GovernanceDb db, Guid runId, bool full, CancellationToken ct)
    {
        var staged = db.StagedPeople.Where(s => s.RunId == runId);
        var active = db.People.Where(p => p.Status == PersonStatus.Active && p.MissingSince == null);
        var gone = active.Where(p => staged.Any(s => s.ExternalId == p.ExternalId && s.Status == PersonStatus.Left));
        if (full)
        {
            gone = active.Where(p => staged.Any(s => s.ExternalId == p.ExternalId && s.Status == PersonStatus.Left)
                || (!staged.Any(s => s.ExternalId == p.ExternalId) && !db.ImportRejects.Any(r => r.RunId == runId && r.Key == p.ExternalId)));
        }

        var people = new Gone(await gone.CountAsync(ct), await active.CountAsync(ct));
        var guard = await db.ShrinkLimits.AsNoTracking().SingleAsync(g => g.Id == ShrinkLimits.TheId, ct);
        if (people.Lost <= guard.Few)
            return null;
        return guard.Hold(people, await owners.CountAsync(db, gone, ct)) is { } why ? new Refusal(HeldCode, why) : null;
    }

    internal async Task HoldAsync(ImportRun run, string why, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            await db.ImportRuns.Where(r => r.Id == run.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.State, ImportRunState.Held).SetProperty(r => r.Message, why), ct);
            await audit.AppendAsync(db, by, clock.Now(), [new AuditDraft(AuditActions.PeopleHeld, Subjects.ImportRun, run.Id, why, new { run.FileName, run.FileSha256 })], ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>A later reading takes the place of those that are held already. Returns their files.</summary>
    internal async Task<List<string?>> ReplaceAsync(Guid runId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var earlier = db.ImportRuns.Where(r => r.State == ImportRunState.Held && r.Subject == ImportSubject.People && r.Id != runId);
        var files = await earlier.Select(r => r.StoredAs).ToListAsync(ct);
        var now = clock.Now();
        await earlier.ExecuteUpdateAsync(s => s.SetProperty(r => r.State, ImportRunState.Cancelled).SetProperty(r => r.EndedAt, (DateTimeOffset?)now).SetProperty(r => r.StoredAs, (string?)null)
            .SetProperty(r => r.Message, "A later reading took its place. Nothing of it was kept."), ct);
        return files;
    }
}
