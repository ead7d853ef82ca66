using Governance.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>What a source may say of an identity that no column holds.</summary>
public enum SignKind
{
    /// <summary>Whether somebody proved who publishes it; told of what comes from outside only.</summary>
    PublisherVerified,

    /// <summary>Whether its trust in another issuer's tokens lets in more than one named workload.</summary>
    BroadTrust,

    /// <summary>Whether a person signs in with it.</summary>
    UsedByPerson,

    /// <summary>Whether it proves itself in a way that is known to be weak.</summary>
    WeakAuthentication,

    /// <summary>Whether it is a secret that a scanner found in code or files.</summary>
    EmbeddedSecret,
}

/// <summary>One answer that an identity's own fields give; no row where they say nothing, which is not "no". Kept by the pass over changed identities.</summary>
public sealed class IdentitySign
{
    public required Guid IdentityId { get; init; }

    public required SignKind Kind { get; init; }

    public required Reported Answer { get; init; }

    /// <summary>What says so, for people.</summary>
    public required string Detail { get; init; }
}

/// <summary>A permission or a service that the source says when, or whether, an identity used. No row: it doesn't say.</summary>
public sealed class AccessUse
{
    public required Guid IdentityId { get; init; }

    /// <summary>A permission as its source names it, or what stands before its colon: <c>s3</c> for <c>s3:GetObject</c>.</summary>
    public required string Access { get; init; }

    /// <summary>False: not used in the time that the source looks back.</summary>
    public required bool Used { get; init; }

    /// <summary>Null where it was not used, or the source gives no date.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

internal sealed class IdentitySignConfiguration : IEntityTypeConfiguration<IdentitySign>
{
    public void Configure(EntityTypeBuilder<IdentitySign> builder)
    {
        builder.ToTable("IdentitySigns");
        builder.HasKey(s => new { s.IdentityId, s.Kind });
        builder.HasOne<Identity>().WithMany().HasForeignKey(s => s.IdentityId);
        builder.HasIndex(s => new { s.Kind, s.Answer });
        builder.Property(s => s.Detail).HasMaxLength(400);
    }
}

internal sealed class AccessUseConfiguration : IEntityTypeConfiguration<AccessUse>
{
    public void Configure(EntityTypeBuilder<AccessUse> builder)
    {
        builder.ToTable("AccessUses");
        builder.HasKey(u => new { u.IdentityId, u.Access });
        builder.HasOne<Identity>().WithMany().HasForeignKey(u => u.IdentityId);
        builder.Property(u => u.Access).HasMaxLength(200);
    }
}
