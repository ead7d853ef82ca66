using Governance.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>A permission on a resource, once per source; many identities hold it by a <see cref="Grant"/> each.</summary>
public sealed class Entitlement
{
    public required Guid Id { get; init; }

    public required Guid SourceId { get; init; }

    /// <summary>Unique in the source: <c>resource|permission</c>.</summary>
    public required string Key { get; init; }

    /// <summary>As the source names it: <c>Mail.Read</c>.</summary>
    public required string Name { get; set; }

    public string? Resource { get; set; }

    /// <summary>In plain words, for a reviewer: "Can read every mailbox".</summary>
    public string? Description { get; set; }

    public Reported Privileged { get; set; }

    /// <summary>What it lets its holder do to other identities; null until rated.</summary>
    public EscalationPower? Power { get; set; }

    /// <summary>Over whom: the lower case id of one identity, or * for all of the source.</summary>
    public string? PowerOver { get; set; }
}

/// <summary>An entitlement under the ids that its source knows it by; exports that leave names out tell only these.</summary>
public sealed class EntitlementAlias
{
    public required Guid SourceId { get; init; }

    public required string Key { get; init; }

    public required Guid EntitlementId { get; set; }
}

/// <summary>How an identity comes to hold an entitlement.</summary>
public enum GrantPath
{
    Direct,
    Role,

    /// <summary>On behalf of users who consented, or of all by an administrator's consent.</summary>
    Delegated,

    /// <summary>From a parent application or group.</summary>
    Inherited,
}

/// <summary>This identity holds that entitlement, and how. A review item or a revocation can point at it.</summary>
public sealed class Grant
{
    public required Guid Id { get; init; }

    public required Guid IdentityId { get; init; }

    public required Guid EntitlementId { get; init; }

    public GrantPath Path { get; set; }

    /// <summary>Who consented: <c>AllPrincipals</c>, or a principal's id; null where not delegated.</summary>
    public string? Consent { get; set; }

    /// <summary>Where an inherited one comes from.</summary>
    public string? Via { get; set; }

    /// <summary>The identity whose own grant this one repeats, since it acts with it; null for what its own source reports.</summary>
    public Guid? InheritedFromId { get; set; }

    public DateTimeOffset? GrantedAt { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public DateTimeOffset? MissingSince { get; set; }
}

internal sealed class EntitlementConfiguration : IEntityTypeConfiguration<Entitlement>
{
    public void Configure(EntityTypeBuilder<Entitlement> builder)
    {
        builder.ToTable("Entitlements");
        builder.HasOne<Source>().WithMany().HasForeignKey(e => e.SourceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(e => new { e.SourceId, e.Key }).IsUnique();
        builder.Property(e => e.Key).HasMaxLength(450);
        builder.Property(e => e.Description).HasMaxLength(1000);
        builder.Property(e => e.PowerOver).HasMaxLength(300);
        builder.HasIndex(e => new { e.Power, e.SourceId });
    }
}

internal sealed class EntitlementAliasConfiguration : IEntityTypeConfiguration<EntitlementAlias>
{
    public void Configure(EntityTypeBuilder<EntitlementAlias> builder)
    {
        builder.ToTable("EntitlementAliases");
        builder.HasKey(a => new { a.SourceId, a.Key });
        builder.HasOne<Entitlement>().WithMany().HasForeignKey(a => a.EntitlementId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(a => a.EntitlementId);
        builder.Property(a => a.Key).HasMaxLength(400);
    }
}

internal sealed class GrantConfiguration : IEntityTypeConfiguration<Grant>
{
    public void Configure(EntityTypeBuilder<Grant> builder)
    {
        builder.ToTable("Grants");
        builder.HasOne<Identity>().WithMany().HasForeignKey(g => g.IdentityId);
        builder.HasOne<Entitlement>().WithMany().HasForeignKey(g => g.EntitlementId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(g => new { g.IdentityId, g.EntitlementId, g.Path }).IsUnique();
        builder.HasIndex(g => g.EntitlementId);
        builder.HasIndex(g => g.InheritedFromId);
    }
}
