using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Notifications;

/// <summary>A receiver beside mail that an administrator set up: a program of theirs, a room of a chat.</summary>
public sealed class Channel
{
    public required Guid Id { get; init; }

    /// <summary>The kind of <see cref="IChannelKind"/>.</summary>
    public required string Kind { get; init; }

    public required string Title { get; set; }

    /// <summary>The address, sealed or as a reference: with chat services it is a secret. Empty once it was removed.</summary>
    public required string Address { get; set; }

    /// <summary>The key of the signature, sealed or as a reference.</summary>
    public string? Secret { get; set; }

    public bool AllowPrivate { get; set; }

    /// <summary>Kinds of message that go there, with commas between; empty: all.</summary>
    public string Kinds { get; set; } = string.Empty;

    public bool Enabled { get; set; }

    /// <summary>Messages from then on are sent there.</summary>
    public required DateTimeOffset Since { get; set; }

    /// <summary>Until then it is left alone: it asked for it, or does not answer.</summary>
    public DateTimeOffset? PausedUntil { get; set; }

    /// <summary>Kept for the ledger's sake; nothing goes there any more.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid Version { get; set; }

    /// <summary>The kinds; null: all.</summary>
    public IReadOnlyList<string>? KindList => Kinds.Length == 0 ? null : Kinds.Split(',');

    /// <summary>Its name in the ledger.</summary>
    public static string NameOf(Guid id) => id.ToString("N");
}

internal sealed class ChannelConfiguration : IEntityTypeConfiguration<Channel>
{
    public void Configure(EntityTypeBuilder<Channel> builder)
    {
        builder.ToTable("Channels");
        builder.Property(c => c.Kind).HasMaxLength(40);
        builder.Property(c => c.Address).HasMaxLength(-1);
        builder.Property(c => c.Secret).HasMaxLength(-1);
        builder.Property(c => c.Kinds).HasMaxLength(2000);
        builder.Property(c => c.Version).IsConcurrencyToken();
        builder.Ignore(c => c.KindList);
    }
}
