using Governance.Audit;
using Governance.Common;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What is to be taken away: an identity whole, or one credential or one grant of it.</summary>
public sealed record RevocationTarget(Guid IdentityId, Guid? CredentialId = null, Guid? GrantId = null)
{
    public TargetKind On => CredentialId is not null ? TargetKind.Credential : GrantId is not null ? TargetKind.Grant : TargetKind.Identity;

    /// <summary>One open order for each; empty for the whole identity.</summary>
    public string Key => CredentialId is { } c ? $"c:{c:D}" : GrantId is { } g ? $"g:{g:D}" : string.Empty;
}

/// <content>A person's own order.</content>
public sealed partial class RevocationService
{
    /// <summary>Orders one identity's revocation. It goes at once, within the limits (B4).</summary>
    public Task<Outcome<Guid>> OrderAsync(Guid identityId, string reason, Actor by, CancellationToken ct) => OrderAsync(new RevocationTarget(identityId), reason, by, ct);

    /// <summary>Orders the revocation of an identity, or of one credential or one grant of it. It goes at once, within the limits (B4).</summary>
    public async Task<Outcome<Guid>> OrderAsync(RevocationTarget target, string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Engineers) is { } refusal)
            return refusal;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("revocation.reason", "Say why: the reason goes to the owner and into the evidence.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        var outcome = await db.InTransactionAsync<Guid>(async () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            if (await RefuseAsync(db, target, now, ct) is { } no)
                return no;
            var text = SqlText.Cut(StorableText.Clean(reason.Trim()), 2000);
            var (on, key, name) = (target.On, target.Key, await NameAsync(db, target, ct));
            var rows = db.Identities.Where(i => i.Id == target.IdentityId).Select(i => new { IdentityId = i.Id, i.SourceId });
            await db.InsertSelectAsync(db.RevocationOrders, rows, new
            {
                Reason = text,
                Cause = RevocationCause.Manual,
                On = on,
                target.CredentialId,
                target.GrantId,
                TargetKey = key,
                TargetName = name,
                OrderedAt = now,
                OrderedBy = by.Name,
                OrderedById = by.Id,
                State = OrderState.Held,
                Remediation = RemediationState.Open,
                HeldBy = RevocationOrders.Unjudged.ToString(),
                Undoable = true,
                Generation = 0,
                Version = Ids.New(now),
            }, now, ct);
            await BrakeJudge.JudgeAsync(db, now, ct);
            var id = await db.RevocationOrders.Where(o => o.IdentityId == target.IdentityId && o.TargetKey == key && o.EndedAt == null).Select(o => o.Id).SingleAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.RevocationOrdered, Subjects.Order, id, reason, new { target.IdentityId, cause = RevocationCause.Manual, on, target = name }), ct);
            return id;
        }, ct);
        if (outcome.IsRefused)
            await CountAsync(outcome.Refusal, target.IdentityId, ct);
        return outcome;
    }

    private async Task<Refusal?> RefuseAsync(GovernanceDb db, RevocationTarget target, DateTimeOffset now, CancellationToken ct)
    {
        var key = target.Key;
        var identity = await db.Identities.AsNoTracking().Where(i => i.Id == target.IdentityId).Select(i => new
        {
            i.DisplayName,
            i.State,
            i.Kind,
            Connector = db.ConnectorBindings.Where(b => b.SourceId == i.SourceId && b.Enabled).Select(b => b.Kind).FirstOrDefault(),
            Allowed = db.Identities.Where(NeverTouch.Allows).Any(x => x.Id == i.Id),
            Listed = NeverTouch.Listed(db).Any(x => x.Id == i.Id),
            Exempt = db.Exemptions.Any(e => e.IdentityId == i.Id && e.EndedAt == null && e.Until > now),
            Open = db.RevocationOrders.Any(o => o.IdentityId == i.Id && o.EndedAt == null && o.TargetKey == key),
        }).SingleOrDefaultAsync(ct);
        if (identity is null)
            return new Refusal("identity.not-found", "This identity is not in the inventory.");
        if (target.CredentialId is not null && target.GrantId is not null)
            return new Refusal("revocation.target", "An order is about one credential or about one grant, not about both.");
        if (target.CredentialId is { } c && !await db.Credentials.AnyAsync(x => x.Id == c && x.IdentityId == target.IdentityId && x.MissingSince == null, ct))
            return new Refusal("credential.not-found", "This identity has no such credential any more.");
        if (target.GrantId is { } g && !await db.Grants.AnyAsync(x => x.Id == g && x.IdentityId == target.IdentityId && x.MissingSince == null, ct))
            return new Refusal("grant.not-found", "This identity holds no such permission any more.");
        if (target.GrantId is { } inherited && await db.Grants.AnyAsync(x => x.Id == inherited && x.InheritedFromId != null, ct))
            return new Refusal("grant.inherited", "It inherits this permission from another identity. Take it away there.");
        if (identity.State == LifecycleState.Decommissioned || (target.On == TargetKind.Identity && identity.State is not (LifecycleState.Discovered or LifecycleState.Active)))
            return new Refusal("revocation.state", $"It is {identity.State}; only what is Discovered or Active can be revoked.");
        if (!identity.Allowed)
            return new Refusal("revocation.never-touch", NeverTouch.Held(identity.DisplayName).ToString());
        if (identity.Listed)
            return new Refusal("revocation.never-touch", NeverTouch.HeldByList(identity.DisplayName).ToString());
        if (identity.Exempt)
            return new Refusal("revocation.exempt", "It is exempt. End the exemption under Brakes first.");
        return identity.Open ? new Refusal("revocation.open", "It has an open order already.") : FirstVerbs.Refuse(identity.Connector is { } name ? connectors.Find(name) : null, target.On, identity.Kind);
    }

    private static async Task<string?> NameAsync(GovernanceDb db, RevocationTarget target, CancellationToken ct)
    {
        if (target.CredentialId is { } c)
            return await db.Credentials.Where(x => x.Id == c).Select(x => x.DisplayName ?? x.ExternalId).SingleAsync(ct);
        return target.GrantId is { } g
            ? await (from x in db.Grants join e in db.Entitlements on x.EntitlementId equals e.Id where x.Id == g select e.Resource == null ? e.Name : e.Name + " on " + e.Resource).SingleAsync(ct)
            : null;
    }

    // A refusal rolls back, and B6 is counted all the same.
    private async Task CountAsync(Refusal refusal, Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            await CountAsync(db, [new ItemOutcome(id, refusal)], clock.Now(), ct);
            return Done.Value;
        }, ct);
    }
}
