using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>The kinds of name by which one workload is known in several systems.</summary>
public enum IdentityKeyKind
{
    /// <summary>An application or client id that is unique in the world.</summary>
    AppId,

    /// <summary><c>system:serviceaccount:namespace:name</c>.</summary>
    ServiceAccount,

    /// <summary>An ARN of a role or user.</summary>
    AwsArn,

    /// <summary>The mail address of a Google service account.</summary>
    GcpAccount,

    /// <summary><c>spiffe://…</c>.</summary>
    Spiffe,
}

/// <summary>A name of an identity that other systems know it by, or by which it names another. Few identities have any.</summary>
public sealed class IdentityKey
{
    public required Guid IdentityId { get; init; }

    public required IdentityKeyKind Kind { get; init; }

    /// <summary>Lower case.</summary>
    public required string Value { get; init; }

    /// <summary>False: it is this. True: it names this, to act as it or to let it in.</summary>
    public required bool Refers { get; init; }

    /// <summary>Where it was read: <c>eks.amazonaws.com/role-arn</c>; and the issuer, where one is named.</summary>
    public required string Place { get; init; }
}

internal sealed class IdentityKeyConfiguration : IEntityTypeConfiguration<IdentityKey>
{
    public void Configure(EntityTypeBuilder<IdentityKey> builder)
    {
        builder.ToTable("IdentityKeys");
        builder.HasKey(k => new { k.IdentityId, k.Kind, k.Value, k.Refers });
        builder.HasOne<Identity>().WithMany().HasForeignKey(k => k.IdentityId);
        builder.HasIndex(k => new { k.Kind, k.Value, k.Refers });
        builder.Property(k => k.Value).HasMaxLength(300);
    }
}
