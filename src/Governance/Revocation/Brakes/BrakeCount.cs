using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>How often a brake fired, since when, and what it said last. Counted in the transaction in which it held something.</summary>
public sealed class BrakeCount
{
    /// <summary>The brake: <c>B4</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Orders, runs and sends that it held back.</summary>
    public long Fired { get; set; }

    public DateTimeOffset? LastAt { get; set; }

    public string? LastMessage { get; set; }
}

/// <summary>Counts.</summary>
internal static class BrakeCounts
{
    public static Task<int> AddAsync(GovernanceDb db, Brake brake, int times, DateTimeOffset now, CancellationToken ct) => times == 0
        ? Task.FromResult(0)
        : db.BrakeCounts.Where(c => c.Id == brake.Id).ExecuteUpdateAsync(
            u => u.SetProperty(c => c.Fired, c => c.Fired + times).SetProperty(c => c.LastAt, now).SetProperty(c => c.LastMessage, brake.Message), ct);
}

internal sealed class BrakeCountConfiguration : IEntityTypeConfiguration<BrakeCount>
{
    public void Configure(EntityTypeBuilder<BrakeCount> builder)
    {
        builder.ToTable("BrakeCounts");
        builder.Property(c => c.Id).HasMaxLength(3);
        builder.Property(c => c.LastMessage).HasMaxLength(1000);
        builder.HasData(BrakeBook.All.Select(b => new BrakeCount { Id = b.Id }));
    }
}
