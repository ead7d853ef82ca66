using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>How long an identity may be extended now, and by whom.</summary>
/// <param name="Terms">The policy that holds for it.</param>
/// <param name="Latest">The last moment that its owner may choose.</param>
/// <param name="MayExtend">Whether the asker may.</param>
/// <param name="MayExceed">Whether they may go beyond the policy.</param>
public sealed record ExtensionTerms(LifecycleTerms Terms, DateTimeOffset Latest, bool MayExtend, bool MayExceed);

/// <summary>
/// An end is moved: by the accepted owner within the policy, beyond it by an administrator. An order that was made because of the end, and of which nothing was sent, is
/// withdrawn with it. From then on no import changes the end.
/// </summary>
public sealed class ExtensionService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>What the asker may do; null where the identity is not there.</summary>
    public async Task<ExtensionTerms?> TermsAsync(Guid identityId, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Identities.AsNoTracking().SingleOrDefaultAsync(i => i.Id == identityId, ct) is { } identity ? await TermsAsync(db, identity, by, clock.Now(), ct) : null;
    }

    public async Task<Outcome<Done>> ExtendAsync(Guid identityId, DateTimeOffset until, string reason, Actor by, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("extension.reason", "Say what it is still needed for.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            var end = until.ToUniversalTime();
            await RevocationOrders.LockAsync(db, ct);
            if (await db.Identities.AsNoTracking().SingleOrDefaultAsync(i => i.Id == identityId, ct) is not { } identity)
                return new Refusal("identity.not-found", "This identity is not in the inventory.");
            var terms = await TermsAsync(db, identity, by, now, ct);
            if (Refuse(identity, terms, end, now) is { } refusal)
                return refusal;
            await db.Identities.Where(i => i.Id == identityId).ExecuteUpdateAsync(u => u.SetProperty(i => i.ExpiresAt, end).SetProperty(i => i.EndDecidedBy, by.Name), ct);
            var orders = db.RevocationOrders.Where(o => o.IdentityId == identityId && o.Cause == RevocationCause.Expired && (o.State == OrderState.Held || o.State == OrderState.Noticed || o.State == OrderState.Due)
                && !db.RevocationSteps.Any(s => s.OrderId == o.Id && (s.Attempts > 0 || s.State == StepState.Claimed || s.State == StepState.Intent || s.State == StepState.Done)));
            var withdrawn = await orders.Select(o => o.Id).ToListAsync(ct);
            await RevocationService.EndUnsentAsync(db, withdrawn, now, ct);
            var entries = withdrawn.ConvertAll(o => new AuditDraft(AuditActions.RevocationWithdrawn, Subjects.Order, o, "Its end was moved.", new { identityId }));
            entries.Insert(0, new AuditDraft(AuditActions.IdentityExtended, Subjects.Identity, identityId, reason, new { from = identity.ExpiresAt, until = end, policy = terms.Terms.Policy, beyond = end > terms.Latest }));
            await audit.AppendAsync(db, by, now, entries, ct);
            return Done.Value;
        }, ct);
    }

    private static Refusal? Refuse(Identity identity, ExtensionTerms terms, DateTimeOffset end, DateTimeOffset now)
    {
        if (!terms.MayExtend)
            return new Refusal("not.allowed", "Its accepted owner extends it, or an administrator.");
        if (identity.State is not (LifecycleState.Discovered or LifecycleState.Active))
            return new Refusal("extension.state", $"It is {identity.State}: there is nothing to extend.");
        if (end <= now)
            return new Refusal("extension.past", "Choose a day that is yet to come.", "until");
        if (end <= terms.Latest || terms.MayExceed)
            return null;
        var policy = terms.Terms.Policy is { } name ? $"The policy {name}" : "The console";
        return new Refusal("extension.beyond", string.Create(CultureInfo.InvariantCulture, $"{policy} allows {terms.Terms.MaxLifeDays} days from today, until {terms.Latest.AddTicks(-1):yyyy-MM-dd}. An administrator can go beyond."), "until");
    }

    // Whole days: what ends with the last day that the policy allows is within it.
    private static async Task<ExtensionTerms> TermsAsync(GovernanceDb db, Identity identity, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        var autonomy = identity.ToolId is { } tool ? await db.Tools.Where(t => t.Id == tool).Select(t => (Autonomy?)t.Autonomy).SingleOrDefaultAsync(ct) : null;
        var terms = PolicyRules.Terms(await PolicyRules.InForceAsync(db, ct), new PolicyFacts(identity.SourceId, identity.Kind, identity.Environment, autonomy, identity.ToolId is not null));
        var administrator = by.Holds(Roles.Administrator);
        var owner = by.PersonId is { } me && me == identity.OwnerId && identity.OwnerState == OwnerState.Accepted;
        return new ExtensionTerms(terms, new DateTimeOffset(now.UtcDateTime.Date.AddDays(terms.MaxLifeDays + 1), TimeSpan.Zero), administrator || owner, administrator);
    }
}
