using Governance.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Ownership;

/// <summary>When people are asked to own, reminded, and when the question goes on. One row.</summary>
public sealed class OwnershipPolicy
{
    public const int TheId = 1;

    public int Id { get; init; } = TheId;

    /// <summary>Whether the likeliest owner is asked without anybody pressing a button.</summary>
    public bool AskByItself { get; set; }

    /// <summary>0 to 99: below it nobody is asked by itself, and the button does not offer it.</summary>
    public int MinimumConfidence { get; set; } = 60;

    /// <summary>Days without an answer until the person is reminded.</summary>
    public int RemindDays { get; set; } = 7;

    /// <summary>Days without an answer until their manager is asked instead.</summary>
    public int ManagerDays { get; set; } = 14;

    /// <summary>Days, from the first question on, until the security team is told that nobody answered.</summary>
    public int SecurityDays { get; set; } = 21;

    /// <summary>Days that whoever inherits from a leaver has to accept, confirm or hand over.</summary>
    public int SuccessionDays { get; set; } = 14;

    /// <summary>Days for which an acceptance, a confirmation or a certification counts in the coverage.</summary>
    public int ConfirmDays { get; set; } = 365;

    /// <summary>Whether "this is mine" has to be confirmed by a security engineer even where nobody owns it.</summary>
    public bool ConfirmClaims { get; set; }

    public Guid Version { get; set; }

    /// <summary>Why the values can't be; null when they can.</summary>
    public Refusal? Problem() =>
        MinimumConfidence is < 0 or > 99 ? new Refusal("policy.confidence", "The confidence is between 0 and 99.", "confidence")
        : RemindDays is < 1 or > 365 || ManagerDays is < 1 or > 365 || SecurityDays is < 1 or > 365 ? new Refusal("policy.days", "Days are between 1 and 365.", "days")
        : RemindDays >= ManagerDays || ManagerDays >= SecurityDays ? new Refusal("policy.order", "First the reminder, then the manager, then the security team: each after more days than the one before.", "days")
        : SuccessionDays is < 1 or > 365 ? new Refusal("policy.days", "The days for a succession are between 1 and 365.", "succession")
        : ConfirmDays is < 30 or > 1095 ? new Refusal("policy.days", "An acceptance counts for 30 to 1,095 days.", "confirm")
        : null;
}

internal sealed class OwnershipPolicyConfiguration : IEntityTypeConfiguration<OwnershipPolicy>
{
    public void Configure(EntityTypeBuilder<OwnershipPolicy> builder)
    {
        builder.ToTable("OwnershipPolicies");
        builder.Property(p => p.Id).ValueGeneratedNever();
        builder.Property(p => p.Version).IsConcurrencyToken();
        builder.HasData(new OwnershipPolicy());
    }
}
