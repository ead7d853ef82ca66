using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What administrators list beside the limits: who is never touched (B6), when nothing is sent, and which loss of a source is true (B2). All of it audited.</summary>
public sealed class BrakeListService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private static readonly TimeSpan LongestFreeze = TimeSpan.FromDays(92);

    /// <summary>The patterns in force.</summary>
    public async Task<IReadOnlyList<NeverTouchPattern>> PatternsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.NeverTouchPatterns.AsNoTracking().Where(p => p.RemovedAt == null).OrderBy(p => p.Shown).Take(500).ToListAsync(ct);
    }

    /// <summary>Windows that last or are to come.</summary>
    public async Task<IReadOnlyList<FreezeWindow>> FreezesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        return await db.FreezeWindows.AsNoTracking().Where(w => w.EndedAt == null && w.Until > now).OrderBy(w => w.From).Take(200).ToListAsync(ct);
    }

    /// <summary>Puts identities out of reach, by name or id; <c>*</c> stands for any text.</summary>
    public async Task<Outcome<Guid>> ListAsync(string pattern, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        var text = StorableText.Clean(pattern).Trim();
        if (text.Trim('*').Length == 0 || text.Length > 200)
            return new Refusal("never-touch.pattern", "Give a name or id, with * for any text, of at most 200 characters. * alone would list everything: the stop switch does that.", "pattern");
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("never-touch.reason", "Say why nobody may touch these.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            var row = new NeverTouchPattern { Id = Ids.New(now), Pattern = NeverTouch.ToLike(text), Shown = text, Reason = StorableText.Clean(reason), AddedBy = by.Name, AddedAt = now };
            if (await db.NeverTouchPatterns.AnyAsync(p => p.RemovedAt == null && p.Pattern == row.Pattern, ct))
                return new Refusal("never-touch.exists", "That is on the list already.", "pattern");
            db.NeverTouchPatterns.Add(row);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.BrakesChanged, Subjects.Brakes, NeverTouch.Id, reason, new { listed = text }), ct);
            return row.Id;
        }, ct);
    }

    /// <summary>Takes a pattern off the list: one administrator asks, another confirms. True once it is off.</summary>
    public async Task<Outcome<bool>> UnlistAsync(Guid patternId, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("never-touch.reason", "Say why it may be touched from now on.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<bool>(async () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            if (await db.NeverTouchPatterns.SingleOrDefaultAsync(p => p.Id == patternId && p.RemovedAt == null, ct) is not { } row)
                return new Refusal("never-touch.gone", "It is off the list already.");
            if (row.RemovalAskedBy is { } asked && SecondPerson.Same(row.RemovalAskedById, asked, by))
                return new Refusal("never-touch.same-person", $"{NeverTouch.Id}: you asked for it, so another administrator has to confirm.");
            if (row.RemovalAskedBy is null)
                (row.RemovalAskedBy, row.RemovalAskedById) = (by.Name, by.Id);
            else
                row.RemovedAt = now;
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.BrakesChanged, Subjects.Brakes, NeverTouch.Id, reason, new { unlisted = row.Shown, confirmed = row.RemovedAt != null }), ct);
            return row.RemovedAt is not null;
        }, ct);
    }

    /// <summary>Nothing automatic is sent from then until then; restores are.</summary>
    public async Task<Outcome<Guid>> FreezeAsync(Guid? sourceId, DateTimeOffset from, DateTimeOffset until, string reason, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } refusal)
            return refusal;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("freeze.reason", "Say what the window is for.", "reason");
        if (until <= from || until <= now || until - from > LongestFreeze)
            return new Refusal("freeze.time", $"The window ends after it begins, in the future, and lasts at most {LongestFreeze.TotalDays:0} days.", "until");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            await RevocationOrders.LockAsync(db, ct);
            if (sourceId is not null && !await db.Sources.AnyAsync(s => s.Id == sourceId, ct))
                return new Refusal("source.not-found", "This source is not there any more.");
            var row = new FreezeWindow { Id = Ids.New(now), SourceId = sourceId, From = from.ToUniversalTime(), Until = until.ToUniversalTime(), Reason = StorableText.Clean(reason), AddedBy = by.Name };
            db.FreezeWindows.Add(row);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.BrakesChanged, Subjects.Brakes, "freeze", reason, new { row.Id, sourceId, row.From, row.Until }), ct);
            return row.Id;
        }, ct);
    }

    /// <summary>Ends a window before its time.</summary>
    public async Task<Outcome<Done>> EndFreezeAsync(Guid id, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.FreezeWindows.SingleOrDefaultAsync(w => w.Id == id && w.EndedAt == null, ct) is not { } row)
                return new Refusal("freeze.over", "This window has ended already.");
            row.EndedAt = now;
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.BrakesChanged, Subjects.Brakes, "freeze", null, new { row.Id, ended = true }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Says that what a source (null: the directory) has lost is truly gone. B2 counts anew from now on.</summary>
    public async Task<Outcome<Done>> AcceptLossAsync(Guid? sourceId, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("guard.reason", "Say how you know that they are gone: the brake lets orders go on your word.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            if (sourceId is not null && !await db.Sources.AnyAsync(s => s.Id == sourceId, ct))
                return new Refusal("source.not-found", "This source is not there any more.");
            db.GuardAcceptances.Add(new GuardAcceptance { Id = Ids.New(now), SourceId = sourceId, Reason = StorableText.Clean(reason), At = now, By = by.Name });
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.BrakesChanged, Subjects.Brakes, StaleSource.Id, reason, new { accepted = sourceId?.ToString("D") ?? "directory" }), ct);
            return Done.Value;
        }, ct);
    }
}
