using Governance.Inventory;
using Governance.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Lifecycle;

public enum RequestState
{
    /// <summary>Waits for the owner's manager, or an administrator.</summary>
    Asked,

    /// <summary>Approved, and not seen in its source yet: this is what Requested means in the lifecycle.</summary>
    Approved,

    /// <summary>An import has found it.</summary>
    Seen,
    Refused,
    Withdrawn,
}

/// <summary>A new identity that somebody asks for before it is made: what for, for which tool, owned by whom, with which permissions, until when.</summary>
public sealed class IdentityRequest
{
    public required Guid Id { get; init; }

    public required Guid SourceId { get; init; }

    /// <summary>The name that it will have; by it, or by the id, the next import finds it.</summary>
    public required string Name { get; init; }

    /// <summary>Its id in the source, where that can be known before.</summary>
    public string? ExternalId { get; init; }

    public required string Purpose { get; init; }

    public Guid? ToolId { get; init; }

    public Autonomy Autonomy { get; init; }

    public required Guid OwnerId { get; init; }

    /// <summary>The permissions asked for, by name, one a line.</summary>
    public required string Entitlements { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    public RequestState State { get; set; }

    public required string RequestedBy { get; init; }

    public required string RequestedById { get; init; }

    public Guid? RequesterId { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>The owner's manager; null where there is none, and then an administrator decides.</summary>
    public Guid? ApproverId { get; init; }

    public string? DecidedBy { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    public string? Decision { get; set; }

    /// <summary>The identity that was found to be it.</summary>
    public Guid? IdentityId { get; set; }

    public DateTimeOffset? SeenAt { get; set; }

    public Guid Version { get; set; }
}

internal sealed class IdentityRequestConfiguration : IEntityTypeConfiguration<IdentityRequest>
{
    public void Configure(EntityTypeBuilder<IdentityRequest> builder)
    {
        builder.ToTable("IdentityRequests");
        builder.HasOne<Source>().WithMany().HasForeignKey(r => r.SourceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Person>().WithMany().HasForeignKey(r => r.OwnerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => new { r.State, r.RequestedAt });
        builder.HasIndex(r => new { r.SourceId, r.State });
        builder.Property(r => r.Purpose).HasMaxLength(2000);
        builder.Property(r => r.Entitlements).HasMaxLength(4000);
        builder.Property(r => r.Decision).HasMaxLength(2000);
        builder.Property(r => r.Version).IsConcurrencyToken();
    }
}
