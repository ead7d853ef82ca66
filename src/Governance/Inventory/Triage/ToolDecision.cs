using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>
/// What a person decided once for all identities that share a thing (application id, whole name, publisher), in every source: the tool, or that it is
/// none. Imports apply it to what they bring, and never ask again.
/// </summary>
public sealed class ToolDecision
{
    public required Guid Id { get; init; }

    /// <summary>One answer on the page; undone together.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>AppId, Name or Publisher.</summary>
    public required EvidenceRule Rule { get; init; }

    /// <summary>Lower case.</summary>
    public required string Value { get; init; }

    /// <summary>Null: not an AI tool.</summary>
    public Guid? ToolId { get; init; }

    public string? Reason { get; init; }

    public required string DecidedBy { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }

    public DateTimeOffset? UndoneAt { get; set; }

    public string? UndoneBy { get; set; }
}

internal sealed class ToolDecisionConfiguration : IEntityTypeConfiguration<ToolDecision>
{
    public void Configure(EntityTypeBuilder<ToolDecision> builder)
    {
        builder.ToTable("ToolDecisions");
        builder.HasOne<Tool>().WithMany().HasForeignKey(d => d.ToolId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(d => new { d.Rule, d.Value });
        builder.HasIndex(d => d.BatchId);
        builder.Property(d => d.Reason).HasMaxLength(2000);
    }
}
