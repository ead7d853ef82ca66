using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>One remark or question on an item. Appended, never changed: the auditor reads what the reviewer could know.</summary>
public sealed class ReviewComment
{
    public required Guid Id { get; init; }

    public required Guid ItemId { get; init; }

    public required Guid CampaignId { get; init; }

    public required Guid PersonId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Text { get; init; }

    /// <summary>Who is asked for an answer; from then on that person takes part in the thread.</summary>
    public Guid? AskedId { get; init; }
}

internal sealed class ReviewCommentConfiguration : IEntityTypeConfiguration<ReviewComment>
{
    public void Configure(EntityTypeBuilder<ReviewComment> builder)
    {
        builder.ToTable("ReviewComments");
        builder.HasOne<ReviewItem>().WithMany().HasForeignKey(c => c.ItemId);
        builder.HasOne<Person>().WithMany().HasForeignKey(c => c.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(c => new { c.ItemId, c.At });
        builder.HasIndex(c => new { c.AskedId, c.ItemId });
        builder.Property(c => c.Text).HasMaxLength(4000);
    }
}
