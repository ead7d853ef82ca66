using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Findings;

/// <summary>One version of the policy: whole, with who set it, when and why. Appended and never changed; the highest number is in force.</summary>
public sealed class FindingSettings
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public required int Number { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }

    /// <summary>What differs from the version before, in words.</summary>
    public required string Changed { get; init; }

    /// <summary>The policy as JSON.</summary>
    public required string Document { get; init; }

    public FindingPolicy Policy() => JsonSerializer.Deserialize<FindingPolicy>(Document, Json) ?? FindingPolicy.Default;

    internal static string Write(FindingPolicy policy) => JsonSerializer.Serialize(policy, Json);
}

/// <summary>The three outcomes of a rule as the last evaluation found them; they add up to the population.</summary>
public sealed class RuleOutcome
{
    public required string RuleId { get; init; }

    public required int Population { get; set; }

    public required int CannotTell { get; set; }

    public required DateTimeOffset At { get; set; }
}

internal sealed class FindingSettingsConfiguration : IEntityTypeConfiguration<FindingSettings>
{
    public void Configure(EntityTypeBuilder<FindingSettings> builder)
    {
        builder.ToTable("FindingSettings");
        builder.HasKey(s => s.Number);
        builder.Property(s => s.Number).ValueGeneratedNever();
        builder.Property(s => s.Reason).HasMaxLength(2000);
        builder.Property(s => s.Changed).HasMaxLength(2000);
        builder.Property(s => s.Document).HasMaxLength(-1);
    }
}

internal sealed class RuleOutcomeConfiguration : IEntityTypeConfiguration<RuleOutcome>
{
    public void Configure(EntityTypeBuilder<RuleOutcome> builder)
    {
        builder.ToTable("RuleOutcomes");
        builder.HasKey(o => o.RuleId);
        builder.Property(o => o.RuleId).HasMaxLength(10);
    }
}
