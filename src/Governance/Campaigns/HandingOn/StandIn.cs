using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>Out of office: from then until then somebody else reviews. Kept for the record when it is over.</summary>
public sealed class StandIn
{
    public required Guid Id { get; init; }

    /// <summary>Who is away.</summary>
    public required Guid PersonId { get; init; }

    public required Guid StandInId { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset Until { get; set; }

    public required DateTimeOffset SetAt { get; init; }

    public required string SetBy { get; init; }
}

internal sealed class StandInConfiguration : IEntityTypeConfiguration<StandIn>
{
    public void Configure(EntityTypeBuilder<StandIn> builder)
    {
        builder.ToTable("StandIns");
        builder.HasOne<Person>().WithMany().HasForeignKey(s => s.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(s => s.StandInId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => new { s.PersonId, s.Until });
        builder.HasIndex(s => s.Until);
    }
}
