using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>What happened to an identity that may call for a review of its own.</summary>
public enum MicroEvent
{
    /// <summary>It gained a privileged grant.</summary>
    PrivilegeGained,

    /// <summary>Somebody else accepted to own it.</summary>
    OwnerChanged,

    /// <summary>A finding of high or critical severity was opened.</summary>
    SevereFinding,

    /// <summary>Its tool acts more freely than before.</summary>
    AutonomyRaised,

    /// <summary>It was used again after at least 90 days.</summary>
    DormantWoke,
}

/// <summary>Which events open a review at once, and who answers it where no owner may. One row.</summary>
public sealed class MicroPolicy
{
    public static readonly Guid TheId = new("00000000-0000-0000-0000-00000000c001");

    public required Guid Id { get; init; }

    public bool PrivilegeGained { get; set; }

    public bool OwnerChanged { get; set; }

    public bool SevereFinding { get; set; }

    public bool AutonomyRaised { get; set; }

    public bool DormantWoke { get; set; }

    public int DurationDays { get; set; } = 7;

    public required Guid FallbackReviewerId { get; set; }

    /// <summary>The definition that its campaigns are runs of.</summary>
    public required Guid DefinitionId { get; init; }

    public Guid Version { get; set; }

    /// <summary>Whether the event opens a review.</summary>
    public bool Has(MicroEvent e) => e switch
    {
        MicroEvent.PrivilegeGained => PrivilegeGained,
        MicroEvent.OwnerChanged => OwnerChanged,
        MicroEvent.SevereFinding => SevereFinding,
        MicroEvent.AutonomyRaised => AutonomyRaised,
        _ => DormantWoke,
    };
}

internal sealed class MicroPolicyConfiguration : IEntityTypeConfiguration<MicroPolicy>
{
    public void Configure(EntityTypeBuilder<MicroPolicy> builder)
    {
        builder.ToTable("MicroPolicies");
        builder.HasOne<Person>().WithMany().HasForeignKey(p => p.FallbackReviewerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<CampaignDefinition>().WithMany().HasForeignKey(p => p.DefinitionId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(p => p.Version).IsConcurrencyToken();
    }
}
