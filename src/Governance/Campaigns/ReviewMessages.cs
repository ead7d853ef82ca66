using System.Globalization;
using Governance.Common;
using Governance.Notifications;
using Governance.Persistence;

namespace Governance.Campaigns;

/// <summary>Tells reviewers that something waits for them. A message is a row in the same transaction: whoever was asked was told.</summary>
internal static class ReviewMessages
{
    private const string Kind = "review.waiting";

    /// <summary>One message for each reviewer of the campaign.</summary>
    public static async Task TellReviewersAsync(GovernanceDb db, Campaign campaign, DateTimeOffset now, CancellationToken ct)
    {
        var prefix = "review:" + campaign.Id.ToString("N") + ":";
        var reviewers = db.ReviewItems.Where(i => i.CampaignId == campaign.Id && i.ReviewerId != null)
            .Select(i => i.ReviewerId).Distinct()
            .Select(r => new { PersonId = r, Key = prefix + r.ToString() });
        await db.InsertSelectAsync(
            db.Messages,
            reviewers,
            new
            {
                Kind,
                Title = $"{campaign.Name} waits for you",
                Body = string.Create(CultureInfo.InvariantCulture, $"Please look at what you answer for and say what may stay. Due on {campaign.DueAt:d MMMM yyyy}."),
                Link = $"/reviews/{campaign.Id:D}",
                CreatedAt = now,
                DeliveredAt = now,
            },
            now,
            ct);
    }

    /// <summary>Tells the new reviewer of an item that was handed on.</summary>
    public static void TellHandedOn(GovernanceDb db, ReviewItemState item, Guid toPersonId, string fromName, string note, DateTimeOffset now)
    {
        var id = Ids.New(now);
        db.Messages.Add(new Message
        {
            Id = id,
            PersonId = toPersonId,
            Kind = Kind,
            Title = $"{fromName} asks you to review {Cut(item.IdentityName, 200)}",
            Body = Cut(note, 4000),
            Link = $"/reviews/{item.CampaignId:D}",
            CreatedAt = now,
            DeliveredAt = now,
            Key = "handed-on:" + id.ToString("N"),
        });
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
