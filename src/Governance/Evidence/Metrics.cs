using System.Globalization;
using Governance.Audit;
using Governance.Campaigns;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>The metrics, each one query over its population. Terms in days are this product's defaults, printed with each figure.</summary>
internal static class Metrics
{
    private const int FreshDays = 7;
    private const int ConfirmDays = 180;
    private const int LeaverDays = 7;
    private const int ExpiryDays = 90;
    private const int TreatDays = 30;

    public static IReadOnlyList<Metric> All { get; } =
    [
        new("M01", "Sources read within 7 days", "All registered sources; met when the last import is at most 7 days before the as-of time.", M01),
        new("M02", "Import runs whose counts reconcile", "Completed runs started in the period; met when read = created + changed + unchanged + rejected. The source's own total is not reported to this system.", M02),
        new("M03", "AI-tool identities classified with autonomy and purpose", "Live identities that act for an AI tool at the as-of time; cannot tell where the tool's autonomy is unknown.", M03),
        new("M04", "Third-party tools with vendor, criticality and approval", "This system keeps no criticality of suppliers.", null),
        new("M06", "Active identities with an active, accepted owner", "Identities in state Active at the as-of time; met when an accepted owner is active in the directory.", M06),
        new("M07", "Ownership confirmed within 180 days", "Identities with an accepted owner; met when the owner accepted, or certified it, in the 180 days before the as-of time.", M07),
        new("M08", "Leavers' identities re-owned or disabled within 7 days", "Ownerships orphaned in the period; met when a new owner accepted or the identity was quarantined or decommissioned within 7 days.", M08),
        new("M09", "Credentials that end within 90 days", "Live credentials other than federated trusts at the as-of time; cannot tell where the source reports no expiry.", M09),
        new("M12", "AI-tool identities that share no credential", "Live identities that act for an AI tool; an exception where a live credential's fingerprint is also at another identity; cannot tell where no fingerprint is known.", M12),
        new("M15", "Review items decided by their due date", "Items of campaigns due in the period; met when a decision in force was made by the due date.", M15),
        new("M16", "Privileged identities certified in the period", "Identities seen before the end of the period and not gone before its start; cannot tell where the source does not report whether access is privileged.", M16),
        new("M17", "Revoke decisions observed done within 30 days", "Revoke decisions in force made in the period; met when the source was observed without the access within 30 days.", M17),
        new("M18", "Days from revoke decision to observed removal", "The population of M17; met when a removal was observed at all. Median, 90th percentile and maximum are in days.", M18),
        new("M23", "Decommissioned identities verified gone", "Transitions to Decommissioned in the period; met when a later full import no longer names the identity, or a deletion was observed.", M23),
        new("M24", "Unused identities disabled within 30 days", "Findings F10 and F11 first seen in the period; met when fixed, quarantined or decommissioned within 30 days.", M24),
        new("M25", "Embedded secrets revoked within 24 hours", "This system does not scan for embedded secrets.", null),
        new("M27", "Identities with usage telemetry newer than 24 hours", "This system receives no telemetry feed.", null),
        new("M29", "High and critical findings treated within 30 days", "Findings of severity High or Critical first seen in the period; met when fixed within 30 days or accepted until a later date.", M29),
        new("M31", "Parameter changes with a person and a reason", "Audit entries of the period that change brakes, campaigns or connectors; met when a reason is recorded. Separate approval is not recorded.", M31),
        new("M32", "Reviewers without signs of rubber-stamping", "This system does not yet time single review decisions.", null),
        new("M35", "Audit chain verified", "The whole audit chain, recomputed from its first entry; one population of one.", null),
    ];

    private static string Day(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "never";

    private static IQueryable<Identity> Live(GovernanceDb db) => db.Identities.AsNoTracking().Where(i => i.MissingSince == null && i.State != LifecycleState.Decommissioned);

    private static async Task<List<PopulationRow>> M01(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await db.Sources.AsNoTracking().Select(s => new { s.Id, s.Name, s.System, s.LastImportedAt }).ToListAsync(ct)).Select(s => new PopulationRow(
            s.Id.ToString(), s.Name, s.System.ToString(), s.LastImportedAt >= p.AsOf.AddDays(-FreshDays) ? Answer.Met : Answer.Exception, $"last imported {Day(s.LastImportedAt)}"))];

    private static async Task<List<PopulationRow>> M02(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from r in db.ImportRuns.AsNoTracking()
            where r.StartedAt >= p.From && r.StartedAt < p.To && r.State == ImportRunState.Completed
            join s in db.Sources on r.SourceId equals s.Id into sources
            from s in sources.DefaultIfEmpty()
            select new { Run = r, Source = s == null ? "people" : s.Name }).ToListAsync(ct)).Select(x => new PopulationRow(x.Run.Id.ToString(), x.Run.FileName, x.Source,
                x.Run.Read == x.Run.Created + x.Run.Changed + x.Run.Unchanged + x.Run.Rejected ? Answer.Met : Answer.Exception,
                string.Create(CultureInfo.InvariantCulture, $"read {x.Run.Read}, created {x.Run.Created}, changed {x.Run.Changed}, unchanged {x.Run.Unchanged}, rejected {x.Run.Rejected}")))];

    private static async Task<List<PopulationRow>> M03(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from i in Live(db)
            join t in db.Tools on i.ToolId equals t.Id
            join s in db.Sources on i.SourceId equals s.Id
            select new { i.Id, i.DisplayName, Source = s.Name, Tool = t.Name, t.Autonomy, i.Purpose }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), x.DisplayName, x.Source,
                x.Purpose == null ? Answer.Exception : x.Autonomy == Autonomy.Unknown ? Answer.CannotTell : Answer.Met, $"{x.Tool}, {x.Autonomy}, purpose {(x.Purpose == null ? "missing" : "recorded")}"))];

    private static async Task<List<PopulationRow>> M06(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from i in Live(db)
            where i.State == LifecycleState.Active
            join s in db.Sources on i.SourceId equals s.Id
            join o in db.People on i.OwnerId equals o.Id into owners
            from o in owners.DefaultIfEmpty()
            select new { i.Id, i.DisplayName, Source = s.Name, i.OwnerState, Owner = o == null ? null : o.Name, Status = o == null ? (PersonStatus?)null : o.Status }).ToListAsync(ct)).Select(x => new PopulationRow(
                x.Id.ToString(), x.DisplayName, x.Source, x is { OwnerState: OwnerState.Accepted, Status: PersonStatus.Active } ? Answer.Met : Answer.Exception, $"owner {x.Owner ?? "nobody"}, {x.OwnerState}"))];

    private static async Task<List<PopulationRow>> M07(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from i in Live(db)
            where i.OwnerState == OwnerState.Accepted
            join s in db.Sources on i.SourceId equals s.Id
            select new
            {
                i.Id, i.DisplayName, Source = s.Name, i.LastCertifiedAt,
                Accepted = db.OwnerAssignments.Where(a => a.IdentityId == i.Id && a.Role == OwnerRole.Accountable && a.State == AssignmentState.Accepted).Max(a => a.AnsweredAt),
            }).ToListAsync(ct)).Select(x => (x, Last: x.LastCertifiedAt > x.Accepted || x.Accepted is null ? x.LastCertifiedAt : x.Accepted)).Select(y => new PopulationRow(
                y.x.Id.ToString(), y.x.DisplayName, y.x.Source, y.Last is null ? Answer.CannotTell : y.Last >= p.AsOf.AddDays(-ConfirmDays) ? Answer.Met : Answer.Exception, $"last confirmed {Day(y.Last)}"))];

    private static async Task<List<PopulationRow>> M08(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from a in db.OwnerAssignments.AsNoTracking()
            where a.State == AssignmentState.Orphaned && a.EndedAt >= p.From && a.EndedAt < p.To
            join i in db.Identities on a.IdentityId equals i.Id
            join s in db.Sources on i.SourceId equals s.Id
            join o in db.People on a.PersonId equals o.Id
            select new
            {
                a.Id, i.DisplayName, Source = s.Name, Person = o.Name, a.EndedAt,
                Owned = db.OwnerAssignments.Where(n => n.IdentityId == i.Id && n.AnsweredAt >= a.EndedAt && (n.State == AssignmentState.Accepted || n.State == AssignmentState.Ended)).Min(n => n.AnsweredAt),
                Stopped = db.LifecycleTransitions.Where(t => t.IdentityId == i.Id && t.At >= a.EndedAt && (t.To == LifecycleState.Quarantined || t.To == LifecycleState.Decommissioned)).Min(t => (DateTimeOffset?)t.At),
            }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), x.DisplayName, x.Source,
                Within(x.EndedAt!.Value, x.Owned, LeaverDays) || Within(x.EndedAt!.Value, x.Stopped, LeaverDays) ? Answer.Met : p.AsOf < x.EndedAt.Value.AddDays(LeaverDays) ? Answer.CannotTell : Answer.Exception,
                $"{x.Person} left, noticed {Day(x.EndedAt)}; re-owned {Day(x.Owned)}, disabled {Day(x.Stopped)}"))];

    private static async Task<List<PopulationRow>> M09(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from c in db.Credentials.AsNoTracking()
            where c.MissingSince == null && c.Enabled != Common.Reported.No && c.Kind != CredentialKind.FederatedTrust
            join i in Live(db) on c.IdentityId equals i.Id
            join s in db.Sources on i.SourceId equals s.Id
            select new { c.Id, i.DisplayName, c.ExternalId, Source = s.Name, c.Kind, c.Expiry, c.ExpiresAt }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), $"{x.DisplayName} / {x.ExternalId}", x.Source,
                x.Expiry == ExpiryState.NotReported ? Answer.CannotTell : x.Expiry == ExpiryState.Known && x.ExpiresAt <= p.AsOf.AddDays(ExpiryDays) ? Answer.Met : Answer.Exception,
                $"{x.Kind}, ends {(x.ExpiresAt is null ? x.Expiry.ToString() : Day(x.ExpiresAt))}"))];

    private static async Task<List<PopulationRow>> M12(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from i in Live(db)
            where i.ToolId != null
            join s in db.Sources on i.SourceId equals s.Id
            select new
            {
                i.Id, i.DisplayName, Source = s.Name,
                Known = db.Credentials.Any(c => c.IdentityId == i.Id && c.MissingSince == null && c.Fingerprint != null),
                Shared = db.Credentials.Any(c => c.IdentityId == i.Id && c.MissingSince == null && c.Fingerprint != null
                    && db.Credentials.Any(o => o.Fingerprint == c.Fingerprint && o.IdentityId != i.Id && o.MissingSince == null)),
            }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), x.DisplayName, x.Source, x.Shared ? Answer.Exception : x.Known ? Answer.Met : Answer.CannotTell,
                x.Shared ? "a credential is also at another identity" : x.Known ? "no shared credential" : "no fingerprint known"))];

    private static async Task<List<PopulationRow>> M15(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from r in db.ReviewItems.AsNoTracking()
            join c in db.Campaigns on r.CampaignId equals c.Id
            where c.DueAt >= p.From && c.DueAt < p.To
            join i in db.Identities on r.IdentityId equals i.Id
            select new { r.Id, i.DisplayName, Campaign = c.Name, c.DueAt, r.DecidedAt, r.Verdict }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), x.DisplayName, x.Campaign,
                x.Verdict != null && x.DecidedAt <= x.DueAt ? Answer.Met : Answer.Exception, $"due {Day(x.DueAt)}; {(x.Verdict is null ? "no decision" : $"{x.Verdict} {Day(x.DecidedAt)}")}"))];

    private static async Task<List<PopulationRow>> M16(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from i in db.Identities.AsNoTracking()
            where i.Privileged != Common.Reported.No && i.FirstSeenAt < p.To && (i.MissingSince == null || i.MissingSince >= p.From) && (i.State != LifecycleState.Decommissioned || i.StateSince >= p.From)
            join s in db.Sources on i.SourceId equals s.Id
            select new
            {
                i.Id, i.DisplayName, Source = s.Name, i.Privileged,
                At = db.ReviewItems.Where(r => r.IdentityId == i.Id && r.Verdict == Verdict.Certify && r.DecidedAt >= p.From && r.DecidedAt < p.To).Max(r => r.DecidedAt),
            }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), x.DisplayName, x.Source,
                x.Privileged == Common.Reported.Unknown ? Answer.CannotTell : x.At is null ? Answer.Exception : Answer.Met,
                x.Privileged == Common.Reported.Unknown ? "the source does not report whether it is privileged" : $"certified {Day(x.At)}"))];

    private sealed record Revoked(Guid Id, string Name, string Source, DateTimeOffset At, DateTimeOffset? Seen);

    private static Task<List<Revoked>> RevokedAsync(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        (from d in db.Decisions.AsNoTracking()
            where d.Verdict == Verdict.Revoke && !d.Withdrawn && d.At >= p.From && d.At < p.To && db.ReviewItems.Any(r => r.DecisionId == d.Id)
            join i in db.Identities on d.IdentityId equals i.Id
            join s in db.Sources on i.SourceId equals s.Id
            select new Revoked(d.Id, i.DisplayName, s.Name, d.At,
                (from o in db.RevocationOrders
                    where o.DecisionId == d.Id
                    join t in db.RevocationSteps on o.Id equals t.OrderId
                    where t.State == StepState.Done && t.Verb != RevocationVerb.Restore
                    select t.ObservedAt).Min())).ToListAsync(ct);

    private static async Task<List<PopulationRow>> M17(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await RevokedAsync(db, p, ct)).Select(x => new PopulationRow(x.Id.ToString(), x.Name, x.Source,
            Within(x.At, x.Seen, TreatDays) ? Answer.Met : x.Seen is null && p.AsOf < x.At.AddDays(TreatDays) ? Answer.CannotTell : Answer.Exception, $"decided {Day(x.At)}, observed {Day(x.Seen)}"))];

    private static async Task<List<PopulationRow>> M18(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await RevokedAsync(db, p, ct)).Select(x => new PopulationRow(x.Id.ToString(), x.Name, x.Source, x.Seen is null ? Answer.Exception : Answer.Met,
            x.Seen is { } seen ? string.Create(CultureInfo.InvariantCulture, $"{(seen - x.At).TotalDays:0.0} days") : "not observed"))];

    private static async Task<List<PopulationRow>> M23(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from t in db.LifecycleTransitions.AsNoTracking()
            where t.To == LifecycleState.Decommissioned && t.At >= p.From && t.At < p.To
            join i in db.Identities on t.IdentityId equals i.Id
            join s in db.Sources on i.SourceId equals s.Id
            select new
            {
                t.Id, i.DisplayName, Source = s.Name, t.At, i.MissingSince,
                Deleted = db.RevocationSteps.Any(r => r.IdentityId == i.Id && r.Verb == RevocationVerb.Delete && r.State == StepState.Done && r.ObservedAt != null),
            }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), x.DisplayName, x.Source, x.Deleted || x.MissingSince != null ? Answer.Met : Answer.Exception,
                $"decommissioned {Day(x.At)}; {(x.Deleted ? "deletion observed" : $"missing since {Day(x.MissingSince)}")}"))];

    private static async Task<List<PopulationRow>> M24(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from f in db.Findings.AsNoTracking()
            where (f.RuleId == "F10" || f.RuleId == "F11") && f.FirstSeenAt >= p.From && f.FirstSeenAt < p.To
            join i in db.Identities on f.IdentityId equals i.Id
            join s in db.Sources on i.SourceId equals s.Id
            select new
            {
                f.Id, i.DisplayName, Source = s.Name, f.RuleId, f.FirstSeenAt, f.FixedAt,
                Stopped = db.LifecycleTransitions.Where(t => t.IdentityId == i.Id && t.At >= f.FirstSeenAt && (t.To == LifecycleState.Quarantined || t.To == LifecycleState.Decommissioned)).Min(t => (DateTimeOffset?)t.At),
            }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), x.DisplayName, x.Source,
                Within(x.FirstSeenAt, x.FixedAt, TreatDays) || Within(x.FirstSeenAt, x.Stopped, TreatDays) ? Answer.Met : p.AsOf < x.FirstSeenAt.AddDays(TreatDays) ? Answer.CannotTell : Answer.Exception,
                $"{x.RuleId} since {Day(x.FirstSeenAt)}, fixed {Day(x.FixedAt)}, disabled {Day(x.Stopped)}"))];

    private static async Task<List<PopulationRow>> M29(GovernanceDb db, MetricPeriod p, CancellationToken ct) =>
        [.. (await (from f in db.Findings.AsNoTracking()
            where (f.Severity == Severity.High || f.Severity == Severity.Critical) && f.FirstSeenAt >= p.From && f.FirstSeenAt < p.To
            join i in db.Identities on f.IdentityId equals i.Id
            join s in db.Sources on i.SourceId equals s.Id
            select new { f.Id, i.DisplayName, Source = s.Name, f.RuleId, f.State, f.FirstSeenAt, f.FixedAt, f.AcceptedUntil }).ToListAsync(ct)).Select(x => new PopulationRow(x.Id.ToString(), x.DisplayName, x.Source,
                Within(x.FirstSeenAt, x.FixedAt, TreatDays) || (x.State == FindingState.Accepted && x.AcceptedUntil > p.AsOf) ? Answer.Met
                    : x.FixedAt is null && p.AsOf < x.FirstSeenAt.AddDays(TreatDays) ? Answer.CannotTell : Answer.Exception,
                $"{x.RuleId} {x.State} since {Day(x.FirstSeenAt)}, fixed {Day(x.FixedAt)}"))];

    private static async Task<List<PopulationRow>> M31(GovernanceDb db, MetricPeriod p, CancellationToken ct)
    {
        string[] actions = [AuditActions.BrakesChanged, AuditActions.StopSwitched, AuditActions.CampaignChanged, AuditActions.ConnectorChanged, AuditActions.ExemptionGranted];
        return [.. (await db.AuditEntries.AsNoTracking().Where(e => actions.Contains(e.Action) && e.At >= p.From && e.At < p.To)
            .Select(e => new { e.Sequence, e.Action, e.ActorName, e.At, e.Reason }).ToListAsync(ct)).Select(e => new PopulationRow(
                e.Sequence.ToString("D10", CultureInfo.InvariantCulture), e.Action, e.ActorName, string.IsNullOrWhiteSpace(e.Reason) ? Answer.Exception : Answer.Met, $"{Day(e.At)}: {e.Reason ?? "no reason"}"))];
    }

    private static bool Within(DateTimeOffset start, DateTimeOffset? end, int days) => end is { } at && at <= start.AddDays(days);
}
