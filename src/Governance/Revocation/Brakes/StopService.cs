using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// B1: anyone who works revocations pulls the switch, for one source or for all; two administrators release it. Once a pull returns, no new send starts on any
/// node: intents are written under the same row's lock (I-25).
/// </summary>
public sealed class StopService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>Stops one source, or all of them when it is null.</summary>
    public Task<Outcome<Done>> StopAsync(Guid? sourceId, string reason, Actor by, CancellationToken ct) => OnSwitchAsync(sourceId, reason, "Say why it stops: whoever releases it has to know.", by, [Roles.Administrator, Roles.SecurityEngineer], (s, now) =>
    {
        if (s.Stopped)
            return new Refusal("brakes.stopped", $"{s.By} has stopped it already.");
        (s.Stopped, s.By, s.At, s.Reason) = (true, by.Name, now, StorableText.Clean(reason));
        return "stopped";
    }, ct);

    /// <summary>The first administrator asks for the release, another confirms it within a day; then what was due goes on.</summary>
    public Task<Outcome<Done>> ReleaseAsync(Guid? sourceId, string reason, Actor by, CancellationToken ct) => OnSwitchAsync(sourceId, reason, "Say why it is safe to go on.", by, [Roles.Administrator], (s, now) =>
    {
        if (!s.Stopped)
            return new Refusal("brakes.not-stopped", "It is not stopped.");
        if (s.AskedAt is not { } asked || now - asked > SecondPerson.ApprovalLife)
        {
            (s.AskedBy, s.AskedById, s.AskedAt) = (by.Name, by.Id, now);
            return "release asked";
        }

        if (SecondPerson.Same(s.AskedById, s.AskedBy!, by))
            return new Refusal("brakes.same-person", $"{StopSwitch.Id}: you asked for the release, so another administrator has to confirm it.");
        (s.Stopped, s.By, s.At, s.Reason) = (false, null, null, null);
        return "released";
    }, ct);

    /// <summary>Stops everything on the console's own account, in the caller's transaction: its data came from a backup, and the world has moved on (I-04).</summary>
    internal async Task StopAfterRestoreAsync(GovernanceDb db, string reason, DateTimeOffset now, CancellationToken ct)
    {
        var job = Actor.Job("restore-guard");
        await db.BrakeSettings.Where(b => b.Id == BrakeSettings.TheId && !b.Stopped).ExecuteUpdateAsync(
            u => u.SetProperty(b => b.Stopped, true).SetProperty(b => b.StoppedBy, job.Name).SetProperty(b => b.StoppedAt, now).SetProperty(b => b.StopReason, reason)
                .SetProperty(b => b.ReleaseAskedAt, (DateTimeOffset?)null), ct);
        await audit.AppendAsync(db, job, now, new AuditDraft(AuditActions.StopSwitched, Subjects.Brakes, "all", reason, new { state = "stopped" }), ct);
    }

    private sealed class Switch
    {
        public bool Stopped { get; set; }

        public string? By { get; set; }

        public DateTimeOffset? At { get; set; }

        public string? Reason { get; set; }

        public string? AskedBy { get; set; }

        public string? AskedById { get; set; }

        public DateTimeOffset? AskedAt { get; set; }
    }

    private async Task<Outcome<Done>> OnSwitchAsync(Guid? sourceId, string reason, string ask, Actor by, string[] roles, Func<Switch, DateTimeOffset, Outcome<string>> change, CancellationToken ct)
    {
        if (Roles.Require(by, roles) is { } refusal)
            return refusal;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("brakes.reason", ask, "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            await SourceBrakes.EnsureAsync(db, now, ct);
            var settings = await db.BrakeSettings.SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
            var source = sourceId is null ? null : await db.SourceBrakes.SingleOrDefaultAsync(b => b.SourceId == sourceId, ct);
            if (sourceId is not null && source is null)
                return new Refusal("source.not-found", "This source is not there any more.");
            var it = source is null
                ? new Switch { Stopped = settings.Stopped, By = settings.StoppedBy, At = settings.StoppedAt, Reason = settings.StopReason, AskedBy = settings.ReleaseAskedBy, AskedById = settings.ReleaseAskedById, AskedAt = settings.ReleaseAskedAt }
                : new Switch { Stopped = source.Stopped, By = source.StoppedBy, At = source.StoppedAt, Reason = source.StopReason, AskedBy = source.ReleaseAskedBy, AskedById = source.ReleaseAskedById, AskedAt = source.ReleaseAskedAt };
            var state = change(it, now);
            if (state.IsRefused)
                return state.Refusal;
            if (state.Value != "release asked")
                (it.AskedBy, it.AskedById, it.AskedAt) = (null, null, null);
            if (source is null)
            {
                (settings.Stopped, settings.StoppedBy, settings.StoppedAt, settings.StopReason) = (it.Stopped, it.By, it.At, it.Reason);
                (settings.ReleaseAskedBy, settings.ReleaseAskedById, settings.ReleaseAskedAt, settings.Version) = (it.AskedBy, it.AskedById, it.AskedAt, Ids.New(now));
            }
            else
            {
                (source.Stopped, source.StoppedBy, source.StoppedAt, source.StopReason) = (it.Stopped, it.By, it.At, it.Reason);
                (source.ReleaseAskedBy, source.ReleaseAskedById, source.ReleaseAskedAt) = (it.AskedBy, it.AskedById, it.AskedAt);
            }

            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.StopSwitched, Subjects.Brakes, sourceId?.ToString("D") ?? "all", reason, new { state = state.Value }), ct);
            return Done.Value;
        }, ct);
    }
}
