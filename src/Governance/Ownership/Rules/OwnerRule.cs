using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Ownership;

/// <summary>"Everything in namespace ml-* belongs to X": whom to ask for what a filter matches, now and after each import.</summary>
public sealed class OwnerRule
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>An <see cref="Inventory.IdentityFilter"/> as JSON.</summary>
    public required string Filter { get; set; }

    public required Guid PersonId { get; set; }

    /// <summary>The team on whose behalf; null for the person alone.</summary>
    public string? Team { get; set; }

    /// <summary>Where several match, the lowest number decides.</summary>
    public int Priority { get; set; }

    /// <summary>Whether it also asks where somebody else has accepted; they stay the owner until the other accepts.</summary>
    public bool AlsoOwned { get; set; }

    public required string MadeBy { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>Since when it no longer applies; kept, since questions name it.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public DateTimeOffset? AppliedAt { get; set; }
}

internal sealed class OwnerRuleConfiguration : IEntityTypeConfiguration<OwnerRule>
{
    public void Configure(EntityTypeBuilder<OwnerRule> builder)
    {
        builder.ToTable("OwnerRules");
        builder.HasOne<Person>().WithMany().HasForeignKey(r => r.PersonId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => new { r.EndedAt, r.Priority });
        builder.Property(r => r.Name).HasMaxLength(200);
        builder.Property(r => r.Team).HasMaxLength(200);
        builder.Property(r => r.Filter).HasMaxLength(4000);
    }
}
