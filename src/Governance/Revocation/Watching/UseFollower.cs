using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// The scream test. After each import it looks at what was disabled or deleted: used since, enabled again, or made anew under another id. Each of these reopens
/// the question before anything more is taken away. Sources without a connector are watched in this way alone.
/// </summary>
public sealed class UseFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, AuditLog audit) : AuditFollower(contexts, clock)
{
    private const int MostPerImport = 500;

    protected override string Name => "revocation.use-seen";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.ImportCompleted];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        await UsedAsync(db, now, ct);
        await BackAsync(db, now, ct);
        await MadeAnewAsync(db, now, ct);
    }

    private async Task UsedAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var used = await (from o in db.RevocationOrders.AsNoTracking()
                          join i in db.Identities on o.IdentityId equals i.Id
                          join s in db.RevocationSteps on o.Id equals s.OrderId
                          where o.State == OrderState.Quarantined && o.On == TargetKind.Identity && s.Verb == RevocationVerb.Disable && s.State == StepState.Done && s.Generation == o.Generation
                              && i.LastUsedAt > (s.ObservedAt ?? i.StateSince) && (o.SignalAt == null || i.LastUsedAt > o.SignalAt)
                          select new { o.Id, o.IdentityId, i.LastUsedAt }).Take(MostPerImport).ToListAsync(ct);
        foreach (var u in used)
            await Signals.RaiseAsync(db, audit, u.Id, u.IdentityId, string.Create(CultureInfo.InvariantCulture, $"Its source says that it was used on {u.LastUsedAt:yyyy-MM-dd HH:mm} UTC, after it was disabled. Who still needs it?"), AuditActions.UseAfterQuarantine, now, ct);
    }

    private async Task BackAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        const string Enabled = "The last import says that it is enabled again. Somebody turned it on in its source.";
        const string There = "The last import names it again, although it was seen to be gone.";
        var back = await (from o in db.RevocationOrders.AsNoTracking()
                          join i in db.Identities on o.IdentityId equals i.Id
                          where o.On == TargetKind.Identity && o.Generation == 0
                              && ((o.State == OrderState.Quarantined && i.State == LifecycleState.Quarantined && i.Enabled == Reported.Yes && i.LastSeenAt > i.StateSince && (o.Signal == null || o.Signal != Enabled))
                                  || (o.State == OrderState.Completed && i.State == LifecycleState.Decommissioned && i.MissingSince == null && i.LastSeenAt > i.StateSince && (o.Signal == null || o.Signal != There)))
                          select new { o.Id, o.IdentityId, o.State }).Take(MostPerImport).ToListAsync(ct);
        foreach (var b in back)
            await Signals.RaiseAsync(db, audit, b.Id, b.IdentityId, b.State == OrderState.Completed ? There : Enabled, AuditActions.RevocationDrifted, now, ct);
    }

    // By name and kind in the same source: the id is another, since the one before was deleted.
    private async Task MadeAnewAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        var anew = await (from o in db.RevocationOrders.AsNoTracking()
                          join gone in db.Identities on o.IdentityId equals gone.Id
                          join i in db.Identities on new { gone.SourceId, gone.DisplayName, gone.Kind } equals new { i.SourceId, i.DisplayName, i.Kind }
                          where o.State == OrderState.Completed && o.On == TargetKind.Identity && i.Id != gone.Id && i.MissingSince == null && i.FirstSeenAt > o.EndedAt
                              && !db.IdentityLinks.Any(l => l.FromId == gone.Id && l.ToId == i.Id)
                          select new { o.Id, GoneId = gone.Id, NewId = i.Id, i.DisplayName, i.ExternalId, o.EndedAt }).Take(MostPerImport).ToListAsync(ct);
        foreach (var a in anew)
        {
            var words = string.Create(CultureInfo.InvariantCulture, $"{a.DisplayName} was made anew as {a.ExternalId}, after it was deleted on {a.EndedAt:yyyy-MM-dd}.");
            db.IdentityLinks.Add(new IdentityLink { Id = Ids.New(now), FromId = a.GoneId, ToId = a.NewId, Kind = LinkKind.SameAs, Rule = LinkRule.SameName, Evidence = words, State = LinkState.Candidate, FirstSeenAt = now });
            await db.SaveChangesAsync(ct);
            await Signals.RaiseAsync(db, audit, a.Id, a.NewId, words, AuditActions.RevocationDrifted, now, ct);
        }
    }
}
