using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>A permission that identities of a tool hold.</summary>
public sealed record HeldPermission(string Name, int Identities, bool Privileged);

/// <summary>Declared needs of a tool.</summary>
/// <param name="Needs">Empty: nobody has said, which is not the same as needing nothing.</param>
/// <param name="Beyond">Held and not declared, privileged ones and the most widely held first.</param>
/// <param name="BeyondCount">All of these.</param>
public sealed record DeclaredNeeds(IReadOnlyList<ToolNeed> Needs, IReadOnlyList<HeldPermission> Beyond, int BeyondCount);

/// <summary>What people decide about tools; no import changes it afterwards.</summary>
public sealed class ToolService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>Makes a tool of an unused name.</summary>
    public async Task<Outcome<Guid>> CreateAsync(string name, string? vendor, Autonomy autonomy, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        var clean = StorableText.Clean(name.Trim());
        if (clean.Length is 0 or > 200)
            return new Refusal("tool.name", "Name the tool in 1 to 200 characters.", "name");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            if (await db.Tools.AnyAsync(t => t.Name == clean, ct))
                return Outcome<Guid>.Refused(new Refusal("tool.exists", $"There is a tool named {clean} already. Use it, or choose another name.", "name"));
            var now = clock.Now();
            var tool = new Tool { Id = Ids.New(now), Name = clean, Vendor = vendor is null ? null : StorableText.Clean(vendor.Trim()), Autonomy = autonomy, CreatedAt = now };
            db.Tools.Add(tool);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ToolAssigned, Subjects.Tool, tool.Id, null, new { created = clean, autonomy }), ct);
            return Outcome<Guid>.From(tool.Id);
        }, ct);
    }

    /// <summary>Says which tool the identities act for; null says none of them acts for any.</summary>
    public async Task<Outcome<int>> AssignAsync(IReadOnlyCollection<Guid> identityIds, Guid? toolId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<int>(async () =>
        {
            var name = await db.Tools.Where(t => t.Id == toolId).Select(t => t.Name).SingleOrDefaultAsync(ct);
            if (toolId is not null && name is null)
                return Outcome<int>.Refused(new Refusal("tool.unknown", "That tool is no longer there. Load the page again.", "tool"));
            var now = clock.Now();
            var evidence = $"Decided by {by.Name}";
            var changed = await db.Identities.Where(i => identityIds.Contains(i.Id) && (i.ToolId != toolId || i.ToolDecidedBy == null)).Select(i => i.Id).ToListAsync(ct);
            await db.Identities.Where(i => changed.Contains(i.Id)).ExecuteUpdateAsync(s => s.SetProperty(i => i.ToolId, toolId).SetProperty(i => i.ToolEvidence, evidence).SetProperty(i => i.ToolDecidedBy, by.Name).SetProperty(i => i.ToolDecisionId, (Guid?)null), ct);
            await audit.AppendAsync(db, by, now, changed.Select(id => new AuditDraft(AuditActions.ToolAssigned, Subjects.Identity, id, null, new { toolId, tool = name })).ToList(), ct);
            return Outcome<int>.From(changed.Count);
        }, ct);
    }

    /// <summary>Declares what a tool needs: the permissions as their sources name them, a star standing for anything. Nothing declared means that nobody has said, not that it needs none.</summary>
    public async Task<Outcome<int>> DeclareNeedsAsync(Guid toolId, IReadOnlyCollection<string> permissions, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("reason.needed", "Say where this need is written down, or who said it.", "reason");
        var named = permissions.Select(p => StorableText.Clean(p.Trim())).Where(p => p.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (named.Count > 200 || named.Exists(p => p.Length > 200))
            return new Refusal("needs.too-many", "A tool's need is at most 200 permissions of at most 200 characters. Name the ones it really asks for.", "permissions");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<int>(async () =>
        {
            if (!await db.Tools.AnyAsync(t => t.Id == toolId, ct))
                return Outcome<int>.Refused(new Refusal("tool.unknown", "That tool is no longer there. Load the page again.", "tool"));
            var (now, why) = (clock.Now(), StorableText.Clean(reason.Trim() is { Length: > 2000 } text ? text[..2000] : reason.Trim()));
            var before = await db.ToolNeeds.AsNoTracking().Where(n => n.ToolId == toolId).Select(n => n.Permission).ToListAsync(ct);
            var (added, ended) = (named.Except(before, StringComparer.Ordinal).ToList(), before.Except(named, StringComparer.Ordinal).ToList());
            if (added.Count + ended.Count == 0)
                return Outcome<int>.Refused(new Refusal("needs.same", "That is what is declared already.", "permissions"));
            // What stays keeps who said it first, and why.
            await db.ToolNeeds.Where(n => n.ToolId == toolId && ended.Contains(n.Permission)).ExecuteDeleteAsync(ct);
            await db.InsertManyAsync(added.ConvertAll(p => new ToolNeed { ToolId = toolId, Permission = p, Pattern = ToolNeed.PatternOf(p), DeclaredBy = by.Name, DeclaredAt = now, Reason = why }), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ToolNeedsChanged, Subjects.Tool, toolId, why, new { needs = named, added, ended }), ct);
            return Outcome<int>.From(named.Count);
        }, ct);
    }

    /// <summary>What a tool is declared to need, and what its identities hold beside it.</summary>
    public async Task<DeclaredNeeds> NeedsAsync(Guid toolId, CancellationToken ct)
    {
        const int shown = 30;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var needs = await db.ToolNeeds.AsNoTracking().Where(n => n.ToolId == toolId).OrderBy(n => n.Permission).ToListAsync(ct);
        var held = (
            from g in db.Grants.AsNoTracking()
            where g.MissingSince == null && db.Identities.Any(i => i.Id == g.IdentityId && i.ToolId == toolId && i.MissingSince == null)
            join e in db.Entitlements on g.EntitlementId equals e.Id
            select new { e.Name, e.Privileged, g.IdentityId, Needed = db.ToolNeeds.Any(n => n.ToolId == toolId && EF.Functions.Like(SqlText.Upper(e.Name), n.Pattern, "\\")) })
            .GroupBy(h => new { h.Name, h.Needed }).Select(g => new { g.Key.Name, g.Key.Needed, Identities = g.Select(h => h.IdentityId).Distinct().Count(), Privileged = g.Max(h => h.Privileged == Reported.Yes ? 1 : 0) });
        var beyond = await held.Where(h => !h.Needed).OrderByDescending(h => h.Privileged).ThenByDescending(h => h.Identities).ThenBy(h => h.Name).Take(shown).ToListAsync(ct);
        return new DeclaredNeeds(needs, beyond.ConvertAll(h => new HeldPermission(h.Name, h.Identities, h.Privileged == 1)), await held.CountAsync(h => !h.Needed, ct));
    }

    /// <summary>Approves a tool for use here, or takes the approval back.</summary>
    public async Task<Outcome<Done>> ApproveAsync(Guid toolId, bool approved, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            DateTimeOffset? at = approved ? now : null;
            var who = approved ? by.Name : null;
            if (await db.Tools.Where(t => t.Id == toolId).ExecuteUpdateAsync(s => s.SetProperty(t => t.ApprovedAt, at).SetProperty(t => t.ApprovedBy, who), ct) == 0)
                return Outcome<Done>.Refused(new Refusal("tool.unknown", "That tool is no longer there. Load the page again.", "tool"));
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ToolAssigned, Subjects.Tool, toolId, null, new { approved }), ct);
            return Outcome<Done>.From(Done.Value);
        }, ct);
    }
}
