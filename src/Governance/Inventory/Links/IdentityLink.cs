using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>What two identities have to do with each other.</summary>
public enum LinkKind
{
    /// <summary>The same workload, seen twice.</summary>
    SameAs,

    /// <summary>The first gets to act as the second.</summary>
    ActsAs,

    /// <summary>The first is the parent that the second belongs to.</summary>
    ParentOf,
}

/// <summary>What a link was found by.</summary>
public enum LinkRule
{
    /// <summary>The same application or client id.</summary>
    AppId,

    /// <summary>The same SPIFFE id, ARN or account in two sources.</summary>
    SameName,

    /// <summary>The source names the parent.</summary>
    Parent,

    /// <summary>A federated credential or trust names a cluster's service account.</summary>
    FederatedSubject,

    /// <summary>An annotation names the cloud identity.</summary>
    Annotation,

    /// <summary>The same secret, by its fingerprint.</summary>
    Fingerprint,

    /// <summary>A role's trust names it.</summary>
    RoleTrust,
}

/// <summary>Where a link stands. Nothing is merged: a confirmed link is shown and counted as one workload.</summary>
public enum LinkState
{
    /// <summary>Found, and nobody has said.</summary>
    Candidate,
    Confirmed,

    /// <summary>A person said that they have nothing to do with each other; never proposed again.</summary>
    Split,
}

/// <summary>Two identities that look connected, the evidence, and what a person said of it.</summary>
public sealed class IdentityLink
{
    public required Guid Id { get; init; }

    public required Guid FromId { get; init; }

    public required Guid ToId { get; init; }

    public required LinkKind Kind { get; init; }

    public required LinkRule Rule { get; init; }

    /// <summary>What was found where, for people.</summary>
    public required string Evidence { get; set; }

    public LinkState State { get; set; }

    public string? DecidedBy { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    public string? Reason { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>Since when the evidence is no longer there.</summary>
    public DateTimeOffset? MissingSince { get; set; }
}

/// <summary>Parents, their parents and so on, so that inherited access is one join. Kept by <see cref="Inheritance"/>.</summary>
public sealed class IdentityAncestor
{
    public required Guid ChildId { get; init; }

    public required Guid AncestorId { get; init; }

    /// <summary>1 for the parent.</summary>
    public required int Depth { get; init; }
}

internal sealed class IdentityLinkConfiguration : IEntityTypeConfiguration<IdentityLink>
{
    public void Configure(EntityTypeBuilder<IdentityLink> builder)
    {
        builder.ToTable("IdentityLinks");
        builder.HasOne<Identity>().WithMany().HasForeignKey(l => l.FromId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Identity>().WithMany().HasForeignKey(l => l.ToId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(l => new { l.FromId, l.ToId, l.Kind, l.Rule }).IsUnique();
        builder.HasIndex(l => l.ToId);
        builder.HasIndex(l => l.State);
        builder.Property(l => l.Evidence).HasMaxLength(1000);
        builder.Property(l => l.Reason).HasMaxLength(2000);
    }
}

internal sealed class IdentityAncestorConfiguration : IEntityTypeConfiguration<IdentityAncestor>
{
    public void Configure(EntityTypeBuilder<IdentityAncestor> builder)
    {
        builder.ToTable("IdentityAncestors");
        builder.HasKey(a => new { a.ChildId, a.AncestorId });
        builder.HasOne<Identity>().WithMany().HasForeignKey(a => a.ChildId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Identity>().WithMany().HasForeignKey(a => a.AncestorId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(a => a.AncestorId);
    }
}
