using System.Security.Cryptography;
using System.Text;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>One drawn item, as whoever looks again sees it.</summary>
public sealed record SecondLookRow(Guid Id, Guid ItemId, Guid IdentityId, string Name, string? Reviewer, string? Justification, DateTimeOffset? DecidedAt, bool? Agrees, string? Note, string? LookedBy);

/// <summary>
/// A second look at a random share of what was certified. The draw happens after the last answer, by a seed that nobody could know before and that is
/// kept, so that an auditor can draw the same again.
/// </summary>
public sealed class SecondLookService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private const int Most = 500;

    /// <summary>Records what the second person found. Not by who gave the first answer, and a disagreement says why.</summary>
    public async Task<Outcome<Done>> AnswerAsync(Guid id, bool agrees, string? note, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.CampaignManager, Roles.SecurityEngineer, Roles.Administrator) is { } refusal)
            return refusal;
        if (!agrees && CampaignRules.IsTooShort(note))
            return Refusals.DisagreementNeedsNote();
        if (note?.Length > 2000)
            return Refusals.CommentTooLong(2000);
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var look = await db.SecondLooks.SingleOrDefaultAsync(s => s.Id == id, ct);
            if (look is null || by.PersonId is not { } person)
                return Refusals.ItemGone();
            if (await db.ReviewTasks.AnyAsync(t => t.ItemId == look.ItemId && t.ReviewerId == person && t.Verdict != null, ct))
                return Refusals.SecondLookOwn();
            (look.Agrees, look.Note, look.LookedById, look.LookedAt) = (agrees, string.IsNullOrWhiteSpace(note) ? null : StorableText.Clean(note.Trim()), person, now);
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ReviewSecondLook, Subjects.ReviewItem, look.ItemId, look.Note, new { look.CampaignId, agrees }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>What was drawn, those that nobody looked at first.</summary>
    public async Task<IReadOnlyList<SecondLookRow>> ListAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from look in db.SecondLooks.AsNoTracking()
            where look.CampaignId == campaignId
            join item in db.ReviewItems on look.ItemId equals item.Id
            join identity in db.Identities on item.IdentityId equals identity.Id
            join d in db.Decisions on item.DecisionId equals d.Id into decisions
            from decision in decisions.DefaultIfEmpty()
            orderby look.Agrees != null, identity.Risk descending, identity.DisplayName
            select new SecondLookRow(
                look.Id, item.Id, identity.Id, identity.DisplayName, db.People.Where(p => p.Id == decision.ReviewerId).Select(p => p.Name).FirstOrDefault(), decision.Justification, item.DecidedAt,
                look.Agrees, look.Note, db.People.Where(p => p.Id == look.LookedById).Select(p => p.Name).FirstOrDefault())).Take(Most).ToListAsync(ct);
    }

    /// <summary>In the transaction of the close: draws from what reviewers certified. Ids only are read.</summary>
    internal static async Task<int> DrawAsync(GovernanceDb db, Campaign campaign, DateTimeOffset now, CancellationToken ct)
    {
        var percent = CampaignJson.Settings(campaign.Review).SamplePercent;
        if (percent == 0)
            return 0;
        var certified = await db.ReviewItems.Where(i => i.CampaignId == campaign.Id && i.Outcome == ItemOutcomeKind.Certified && i.DecisionId != null).Select(i => i.Id).ToListAsync(ct);
        var seed = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var drawn = Draw(certified, percent, seed);
        await db.InsertManyAsync(drawn.Select(id => new SecondLook { Id = Ids.New(now), CampaignId = campaign.Id, ItemId = id, Seed = seed, DrawnAt = now }).ToList(), ct);
        return drawn.Count;
    }

    /// <summary>The share, rounded up, of the items with the smallest SHA-256 over seed and id. Pure.</summary>
    public static IReadOnlyList<Guid> Draw(IReadOnlyCollection<Guid> items, int percent, string seed) => items
        .OrderBy(id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed + id.ToString("D")))), StringComparer.Ordinal)
        .Take((int)Math.Ceiling(items.Count * percent / 100.0)).ToList();
}
