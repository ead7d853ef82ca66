using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>How a source is fetched by itself. At most one for a source.</summary>
public sealed class Feed
{
    public required Guid Id { get; init; }

    public required Guid SourceId { get; init; }

    /// <summary>The kind of <see cref="IInventoryFeed"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Settings as JSON, no secrets.</summary>
    public required string Settings { get; set; }

    /// <summary>By name: sealed text, or a reference to where the secret is. Never plain.</summary>
    public required string Secrets { get; set; }

    /// <summary>Off: neither the schedule nor a person starts it.</summary>
    public bool Enabled { get; set; }

    /// <summary>Every so many hours; null when the schedule is another.</summary>
    public int? EveryHours { get; set; }

    /// <summary>Once a day at this minute after midnight UTC; null when the schedule is another.</summary>
    public int? DailyAtMinute { get; set; }

    /// <summary>When it is due; null only when a person starts it.</summary>
    public DateTimeOffset? NextRunAt { get; set; }

    /// <summary>What the last fetch that was taken left for the next one.</summary>
    public string? Cursor { get; set; }

    /// <summary>Failed runs in a row.</summary>
    public int Failures { get; set; }

    /// <summary>The run that holds the lease; null when none does.</summary>
    public Guid? LeasedBy { get; set; }

    /// <summary>Until when other nodes leave it alone.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid Version { get; set; }
}

public enum FeedRunState
{
    /// <summary>A person asked for it; a node takes it up in a moment.</summary>
    Waiting,
    Fetching,

    /// <summary>Everything is fetched; the importer works on it.</summary>
    Importing,
    Completed,

    /// <summary>Nothing was handed over, or the importer took nothing. What was known before stands.</summary>
    Failed,
    Cancelled,

    /// <summary>It was fetched, and a person has to say whether it is true: see the import.</summary>
    Held,
}

/// <summary>One fetch of one source, kept when the feed is disconnected.</summary>
public sealed class FeedRun
{
    public required Guid Id { get; init; }

    public required Guid SourceId { get; init; }

    public FeedRunState State { get; set; }

    /// <summary>When it was asked for or taken up.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    public required string StartedBy { get; init; }

    /// <summary>What it does now, for people who watch.</summary>
    public string? Doing { get; set; }

    public int Documents { get; set; }

    public long Records { get; set; }

    public long Bytes { get; set; }

    /// <summary>Whether every page of every list was read; null while it is not known.</summary>
    public bool? Complete { get; set; }

    /// <summary>What the importer made of it; null when nothing was handed over.</summary>
    public Guid? ImportRunId { get; set; }

    /// <summary>What was not read, or why it failed, and what to do.</summary>
    public string? Message { get; set; }

    public bool CancelAsked { get; set; }
}

internal sealed class FeedConfiguration : IEntityTypeConfiguration<Feed>
{
    public void Configure(EntityTypeBuilder<Feed> builder)
    {
        builder.ToTable("Feeds");
        builder.HasIndex(f => f.SourceId).IsUnique();
        builder.HasOne<Source>().WithMany().HasForeignKey(f => f.SourceId);
        builder.HasIndex(f => f.NextRunAt);
        builder.Property(f => f.Settings).HasMaxLength(-1);
        builder.Property(f => f.Secrets).HasMaxLength(-1);
        builder.Property(f => f.Cursor).HasMaxLength(-1);
        builder.Property(f => f.Version).IsConcurrencyToken();
    }
}

internal sealed class FeedRunConfiguration : IEntityTypeConfiguration<FeedRun>
{
    public void Configure(EntityTypeBuilder<FeedRun> builder)
    {
        builder.ToTable("FeedRuns");
        builder.HasOne<Source>().WithMany().HasForeignKey(r => r.SourceId);
        builder.HasIndex(r => new { r.SourceId, r.StartedAt });
        builder.Property(r => r.Message).HasMaxLength(4000);
    }
}
