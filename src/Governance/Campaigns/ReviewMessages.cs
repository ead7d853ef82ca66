using System.Globalization;
using Governance.Common;
using Governance.Notifications;
using Governance.Persistence;

namespace Governance.Campaigns;

/// <summary>Tells reviewers that something waits for them. A message is a row in the same transaction: whoever was asked was told.</summary>
internal static class ReviewMessages
{
    private const string Kind = "review.waiting";

    /// <summary>One message for each reviewer of the stage.</summary>
    public static async Task TellReviewersAsync(GovernanceDb db, Campaign campaign, Stage stage, DateTimeOffset now, CancellationToken ct)
    {
        var prefix = $"review:{campaign.Id:N}:{(stage.Number == 1 ? string.Empty : stage.Number.ToString(CultureInfo.InvariantCulture) + ":")}";
        var reviewers = db.ReviewTasks.Where(t => t.CampaignId == campaign.Id && t.StageNumber == stage.Number && t.State == TaskState.Asked)
            .Select(t => t.ReviewerId).Distinct()
            .Select(r => new { PersonId = r, Key = prefix + r.ToString() });
        await db.InsertSelectAsync(
            db.Messages,
            reviewers,
            new
            {
                Kind,
                Title = stage.Number == 1 ? $"{campaign.Name} waits for you" : $"{campaign.Name}: a second look waits for you",
                Body = stage.Number == 1
                    ? string.Create(CultureInfo.InvariantCulture, $"Please look at what you answer for and say what may stay. Due on {stage.DueAt:d MMMM yyyy}.")
                    : string.Create(CultureInfo.InvariantCulture, $"Its first reviewers have answered; some of it needs another pair of eyes. Due on {stage.DueAt:d MMMM yyyy}."),
                Link = $"/reviews/{campaign.Id:D}",
                CreatedAt = now,
                DueAt = (DateTimeOffset?)stage.DueAt,
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
            Link = $"/reviews/{item.CampaignId:D}?item={item.ItemId:D}",
            CreatedAt = now,
            DeliveredAt = now,
            Key = "handed-on:" + id.ToString("N"),
        });
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
