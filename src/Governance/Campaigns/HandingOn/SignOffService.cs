using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>A reviewer's word that they are done with a stage, and with what counts. Taken back by a later row.</summary>
public sealed class ReviewSignOff
{
    public required Guid Id { get; init; }

    public required Guid CampaignId { get; init; }

    public required int StageNumber { get; init; }

    public required Guid PersonId { get; init; }

    public required DateTimeOffset At { get; init; }

    public int Certified { get; init; }

    public int Reduced { get; init; }

    public int Revoked { get; init; }

    public int DontKnow { get; init; }

    /// <summary>When the reviewer opened it again; null while it stands.</summary>
    public DateTimeOffset? TakenBackAt { get; set; }
}

internal sealed class ReviewSignOffConfiguration : IEntityTypeConfiguration<ReviewSignOff>
{
    public void Configure(EntityTypeBuilder<ReviewSignOff> builder)
    {
        builder.ToTable("ReviewSignOffs");
        builder.HasOne<Campaign>().WithMany().HasForeignKey(s => s.CampaignId);
        builder.HasOne<Person>().WithMany().HasForeignKey(s => s.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => new { s.CampaignId, s.PersonId, s.StageNumber });
    }
}

/// <summary>Explicit sign-off, where the campaign asks for it: answers are fixed with it until it is taken back.</summary>
public sealed class SignOffService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>Signs off the running stage. Refused while an answer is owed. Twice is once.</summary>
    public async Task<Outcome<Done>> SignAsync(Guid campaignId, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
            var now = clock.Now();
            if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct) is not { } campaign || by.PersonId is not { } person)
                return Refusals.CampaignGone();
            if (campaign.State != CampaignState.Running)
                return Refusals.CampaignClosed(campaign.Name, campaign.ClosedAt);
            var mine = await db.ReviewTasks.Where(t => t.CampaignId == campaignId && t.StageNumber == campaign.StageNumber && t.ReviewerId == person && t.State == TaskState.Asked)
                .GroupBy(t => t.Verdict).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
            if (mine.Count == 0)
                return Refusals.NothingToSign();
            if (mine.Find(m => m.Key is null) is { } open)
                return Refusals.StillOwed(open.Count);
            if (await StandingAsync(db, campaignId, campaign.StageNumber, person).AnyAsync(ct))
                return Done.Value;
            var signed = new ReviewSignOff
            {
                Id = Ids.New(now),
                CampaignId = campaignId,
                StageNumber = campaign.StageNumber,
                PersonId = person,
                At = now,
                Certified = Of(Verdict.Certify),
                Reduced = Of(Verdict.Reduce),
                Revoked = Of(Verdict.Revoke),
                DontKnow = Of(Verdict.DontKnow),
            };
            db.ReviewSignOffs.Add(signed);
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ReviewSignedOff, Subjects.Campaign, campaignId, campaign.Name, new { signed.StageNumber, signed.Certified, signed.Reduced, signed.Revoked, signed.DontKnow }), ct);
            return Done.Value;

            int Of(Verdict verdict) => mine.Find(m => m.Key == verdict)?.Count ?? 0;
        }, ct);
    }

    /// <summary>Takes the sign-off back, so that answers can be changed while the stage runs. Idempotent.</summary>
    public async Task<Outcome<Done>> TakeBackAsync(Guid campaignId, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            await CampaignLock.TakeCampaignAsync(db, campaignId, ct);
            var now = clock.Now();
            if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct) is not { } campaign || by.PersonId is not { } person)
                return Refusals.CampaignGone();
            if (campaign.State != CampaignState.Running)
                return Refusals.CampaignClosed(campaign.Name, campaign.ClosedAt);
            var taken = await StandingAsync(db, campaignId, campaign.StageNumber, person).ExecuteUpdateAsync(s => s.SetProperty(x => x.TakenBackAt, now), ct);
            if (taken > 0)
                await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ReviewSignOffTakenBack, Subjects.Campaign, campaignId, campaign.Name, new { campaign.StageNumber }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>The sign-off in force.</summary>
    internal static IQueryable<ReviewSignOff> StandingAsync(GovernanceDb db, Guid campaignId, int stage, Guid personId) =>
        db.ReviewSignOffs.Where(s => s.CampaignId == campaignId && s.StageNumber == stage && s.PersonId == personId && s.TakenBackAt == null);
}
