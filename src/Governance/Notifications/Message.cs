using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Notifications;

/// <summary>Something that a person is told in the console. Mail and chat are other ways to deliver the same row.</summary>
public sealed class Message
{
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>What it is about: <c>review.waiting</c>, <c>revocation.notice</c>, <c>owner.asked</c>.</summary>
    public required string Kind { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    /// <summary>Path in the console, beginning with a slash.</summary>
    public string? Link { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when an answer counts; null when nothing ends.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When the inbox took it: the moment that notice periods count from (brake B9).</summary>
    public DateTimeOffset? DeliveredAt { get; set; }

    public DateTimeOffset? ReadAt { get; set; }

    /// <summary>Same key, same message: a job that runs twice tells once.</summary>
    public required string Key { get; init; }
}

internal sealed class MessageConfiguration : IEntityTypeConfiguration<Message>
{
    public void Configure(EntityTypeBuilder<Message> builder)
    {
        builder.ToTable("Messages");
        builder.Property(m => m.Kind).HasMaxLength(60);
        builder.Property(m => m.Body).HasMaxLength(4000);
        builder.HasIndex(m => m.Key).IsUnique();
        builder.HasIndex(m => new { m.PersonId, m.ReadAt });
        builder.HasIndex(m => new { m.PersonId, m.CreatedAt });
        builder.HasIndex(m => m.CreatedAt);
    }
}
