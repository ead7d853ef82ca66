using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>Where one reviewer's part in one item stands.</summary>
public enum TaskState
{
    /// <summary>Waits for an answer, or has it and may change it until the stage closes.</summary>
    Asked,

    /// <summary>Somebody else's answer was enough.</summary>
    Freed,

    /// <summary>Handed on to somebody else, or replaced; kept for the history.</summary>
    HandedOn,
}

/// <summary>One person asked about one item in one stage.</summary>
public sealed class ReviewTask
{
    public required Guid Id { get; init; }

    public required Guid CampaignId { get; init; }

    public required Guid ItemId { get; init; }

    public required int StageNumber { get; init; }

    public required Guid ReviewerId { get; init; }

    /// <summary>Why this reviewer, for the auditor.</summary>
    public required string Reason { get; set; }

    public required DateTimeOffset AskedAt { get; init; }

    public TaskState State { get; set; }

    /// <summary>Who handed it on, and may recall it while it is unanswered; null for whom the campaign asked.</summary>
    public Guid? HandedOnById { get; init; }

    /// <summary>The absence for which this person stands in; null otherwise.</summary>
    public Guid? StandInId { get; set; }

    /// <summary>The reviewer's answer in force.</summary>
    public Verdict? Verdict { get; set; }

    public Guid? DecisionId { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }
}

internal sealed class ReviewTaskConfiguration : IEntityTypeConfiguration<ReviewTask>
{
    public void Configure(EntityTypeBuilder<ReviewTask> builder)
    {
        builder.ToTable("ReviewTasks");
        builder.HasOne<ReviewItem>().WithMany().HasForeignKey(t => t.ItemId);
        builder.HasOne<Person>().WithMany().HasForeignKey(t => t.ReviewerId).OnDelete(DeleteBehavior.Restrict);
        // Nobody is asked twice about the same in one stage, whatever is killed and done again.
        builder.HasIndex(t => new { t.ItemId, t.StageNumber, t.ReviewerId }).IsUnique();
        builder.HasIndex(t => new { t.ReviewerId, t.CampaignId, t.State, t.Verdict });
        builder.HasIndex(t => new { t.CampaignId, t.StageNumber, t.Verdict });
    }
}
