using Governance.Audit;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>
/// Opens a review when something happens to an identity that nobody should wait a quarter to look at. One small campaign for each kind of event and batch, so that
/// an import that touches a thousand opens one and not a thousand; an identity with an open item anywhere gets no second one.
/// </summary>
public sealed class MicroCertificationFollower(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock) : AuditFollower(contexts, clock)
{
    /// <summary>What is younger was just found: all of it is new, and a campaign looks at it.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(1);

    /// <summary>The rule that says "unused"; where it stops to hold since it was used, the identity woke.</summary>
    private const string UnusedRule = "F10";

    private static readonly Actor Job = Actor.Job("reviews on change");

    protected override string Name => "campaigns.on-change";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.ImportCompleted, AuditActions.OwnerAccepted, AuditActions.FindingsEvaluated, AuditActions.ToolAssigned];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.MicroPolicies.AsNoTracking().SingleOrDefaultAsync(ct) is not { } policy)
            return;
        // The first entry of the batch, and a little before: a finding's time is that of the pass, a moment earlier than its entry.
        var since = entries[0].At.AddMinutes(-5);
        foreach (var what in Enum.GetValues<MicroEvent>().Where(policy.Has))
        {
            if (Of(db, what, entries, since) is { } identities)
                await OpenAsync(db, policy, what, identities, now, ct);
        }
    }

    private static IQueryable<Identity>? Of(GovernanceDb db, MicroEvent what, IReadOnlyList<AuditEntry> entries, DateTimeOffset since)
    {
        List<Guid> Subjects(string action, string type) => entries.Where(e => e.Action == action && e.SubjectType == type).Select(e => Guid.TryParse(e.SubjectId, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).Distinct().ToList();
        bool Any(string action) => entries.Any(e => e.Action == action);
        switch (what)
        {
            case MicroEvent.PrivilegeGained when Any(AuditActions.ImportCompleted):
                return db.Identities.Where(i => db.IdentityChanges.Any(c => c.IdentityId == i.Id && c.At >= since
                    && ((c.Field == "privileged" && c.After == nameof(Reported.Yes))
                        || (c.Field == "grant" && c.After != null && db.Grants.Any(g => g.IdentityId == i.Id && g.MissingSince == null && g.FirstSeenAt >= since
                            && db.Entitlements.Any(e => e.Id == g.EntitlementId && e.Name == c.After && e.Privileged == Reported.Yes))))));
            case MicroEvent.OwnerChanged when Subjects(AuditActions.OwnerAccepted, Audit.Subjects.Identity) is { Count: > 0 } owned:
                return db.Identities.Where(i => owned.Contains(i.Id) && i.OwnerState == OwnerState.Accepted
                    && db.OwnerAssignments.Any(a => a.IdentityId == i.Id && a.Role == OwnerRole.Accountable && a.PersonId != i.OwnerId && (a.State == AssignmentState.Ended || a.State == AssignmentState.Orphaned) && a.AnsweredAt != null));
            case MicroEvent.SevereFinding when Any(AuditActions.FindingsEvaluated):
                return db.Identities.Where(i => db.Findings.Any(f => f.IdentityId == i.Id && f.State == FindingState.Open && (f.Severity == Severity.High || f.Severity == Severity.Critical) && f.FirstSeenAt >= since));
            case MicroEvent.AutonomyRaised when Subjects(AuditActions.ToolAssigned, Audit.Subjects.Identity) is { Count: > 0 } given:
                return db.Identities.Where(i => given.Contains(i.Id) && db.Tools.Any(t => t.Id == i.ToolId && t.Autonomy == Autonomy.Autonomous));
            case MicroEvent.DormantWoke when Any(AuditActions.FindingsEvaluated):
                return db.Identities.Where(i => i.Usage == UsageState.Used && db.Findings.Any(f => f.IdentityId == i.Id && f.RuleId == UnusedRule && f.State == FindingState.Fixed && f.FixedAt >= since && i.LastUsedAt > f.FirstSeenAt));
            default:
                return null;
        }
    }

    private async Task OpenAsync(GovernanceDb db, MicroPolicy policy, MicroEvent what, IQueryable<Identity> identities, DateTimeOffset now, CancellationToken ct)
    {
        var known = now - KnownFor;
        var fresh = identities.AsNoTracking().Where(i => i.MissingSince == null && i.FirstSeenAt < known && i.State != LifecycleState.Decommissioned && i.State != LifecycleState.Requested
            && !db.ReviewItems.Any(x => x.IdentityId == i.Id && x.Outcome == ItemOutcomeKind.Open && (x.Verdict == null || x.Trigger == what.ToString())));
        if (!await fresh.AnyAsync(ct))
            return;
        var definition = await db.CampaignDefinitions.AsNoTracking().SingleAsync(d => d.Id == policy.DefinitionId, ct);
        var campaign = new Campaign
        {
            Id = Ids.New(now),
            DefinitionId = definition.Id,
            Name = $"{Words.Of(what)}, {now.ToString("d MMMM yyyy", System.Globalization.CultureInfo.InvariantCulture)}",
            Scope = definition.Scope,
            NoAnswer = NoAnswerPolicy.NoChange,
            BlockSelfReview = true,
            DefinitionVersion = policy.Version,
            FallbackReviewerId = policy.FallbackReviewerId,
            StageSettings = CampaignJson.Write(StageSettings.Standard(policy.DurationDays)),
            Review = definition.Review,
            Run = definition.Run,
            State = CampaignState.Running,
            PreparedAt = now,
            LaunchedAt = now,
            LaunchedBy = Job.Name,
            DueAt = now.AddDays(policy.DurationDays),
            PopulationHash = string.Empty,
            Version = Ids.New(now),
        };
        db.Add(campaign);
        await db.SaveChangesAsync(ct);
        var targets = fresh.Select(i => new ScopeTarget { Identity = i, TargetId = SqlText.Unindexed(i.Id) });
        campaign.Population = campaign.InScope = await db.InsertSelectAsync(
            db.ReviewItems, LaunchPopulation.Rows(db, targets, policy.FallbackReviewerId, blockSelfReview: true, now),
            new { CampaignId = campaign.Id, StageNumber = 1, Target = ItemTarget.Identity, Trigger = what.ToString(), Outcome = ItemOutcomeKind.Open, campaign.Version }, now, ct);
        var stage = await StagePlan.MakeAsync(db, campaign, now, ct);
        stage.StartedAt = now;
        await LaunchPopulation.RecordFindingsAsync(db, campaign.Id, ct);
        campaign.PopulationHash = LaunchPopulation.Hash(await db.ReviewItems.Where(i => i.CampaignId == campaign.Id).Select(i => i.TargetId).ToListAsync(ct));
        await db.SaveChangesAsync(ct);
        await ReviewMessages.TellReviewersAsync(db, campaign, stage, now, ct);
        await audit.AppendAsync(db, Job, now, new AuditDraft(AuditActions.CampaignLaunched, Subjects.Campaign, campaign.Id, details: new { definitionId = definition.Id, campaign.Name, campaign.DueAt, campaign.Population, campaign.PopulationHash, trigger = what }), ct);
    }
}
