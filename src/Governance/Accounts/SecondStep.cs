using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Accounts;

/// <summary>The authenticator app of a local account.</summary>
public sealed class SecondStep
{
    public required Guid AccountId { get; init; }

    /// <summary>The shared key, sealed.</summary>
    public required string Key { get; set; }

    /// <summary>Since when it is asked for; null while its person has not shown a first code.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>The time step of the last code that was taken: that one and all before are not taken again.</summary>
    public long LastStep { get; set; }

    /// <summary>Wrong codes in a row.</summary>
    public int Failures { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A code for the day that the phone is lost; its hash, since it is shown once.</summary>
public sealed class RecoveryCode
{
    public required Guid Id { get; init; }

    public required Guid AccountId { get; init; }

    /// <summary>SHA-256 of account and code. The code has 80 random bits: a slow hash would add nothing.</summary>
    public required string Hash { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>A role whose local accounts must have a second step.</summary>
public sealed class SecondStepRule
{
    public required string Role { get; init; }
}

internal sealed class SecondStepConfiguration : IEntityTypeConfiguration<SecondStep>
{
    public void Configure(EntityTypeBuilder<SecondStep> builder)
    {
        builder.ToTable("SecondSteps");
        builder.HasKey(s => s.AccountId);
        builder.Property(s => s.AccountId).ValueGeneratedNever();
        builder.Property(s => s.Key).HasMaxLength(2000);
        builder.HasOne<Account>().WithMany().HasForeignKey(s => s.AccountId);
    }
}

internal sealed class RecoveryCodeConfiguration : IEntityTypeConfiguration<RecoveryCode>
{
    public void Configure(EntityTypeBuilder<RecoveryCode> builder)
    {
        builder.ToTable("RecoveryCodes");
        builder.Property(c => c.Hash).HasMaxLength(64);
        builder.HasOne<Account>().WithMany().HasForeignKey(c => c.AccountId);
        builder.HasIndex(c => new { c.AccountId, c.Hash });
    }
}

internal sealed class SecondStepRuleConfiguration : IEntityTypeConfiguration<SecondStepRule>
{
    public void Configure(EntityTypeBuilder<SecondStepRule> builder)
    {
        builder.ToTable("SecondStepRules");
        builder.HasKey(r => r.Role);
        builder.Property(r => r.Role).HasMaxLength(40);
    }
}
