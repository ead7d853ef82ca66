using Governance.Inventory;
using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Ownership;

/// <summary>
/// Someone who, by the evidence, may be the owner of an identity that has none. Derived: computed anew whenever the evidence changes, and never
/// an owner by itself.
/// </summary>
public sealed class OwnerProposal
{
    public required Guid IdentityId { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>1 is the most likely.</summary>
    public required int Rank { get; init; }

    /// <summary>0 to 99: how likely, by the weights of the evidence together.</summary>
    public required int Confidence { get; init; }

    /// <summary>The reasons in sentences, the strongest first, one a line.</summary>
    public required string Reasons { get; init; }

    public required DateTimeOffset At { get; init; }
}

internal sealed class OwnerProposalConfiguration : IEntityTypeConfiguration<OwnerProposal>
{
    public void Configure(EntityTypeBuilder<OwnerProposal> builder)
    {
        builder.ToTable("OwnerProposals");
        builder.HasKey(p => new { p.IdentityId, p.PersonId });
        builder.HasOne<Identity>().WithMany().HasForeignKey(p => p.IdentityId);
        builder.HasOne<Person>().WithMany().HasForeignKey(p => p.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(p => new { p.PersonId, p.Rank });
        builder.HasIndex(p => new { p.Rank, p.Confidence });
        builder.Property(p => p.Reasons).HasMaxLength(4000);
    }
}
