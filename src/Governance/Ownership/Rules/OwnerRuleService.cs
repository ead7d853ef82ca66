using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>A rule as a form edits it.</summary>
/// <param name="Id">Null for a new one.</param>
public sealed record OwnerRuleDraft(Guid? Id, string Name, IdentityFilter Filter, Guid PersonId, string? Team, int Priority, bool AlsoOwned);

/// <summary>A rule as the list shows it.</summary>
/// <param name="Open">Questions of it that wait for an answer.</param>
/// <param name="Accepted">Identities accepted because of it.</param>
public sealed record OwnerRuleRow(
    Guid Id, string Name, IdentityFilter Filter, Guid PersonId, string Person, bool PersonLeft, string? Team, int Priority, bool AlsoOwned, string MadeBy, DateTimeOffset MadeAt, DateTimeOffset ChangedAt, DateTimeOffset? AppliedAt, int Open, int Accepted);

/// <summary>An identity that a rule would ask about.</summary>
public sealed record RulePreviewRow(Guid IdentityId, string Name, string Source, string? OwnerName, string? AskedName);

/// <summary>What a rule would do now.</summary>
/// <param name="Matching">So many match the filter.</param>
/// <param name="WouldAsk">About so many the person would be asked.</param>
/// <param name="Theirs">So many are theirs already, or they are asked already.</param>
/// <param name="OwnedByOthers">So many somebody else has accepted: left alone, unless the rule says otherwise.</param>
/// <param name="AskedOthers">About so many somebody else is asked now.</param>
/// <param name="Declined">About so many the person has said no: not asked again.</param>
/// <param name="First">The first twenty that the person would be asked about.</param>
public sealed record RulePreview(int Matching, int WouldAsk, int Theirs, int OwnedByOthers, int AskedOthers, int Declined, IReadOnlyList<RulePreviewRow> First);

/// <summary>One step in a rule's history.</summary>
public sealed record RuleStep(DateTimeOffset At, string By, string? Reason, string Details);

/// <summary>
/// Rules by filter: whom to ask for what matches, in the order of their priority, after each import and at the press of a button. A rule asks; ownership counts once the person
/// accepts. It never touches what somebody else has accepted, unless it was told to ask there too.
/// </summary>
public sealed class OwnerRuleService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private const int MostRules = 500;
    private const int MostAtOnce = 5000;

    /// <summary>The rules in force, in the order in which they decide.</summary>
    public async Task<IReadOnlyList<OwnerRuleRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await (
            from r in db.OwnerRules.AsNoTracking()
            where r.EndedAt == null
            join p in db.People on r.PersonId equals p.Id
            orderby r.Priority, r.MadeAt
            select new { Rule = r, p.Name, Left = p.Status == PersonStatus.Left, Open = db.OwnerAssignments.Count(a => a.RuleId == r.Id && a.State == AssignmentState.Proposed), Accepted = db.OwnerAssignments.Count(a => a.RuleId == r.Id && a.State == AssignmentState.Accepted) })
            .Take(MostRules).ToListAsync(ct);
        return rows.ConvertAll(r => new OwnerRuleRow(r.Rule.Id, r.Rule.Name, IdentityFilter.FromJson(r.Rule.Filter), r.Rule.PersonId, r.Name, r.Left, r.Rule.Team, r.Rule.Priority, r.Rule.AlsoOwned, r.Rule.MadeBy, r.Rule.MadeAt, r.Rule.ChangedAt, r.Rule.AppliedAt, r.Open, r.Accepted));
    }

    /// <summary>What has been done to a rule, newest first.</summary>
    public async Task<IReadOnlyList<RuleStep>> HistoryAsync(Guid ruleId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var id = ruleId.ToString("D");
        return await db.AuditEntries.AsNoTracking().Where(e => e.SubjectType == Subjects.OwnerRule && e.SubjectId == id).OrderByDescending(e => e.Sequence).Take(100)
            .Select(e => new RuleStep(e.At, e.ActorName, e.Reason, e.Details ?? string.Empty)).ToListAsync(ct);
    }

    /// <summary>What the rule would do now; changes nothing.</summary>
    public async Task<RulePreview> PreviewAsync(OwnerRuleDraft draft, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var all = Living(db, draft.Filter, clock.Now());
        var person = draft.PersonId;
        var ask = Askable(db, all, person, draft.AlsoOwned);
        var first = await (
            from i in ask
            orderby i.DisplayName, i.Id
            join s in db.Sources on i.SourceId equals s.Id
            select new RulePreviewRow(i.Id, i.DisplayName, s.Name, i.OwnerState == OwnerState.Accepted ? db.People.Where(p => p.Id == i.OwnerId).Select(p => p.Name).FirstOrDefault() : null, null)).Take(20).ToListAsync(ct);
        return new RulePreview(
            await all.CountAsync(ct), await ask.CountAsync(ct),
            await all.CountAsync(i => i.OwnerId == person && (i.OwnerState == OwnerState.Accepted || i.OwnerState == OwnerState.Proposed), ct),
            await all.CountAsync(i => i.OwnerState == OwnerState.Accepted && i.OwnerId != person, ct),
            await all.CountAsync(i => i.OwnerState == OwnerState.Proposed && i.OwnerId != person, ct),
            await all.CountAsync(i => db.OwnerAssignments.Any(a => a.IdentityId == i.Id && a.PersonId == person && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Declined), ct), first);
    }

    /// <summary>Makes a rule or changes one. What it has asked before stays asked.</summary>
    public async Task<Outcome<Guid>> SaveAsync(OwnerRuleDraft draft, string? reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (string.IsNullOrWhiteSpace(draft.Name) || draft.Name.Length > 200)
            return new Refusal("rule.name", "Name the rule, in at most 200 characters: 'Everything in ml-* belongs to the ML platform'.", "name");
        if (draft.Priority is < 1 or > 999)
            return new Refusal("rule.priority", "The priority is between 1, which decides first, and 999.", "priority");
        if (draft.Filter == new IdentityFilter())
            return new Refusal("rule.filter", "Narrow the rule: a name pattern, a source, a tool or a kind. A rule for everything would make one person the owner of all.", "filter");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var now = clock.Now();
            var person = await OwnershipService.FindPersonAsync(db, draft.PersonId, ct);
            if (person is null)
                return OwnershipRefusals.PersonNotFound;
            if (person.Status == PersonStatus.Left)
                return OwnershipRefusals.Left(person.Name);
            var rule = draft.Id is { } id ? await db.OwnerRules.SingleOrDefaultAsync(r => r.Id == id && r.EndedAt == null, ct) : null;
            if (draft.Id is not null && rule is null)
                return new Refusal("rule.not-found", "This rule was ended meanwhile. Reload the page.");
            if (rule is null && await db.OwnerRules.CountAsync(r => r.EndedAt == null, ct) >= MostRules)
                return new Refusal("rule.too-many", $"There are {MostRules} rules. End one that is no longer needed.");
            var before = rule is null ? null : new { rule.Name, rule.Filter, rule.PersonId, rule.Team, rule.Priority, rule.AlsoOwned };
            if (rule is null)
            {
                rule = new OwnerRule { Id = Ids.New(now), Name = string.Empty, Filter = "{}", PersonId = person.Id, MadeBy = by.Name, MadeAt = now };
                db.OwnerRules.Add(rule);
            }

            (rule.Name, rule.Filter, rule.PersonId, rule.Team) = (StorableText.Clean(draft.Name.Trim()), StorableText.Clean(draft.Filter.ToJson()), person.Id, OwnershipService.Storable(draft.Team));
            (rule.Priority, rule.AlsoOwned, rule.ChangedAt) = (draft.Priority, draft.AlsoOwned, now);
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.OwnerRuleChanged, Subjects.OwnerRule, rule.Id, reason,
                new { Change = before is null ? "made" : "changed", before, after = new { rule.Name, rule.Filter, rule.PersonId, Person = person.Name, rule.Team, rule.Priority, rule.AlsoOwned } }), ct);
            return rule.Id;
        }, ct);
    }

    /// <summary>Ends a rule. What was accepted because of it stays; questions that wait stay too.</summary>
    public async Task<Outcome<Done>> EndAsync(Guid ruleId, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (string.IsNullOrWhiteSpace(reason))
            return OwnershipRefusals.ReasonNeeded;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.OwnerRules.Where(r => r.Id == ruleId && r.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(r => r.EndedAt, now), ct) == 0)
                return new Refusal("rule.not-found", "This rule was ended meanwhile. Reload the page.");
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.OwnerRuleChanged, Subjects.OwnerRule, ruleId, reason, new { Change = "ended" }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Applies all rules now. Returns about how many identities somebody was asked.</summary>
    public async Task<Outcome<int>> ApplyAsync(Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync(() => ApplyInAsync(db, by, clock.Now(), ct), ct);
    }

    /// <summary>In the open transaction. A few statements a rule; of several that match, the first by priority asks, since after it somebody is asked.</summary>
    internal async Task<int> ApplyInAsync(GovernanceDb db, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var rules = await (from r in db.OwnerRules.AsNoTracking() where r.EndedAt == null join p in db.People on r.PersonId equals p.Id where p.Status == PersonStatus.Active orderby r.Priority, r.MadeAt, r.Id select new { Rule = r, p.Name }).ToListAsync(ct);
        var asked = 0;
        foreach (var (rule, person) in rules.Select(r => (r.Rule, r.Name)))
        {
            var ids = await Askable(db, Living(db, IdentityFilter.FromJson(rule.Filter), now), rule.PersonId, rule.AlsoOwned).OrderBy(i => i.Id).Select(i => i.Id).Take(MostAtOnce).ToListAsync(ct);
            if (ids.Count == 0)
                continue;
            asked += ids.Count;
            await db.InsertManyAsync(ids.ConvertAll(id => new OwnerAssignment
            {
                Id = Ids.New(now),
                IdentityId = id,
                PersonId = rule.PersonId,
                Role = OwnerRole.Accountable,
                State = AssignmentState.Proposed,
                Since = now,
                AssignedBy = $"Rule “{Short(rule.Name)}”",
                Reason = $"By the rule “{rule.Name}”.",
                Team = rule.Team,
                RuleId = rule.Id,
            }), ct);
            await OwnershipService.MarkAskedAsync(db, ids, rule.PersonId, now, ct);
            await OwnershipService.AskAsync(db, ids.Count, rule.PersonId, $"The rule “{Short(rule.Name)}”", null, now, ct);
            await db.OwnerRules.Where(r => r.Id == rule.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.AppliedAt, now), ct);
            await audit.AppendAsync(db, by, now,
            [
                .. ids.Select(id => new AuditDraft(AuditActions.OwnerAssigned, Subjects.Identity, id, $"By the rule “{rule.Name}”.", new { rule.PersonId, Person = person, RuleId = rule.Id })),
                new AuditDraft(AuditActions.OwnerRuleChanged, Subjects.OwnerRule, rule.Id, null, new { Change = "applied", Asked = ids.Count }),
            ], ct);
        }

        return asked;
    }

    private static IQueryable<Identity> Living(GovernanceDb db, IdentityFilter filter, DateTimeOffset now) =>
        db.Identities.AsNoTracking().Matching(db, filter, now).Where(i => i.State != LifecycleState.Decommissioned && i.MissingSince == null);

    private static IQueryable<Identity> Askable(GovernanceDb db, IQueryable<Identity> all, Guid person, bool alsoOwned) => all.Where(i =>
        (i.OwnerState == OwnerState.None || i.OwnerState == OwnerState.Orphaned || (alsoOwned && i.OwnerState == OwnerState.Accepted && i.OwnerId != person))
        && !db.OwnerAssignments.Any(a => a.IdentityId == i.Id && a.Role == OwnerRole.Accountable
            && (a.State == AssignmentState.Proposed || (a.PersonId == person && (a.State == AssignmentState.Declined || a.State == AssignmentState.Unanswered || a.State == AssignmentState.Claimed)))));

    private static string Short(string text) => text.Length > 100 ? text[..99] + "…" : text;
}
