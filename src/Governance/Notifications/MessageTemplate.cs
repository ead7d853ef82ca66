using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Notifications;

/// <summary>One wording of one kind of mail. The newest holds; the others are its history.</summary>
public sealed class MessageTemplate
{
    public required Guid Id { get; init; }

    /// <summary>Code of the <see cref="MessageKind"/>, or <see cref="MessageKinds.Digest"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Counts from 1 in each kind.</summary>
    public required int Number { get; init; }

    /// <summary>Null: the shipped one.</summary>
    public string? Subject { get; init; }

    /// <summary>Null: the shipped one.</summary>
    public string? Body { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    public required string ChangedBy { get; init; }
}

internal sealed class MessageTemplateConfiguration : IEntityTypeConfiguration<MessageTemplate>
{
    public void Configure(EntityTypeBuilder<MessageTemplate> builder)
    {
        builder.ToTable("MessageTemplates");
        builder.Property(t => t.Kind).HasMaxLength(60);
        builder.Property(t => t.Body).HasMaxLength(8000);
        builder.HasIndex(t => new { t.Kind, t.Number }).IsUnique();
    }
}
