using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>What a person sets for reviews on change.</summary>
public sealed record MicroInput
{
    /// <summary>The events that open a review.</summary>
    public IReadOnlyList<MicroEvent> On { get; init; } = Enum.GetValues<MicroEvent>();

    public int DurationDays { get; init; } = 7;

    public required Guid FallbackReviewerId { get; init; }
}

/// <summary>What is set, with the fallback reviewer's name.</summary>
public sealed record MicroSettings(MicroInput Input, string Fallback);

/// <summary>Switches reviews on change on and off, event by event. Off until somebody names who reviews what has no owner.</summary>
public sealed class MicroPolicyService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    public async Task<Outcome<Done>> SetAsync(MicroInput input, Actor by, CancellationToken ct)
    {
        if (CampaignService.MayManage(by) is { } refusal)
            return refusal;
        if (input.DurationDays is < 1 or > 90)
            return Refusals.MicroDuration();
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var person = await db.People.Where(p => p.Id == input.FallbackReviewerId).Select(p => new { p.Name, p.Status }).SingleOrDefaultAsync(ct);
            if (person is null)
                return Refusals.FallbackMissing();
            if (person.Status != PersonStatus.Active)
                return Refusals.FallbackNotActive(person.Name);
            var policy = await db.MicroPolicies.SingleOrDefaultAsync(ct);
            if (policy is null)
            {
                var definition = Definition(input, by, now);
                policy = new MicroPolicy { Id = MicroPolicy.TheId, FallbackReviewerId = input.FallbackReviewerId, DefinitionId = definition.Id };
                db.AddRange(definition, policy);
            }

            policy.FallbackReviewerId = input.FallbackReviewerId;
            policy.DurationDays = input.DurationDays;
            policy.PrivilegeGained = input.On.Contains(MicroEvent.PrivilegeGained);
            policy.OwnerChanged = input.On.Contains(MicroEvent.OwnerChanged);
            policy.SevereFinding = input.On.Contains(MicroEvent.SevereFinding);
            policy.AutonomyRaised = input.On.Contains(MicroEvent.AutonomyRaised);
            policy.DormantWoke = input.On.Contains(MicroEvent.DormantWoke);
            policy.Version = Ids.New(now);
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignChanged, Subjects.Definition, policy.DefinitionId, "Reviews on change", input), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>What is set; null while nobody has switched it on.</summary>
    public async Task<MicroSettings?> FindAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.MicroPolicies.AsNoTracking().SingleOrDefaultAsync(ct) is not { } policy)
            return null;
        var input = new MicroInput { On = Enum.GetValues<MicroEvent>().Where(policy.Has).ToList(), DurationDays = policy.DurationDays, FallbackReviewerId = policy.FallbackReviewerId };
        return new MicroSettings(input, await db.People.Where(p => p.Id == policy.FallbackReviewerId).Select(p => p.Name).SingleAsync(ct));
    }

    // What its campaigns are runs of. Archived from the start: nobody launches or edits it by hand.
    private static CampaignDefinition Definition(MicroInput input, Actor by, DateTimeOffset now) => new()
    {
        Id = Ids.New(now),
        Name = "Reviews on change",
        Description = "Opened by what happens to an identity, not by a schedule.",
        Scope = new IdentityFilter().ToJson(),
        FallbackReviewerId = input.FallbackReviewerId,
        Stages = CampaignJson.Write(StageSettings.Standard(input.DurationDays)),
        Review = CampaignJson.Write(new ReviewSettings()),
        Run = new RunSettings().ToJson(),
        DurationDays = input.DurationDays,
        CreatedAt = now,
        CreatedBy = by.Name,
        ArchivedAt = now,
        Version = Ids.New(now),
    };
}
