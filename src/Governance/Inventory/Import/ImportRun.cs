using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

public enum ImportRunState
{
    Queued,
    Reading,
    Merging,
    Completed,

    /// <summary>Nothing of it was kept; the message says why and what to do.</summary>
    Failed,

    Cancelled,

    /// <summary>A file with columns of its own: a person says which is what, then it is queued.</summary>
    WaitsForMap,

    /// <summary>A directory that lost many people at once: nothing was changed until a person confirms it.</summary>
    Held,
}

/// <summary>What a file holds.</summary>
public enum ImportSubject
{
    Identities,
    People,
}

/// <summary>
/// One reading of one source. Nothing read is dropped: <see cref="Read"/> = created + changed + unchanged + rejected; missing stands apart.
/// </summary>
public sealed class ImportRun
{
    public required Guid Id { get; init; }

    /// <summary>Null for people, who belong to no source.</summary>
    public Guid? SourceId { get; init; }

    public ImportSubject Subject { get; set; }

    /// <summary>As the user named it; shown, never used as a path.</summary>
    public required string FileName { get; init; }

    /// <summary>Where the file waits to be read; removed when the run has ended.</summary>
    public string? StoredAs { get; set; }

    public string? FileSha256 { get; set; }

    public long FileSize { get; set; }

    /// <summary>The reader that recognised it.</summary>
    public string? Format { get; set; }

    /// <summary>The format asked for, or <see cref="InventoryReaders.Auto"/>: what a restart recognises the file by again.</summary>
    public string AskedFormat { get; init; } = InventoryReaders.Auto;

    /// <summary>Whether the file claims to hold the whole source: only then can something be missing.</summary>
    public bool Full { get; init; }

    public ImportRunState State { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    public required string StartedBy { get; init; }

    /// <summary>Bytes read so far, for progress.</summary>
    public long BytesRead { get; set; }

    public int Read { get; set; }

    public int Created { get; set; }

    public int Changed { get; set; }

    public int Unchanged { get; set; }

    public int Rejected { get; set; }

    public int Missing { get; set; }

    /// <summary>Were missing and are back; counted in <see cref="Changed"/> too.</summary>
    public int Returned { get; set; }

    /// <summary>Further records that tell of an identity of the file (keys, grants, owners) and were joined to it; not in <see cref="Read"/>.</summary>
    public int Attached { get; set; }

    /// <summary>Records of kinds that are no identities and tell of none; the message names the kinds. Not in <see cref="Read"/>.</summary>
    public int NotInventoried { get; set; }

    public string? Message { get; set; }

    /// <summary>Who said that the people really are gone; null when nobody was asked.</summary>
    public string? ConfirmedBy { get; set; }

    /// <summary>Set by a person who wants it to stop; the reader looks at it between batches.</summary>
    public bool CancelAsked { get; set; }

    /// <summary>The process that works on it; another one after a restart takes it up anew.</summary>
    public string? Worker { get; set; }
}

/// <summary>A record that could not be taken, with place and reason.</summary>
public sealed class ImportReject
{
    public required Guid Id { get; init; }

    public required Guid RunId { get; init; }

    /// <summary>Counts from 1 in the order of the file.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Line, or JSON path: <c>line 14</c>, <c>value[3]</c>.</summary>
    public required string Place { get; init; }

    /// <summary>The record's key or name where it could be read.</summary>
    public string? Key { get; init; }

    public required string Reason { get; init; }
}

internal sealed class ImportRunConfiguration : IEntityTypeConfiguration<ImportRun>
{
    public void Configure(EntityTypeBuilder<ImportRun> builder)
    {
        builder.ToTable("ImportRuns");
        builder.HasIndex(r => new { r.SourceId, r.StartedAt });
        builder.HasIndex(r => r.State);
        builder.Property(r => r.AskedFormat).HasMaxLength(4000);
        builder.Property(r => r.FileSha256).HasMaxLength(64);
        builder.Property(r => r.Message).HasMaxLength(2000);
    }
}

internal sealed class ImportRejectConfiguration : IEntityTypeConfiguration<ImportReject>
{
    public void Configure(EntityTypeBuilder<ImportReject> builder)
    {
        builder.ToTable("ImportRejects");
        builder.HasOne<ImportRun>().WithMany().HasForeignKey(r => r.RunId);
        builder.HasIndex(r => new { r.RunId, r.Ordinal });
        builder.HasIndex(r => new { r.RunId, r.Key });
        builder.Property(r => r.Key).HasMaxLength(400);
        builder.Property(r => r.Reason).HasMaxLength(1000);
    }
}
