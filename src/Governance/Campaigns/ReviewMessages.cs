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

    /// <summary>Tells those who were asked at this moment in a campaign that runs already.</summary>
    public static Task<int> TellNewlyAskedAsync(GovernanceDb db, Campaign campaign, DateTimeOffset now, CancellationToken ct) => TellAsync(
        db,
        db.ReviewTasks.Where(t => t.CampaignId == campaign.Id && t.AskedAt == now && t.State == TaskState.Asked).Select(t => t.ReviewerId),
        $"review-new:{campaign.Id:N}:{now.UtcTicks}:",
        $"{campaign.Name}: items of a reviewer who left wait for you",
        "Somebody who was to review them has left. Please look at them in their place.",
        $"/reviews/{campaign.Id:D}",
        now,
        ct);

    /// <summary>Tells the stand-ins of people who are away since this moment.</summary>
    public static Task<int> TellStandInsAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct) => TellAsync(
        db,
        db.ReviewTasks.Where(t => t.StandInId != null && t.AskedAt == now && t.State == TaskState.Asked).Select(t => t.ReviewerId),
        $"stand-in:{now.UtcTicks}:",
        "You stand in for somebody who is away",
        "What waits for them waits for you until they are back. Hand on what you can't judge.",
        "/reviews",
        now,
        ct);

    /// <summary>Tells somebody of a remark on an item.</summary>
    public static void TellComment(GovernanceDb db, ReviewComment comment, string identity, string from, Guid to, bool asked, bool reviewer)
    {
        var id = Ids.New(comment.At);
        db.Messages.Add(new Message
        {
            Id = id,
            PersonId = to,
            Kind = asked ? "review.asked" : "review.comment",
            Title = asked ? $"{from} asks you about {Cut(identity, 200)}" : $"{from} wrote about {Cut(identity, 200)}",
            Body = Cut(comment.Text, 4000),
            Link = reviewer ? $"/reviews/{comment.CampaignId:D}?item={comment.ItemId:D}" : $"/reviews/item/{comment.ItemId:D}",
            CreatedAt = comment.At,
            DeliveredAt = comment.At,
            Key = $"comment:{comment.Id:N}:{to:N}",
        });
    }

    private static Task<int> TellAsync(GovernanceDb db, IQueryable<Guid> people, string prefix, string title, string body, string link, DateTimeOffset now, CancellationToken ct) =>
        db.InsertSelectAsync(db.Messages, people.Distinct().Select(r => new { PersonId = r, Key = prefix + r.ToString() }), new { Kind, Title = title, Body = body, Link = link, CreatedAt = now, DeliveredAt = now }, now, ct);

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
