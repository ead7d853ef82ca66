using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Lifecycle;

/// <summary>A policy as an administrator words it.</summary>
public sealed record PolicyDraft(string Name, int MaxLifeDays, int GraceDays, IdentityKind? Kind = null, DeploymentEnvironment? Environment = null, Autonomy? Autonomy = null, bool? ForAiTool = null, Guid? SourceId = null);

/// <summary>What a policy would touch now.</summary>
/// <param name="Named">Live identities that its filter names.</param>
/// <param name="Won">Of these, those for which no other policy says more.</param>
/// <param name="Endless">Of those, those without an end.</param>
/// <param name="Beyond">Of those, those whose end lies further ahead than it would allow to set today.</param>
public sealed record PolicyPreview(int Named, int Won, int Endless, int Beyond);

/// <summary>A policy with its source's name.</summary>
public sealed record PolicyRow(LifecyclePolicy Policy, string? Source);

/// <summary>How long what may live: set by administrators, by filter, with a preview and a history.</summary>
public sealed class LifecyclePolicyService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>So many in force at once.</summary>
    public const int Most = 50;

    /// <summary>In force first, the winner at the top; then those that ended, newest first, at most 200.</summary>
    public async Task<IReadOnlyList<PolicyRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = await (from p in db.LifecyclePolicies.AsNoTracking()
                          join s in db.Sources on p.SourceId equals s.Id into named
                          from s in named.DefaultIfEmpty()
                          orderby p.EndedAt == null ? 0 : 1, p.EndedAt descending, p.Specificity descending, p.SetAt, p.Id
                          select new { Policy = p, Source = (string?)s.Name }).Take(200).ToListAsync(ct);
        return rows.ConvertAll(r => new PolicyRow(r.Policy, r.Source));
    }

    /// <summary>What the policy would touch, without setting it.</summary>
    /// <param name="draft">The policy.</param>
    /// <param name="replaces">The one that it would take the place of.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Outcome<PolicyPreview>> PreviewAsync(PolicyDraft draft, Guid? replaces, CancellationToken ct)
    {
        if (Check(draft) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        var policy = Of(draft, string.Empty, Actor.Job("preview"), now);
        var named = db.Identities.Where(i => i.MissingSince == null && i.State != LifecycleState.Decommissioned).Where(PolicyRules.Names(db, policy));
        var won = named;
        foreach (var other in (await PolicyRules.InForceAsync(db, ct)).Where(p => p.Id != replaces && p.Specificity >= policy.Specificity))
        {
            var others = db.Identities.Where(PolicyRules.Names(db, other));
            won = won.Where(i => !others.Any(o => o.Id == i.Id));
        }

        var latest = now.AddDays(draft.MaxLifeDays);
        return new PolicyPreview(await named.CountAsync(ct), await won.CountAsync(ct), await won.CountAsync(i => i.ExpiresAt == null, ct), await won.CountAsync(i => i.ExpiresAt > latest, ct));
    }

    /// <summary>Sets a policy, in the place of another where one is named.</summary>
    public async Task<Outcome<Guid>> SetAsync(PolicyDraft draft, Guid? replaces, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if ((Check(draft) ?? Reasoned(reason)) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var now = clock.Now();
            var policy = Of(draft, StorableText.Clean(reason.Trim()), by, now);
            if (policy.SourceId is { } source && !await db.Sources.AnyAsync(s => s.Id == source, ct))
                return new Refusal("source.not-found", "This source is not there any more.", "source");
            if (replaces is { } old && !await EndAsync(db, old, policy.Reason, by, now, ct))
                return new Refusal("policy.ended", "The policy that this was to replace has ended already. Look at the list as it is now.");
            if (await db.LifecyclePolicies.CountAsync(p => p.EndedAt == null, ct) >= Most)
                return new Refusal("policy.many", $"There are {Most} policies already, and nobody could say any more which one holds. End one first.");
            if (await db.LifecyclePolicies.AnyAsync(p => p.EndedAt == null && p.Kind == policy.Kind && p.Environment == policy.Environment && p.Autonomy == policy.Autonomy && p.ForAiTool == policy.ForAiTool && p.SourceId == policy.SourceId, ct))
                return new Refusal("policy.same-filter", "Another policy names exactly these identities, and this one would never hold. Change that one instead.");
            db.LifecyclePolicies.Add(policy);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.LifecyclePolicySet, Subjects.LifecyclePolicy, policy.Id, policy.Reason,
                new { policy.Name, policy.Kind, policy.Environment, policy.Autonomy, policy.ForAiTool, policy.SourceId, policy.MaxLifeDays, policy.GraceDays, replaces }), ct);
            return policy.Id;
        }, ct);
    }

    /// <summary>Ends a policy: what it held for follows the next that names it.</summary>
    public async Task<Outcome<Done>> EndAsync(Guid id, string reason, Actor by, CancellationToken ct)
    {
        if ((Roles.Require(by, Roles.Administrator) ?? Reasoned(reason)) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (!await EndAsync(db, id, StorableText.Clean(reason.Trim()), by, now, ct))
                return new Refusal("policy.ended", "This policy has ended already.");
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.LifecyclePolicyEnded, Subjects.LifecyclePolicy, id, reason, null), ct);
            return Done.Value;
        }, ct);
    }

    private static async Task<bool> EndAsync(GovernanceDb db, Guid id, string reason, Actor by, DateTimeOffset now, CancellationToken ct) =>
        await db.LifecyclePolicies.Where(p => p.Id == id && p.EndedAt == null).ExecuteUpdateAsync(
            u => u.SetProperty(p => p.EndedAt, now).SetProperty(p => p.EndedBy, by.Name).SetProperty(p => p.EndReason, reason), ct) == 1;

    private static Refusal? Reasoned(string? reason) => string.IsNullOrWhiteSpace(reason) ? new Refusal("policy.reason", "Say why: it stands in the history of the policies.", "reason") : null;

    private static Refusal? Check(PolicyDraft draft)
    {
        if (string.IsNullOrWhiteSpace(draft.Name) || draft.Name.Length > 200)
            return new Refusal("policy.name", "Give it a name of at most 200 characters.", "name");
        if (draft.MaxLifeDays is < 1 or > 1095)
            return new Refusal("policy.life", "An end lies 1 to 1095 days ahead.", "life");
        return draft.GraceDays is < 0 or > 90 ? new Refusal("policy.grace", "The grace after the end is 0 to 90 days.", "grace") : null;
    }

    private static LifecyclePolicy Of(PolicyDraft d, string reason, Actor by, DateTimeOffset now) => new()
    {
        Id = Ids.New(now),
        Name = StorableText.Clean(d.Name).Trim(),
        Kind = d.Kind,
        Environment = d.Environment,
        Autonomy = d.Autonomy,
        ForAiTool = d.ForAiTool,
        SourceId = d.SourceId,
        MaxLifeDays = d.MaxLifeDays,
        GraceDays = d.GraceDays,
        Specificity = new[] { d.Kind is not null, d.Environment is not null, d.Autonomy is not null, d.ForAiTool is not null, d.SourceId is not null }.Count(said => said),
        Reason = reason,
        SetBy = by.Name,
        SetAt = now,
    };
}
