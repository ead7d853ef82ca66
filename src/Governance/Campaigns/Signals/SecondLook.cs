using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>One certified item that was drawn for a second look, and what came of it.</summary>
public sealed class SecondLook
{
    public required Guid Id { get; init; }

    public required Guid CampaignId { get; init; }

    public required Guid ItemId { get; init; }

    /// <summary>With it anybody can draw the same sample again.</summary>
    public required string Seed { get; init; }

    public required DateTimeOffset DrawnAt { get; init; }

    /// <summary>Whether the second person would have certified it too; null: not looked at yet.</summary>
    public bool? Agrees { get; set; }

    public string? Note { get; set; }

    public Guid? LookedById { get; set; }

    public DateTimeOffset? LookedAt { get; set; }
}

internal sealed class SecondLookConfiguration : IEntityTypeConfiguration<SecondLook>
{
    public void Configure(EntityTypeBuilder<SecondLook> builder)
    {
        builder.ToTable("SecondLooks");
        builder.HasOne<ReviewItem>().WithMany().HasForeignKey(s => s.ItemId);
        builder.HasOne<Person>().WithMany().HasForeignKey(s => s.LookedById).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => s.ItemId).IsUnique();
        builder.HasIndex(s => new { s.CampaignId, s.Agrees });
        builder.Property(s => s.Seed).HasMaxLength(64);
        builder.Property(s => s.Note).HasMaxLength(2000);
    }
}
