using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Notifications;

public enum DeliveryState
{
    /// <summary>Is to be sent, or sent again.</summary>
    Waiting,

    /// <summary>The channel's server took it.</summary>
    Sent,

    /// <summary>Refused for good, or tried too often. Not sent again by itself.</summary>
    Failed,

    /// <summary>Not sent, for the reason that is kept: no address, has left, read already.</summary>
    Skipped,
}

/// <summary>One message on its way by one channel. At least once: killed between the server's yes and our note, it is sent again under the same id.</summary>
public sealed class MessageDelivery
{
    public required Guid Id { get; init; }

    public required Guid MessageId { get; init; }

    /// <summary>To whom; the message's.</summary>
    public required Guid PersonId { get; init; }

    /// <summary><c>mail</c>, or the id of a <see cref="Notifications.Channel"/>.</summary>
    public required string Channel { get; init; }

    /// <summary>Waits to go in one mail with others of that person.</summary>
    public bool Gathered { get; set; }

    /// <summary>What went, or was to go, together: tried again together, under the same id.</summary>
    public Guid? Batch { get; set; }

    public DeliveryState State { get; set; }

    public int Attempts { get; set; }

    public required DateTimeOffset NextAt { get; set; }

    /// <summary>Until then the holder of the lease sends it; after that somebody else may.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    public Guid? Lease { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Why the last try failed or it was skipped; never an address or a secret.</summary>
    public string? LastError { get; set; }
}

internal sealed class MessageDeliveryConfiguration : IEntityTypeConfiguration<MessageDelivery>
{
    public void Configure(EntityTypeBuilder<MessageDelivery> builder)
    {
        builder.ToTable("MessageDeliveries");
        builder.Property(d => d.Channel).HasMaxLength(40);
        builder.HasOne<Message>().WithMany().HasForeignKey(d => d.MessageId);
        builder.HasIndex(d => new { d.MessageId, d.Channel }).IsUnique();
        builder.HasIndex(d => new { d.State, d.NextAt });
        builder.HasIndex(d => new { d.PersonId, d.State });
        builder.HasIndex(d => d.Lease);
    }
}
