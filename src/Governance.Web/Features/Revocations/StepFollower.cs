using Governance.Audit;
using Governance.Persistence;
using Hangfire;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Features.Revocations;

/// <summary>
/// Lets the steps run as soon as something lets an order go, instead of at the next full minute: who approves sees the outcome while they look.
/// Only a hint; a hint that is lost is made up for by the job that comes round.
/// </summary>
public sealed class StepFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, IRecurringJobManagerV2 jobs) : AuditFollower(contexts, clock)
{
    protected override string Name => "revocation.steps";

    protected override IReadOnlyCollection<string> Actions { get; } =
    [
        AuditActions.RevocationOrdered, AuditActions.RevocationApproved, AuditActions.RevocationUndone, AuditActions.CampaignApplied, AuditActions.SweepRun,
        AuditActions.StopSwitched, AuditActions.ExemptionEnded, AuditActions.ConnectorChanged,
    ];

    protected override Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        jobs.TriggerJob(RevocationPages.StepsJob);
        return Task.CompletedTask;
    }
}
