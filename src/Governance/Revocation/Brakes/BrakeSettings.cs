using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Revocation;

/// <summary>What holds a wrong revocation. One row; the stop switch is read in the statement that claims a step, so no cache can be stale (I-25).</summary>
public sealed class BrakeSettings
{
    public const int TheId = 1;

    public int Id { get; init; } = TheId;

    /// <summary>B1: while on, no new send starts on any node.</summary>
    public bool Stopped { get; set; }

    public string? StoppedBy { get; set; }

    public DateTimeOffset? StoppedAt { get; set; }

    public string? StopReason { get; set; }

    /// <summary>Who asked to release the switch; another administrator confirms it within a day (B1).</summary>
    public string? ReleaseAskedBy { get; set; }

    public string? ReleaseAskedById { get; set; }

    public DateTimeOffset? ReleaseAskedAt { get; set; }

    /// <summary>While on, sweeps say what they would do and order nothing.</summary>
    public bool DryRunOnly { get; set; }

    /// <summary>B4: at most so many orders a run and source go without an administrator's approval …</summary>
    public int MaxOrders { get; set; } = 5;

    /// <summary>… or so many per cent of the source's live identities, whichever is more. 0 to 100.</summary>
    public int MaxPercent { get; set; } = 1;

    /// <summary>B4: at most so many on one source within 24 hours, whatever number of runs …</summary>
    public int DayMaxOrders { get; set; } = 20;

    /// <summary>… or so many per cent of it, whichever is more.</summary>
    public int DayMaxPercent { get; set; } = 2;

    /// <summary>B4: at most so many per cent of all live identities within 24 hours, and never less than <see cref="DayMaxOrders"/>.</summary>
    public int AllMaxPercent { get; set; } = 3;

    /// <summary>B4: at most so many of one AI tool's identities within 24 hours.</summary>
    public int ToolMaxOrders { get; set; } = 10;

    /// <summary>B4: at most so many of one owner's identities within 24 hours.</summary>
    public int OwnerMaxOrders { get; set; } = 10;

    /// <summary>B2: a source that lost more per cent than this of its identities holds all automatic orders on it.</summary>
    public int ShrinkPercent { get; set; } = 10;

    /// <summary>B2: a directory in which more per cent than this of the owners vanished in one run holds all automatic orders.</summary>
    public int DirectoryPercent { get; set; } = 5;

    /// <summary>B8: used within so many days asks a question instead of revoking. 0: never asks.</summary>
    public int RecentUseDays { get; set; } = 7;

    /// <summary>B5: where the source does not report use, an administrator approves.</summary>
    public bool ApproveUnobservable { get; set; } = true;

    /// <summary>B10: minutes between the waves of a batch, watched for errors, undos and signs of use. 0: no waves.</summary>
    public int SoakMinutes { get; set; } = 60;

    /// <summary>B13: steps a minute on one source. 0: no limit.</summary>
    public int StepsPerMinute { get; set; } = 60;

    /// <summary>Who changed the limits last: nobody approves under a policy that they made (B5).</summary>
    public string? ChangedById { get; set; }

    public string? ChangedBy { get; set; }

    /// <summary>The policy under which a person has let a sweep run; another one is simulated first (B3).</summary>
    public string? ConfirmedPolicy { get; set; }

    /// <summary>When orders were last moved on. A gap, or a clock that jumped, lengthens every running notice by itself (B9, I-20).</summary>
    public DateTimeOffset? LastMovedAt { get; set; }

    /// <summary>B9: days between notice and disabling.</summary>
    public int NoticeDays { get; set; } = 14;

    /// <summary>B11: days an identity stays disabled before deletion may be asked for.</summary>
    public int QuarantineDays { get; set; } = 30;

    /// <summary>Days an identity may be without an accepted owner before a sweep orders its revocation.</summary>
    public int UnownedGraceDays { get; set; } = 30;

    /// <summary>B2: a source whose last full import is older than this many hours holds all automatic orders on it.</summary>
    public int MaxImportAgeHours { get; set; } = 24 * 7;

    public Guid Version { get; set; }
}

/// <summary>B7: an identity that sweeps leave alone, until a date (break-glass and the like).</summary>
public sealed class Exemption
{
    /// <summary>No exemption is longer than this.</summary>
    public static readonly TimeSpan MaximumTerm = TimeSpan.FromDays(90);

    public required Guid Id { get; init; }

    public required Guid IdentityId { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset Until { get; init; }

    public required DateTimeOffset GrantedAt { get; init; }

    public required string GrantedBy { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>Which connector acts on a source. Secrets are named, never kept: the reference is <c>env:NAME</c> or <c>file:/path</c>.</summary>
public sealed class ConnectorBinding
{
    public required Guid Id { get; init; }

    public required Guid SourceId { get; init; }

    /// <summary>The connector's kind: <c>postgresql</c>, <c>webhook</c>.</summary>
    public required string Kind { get; set; }

    /// <summary>Its settings without secrets, as JSON.</summary>
    public required string Settings { get; set; }

    /// <summary>Where its secret is read from at each use, or the secret itself, sealed.</summary>
    public string? SecretReference { get; set; }

    /// <summary>Off: orders on the source wait for a person.</summary>
    public bool Enabled { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }
}

internal sealed class BrakeSettingsConfiguration : IEntityTypeConfiguration<BrakeSettings>
{
    public void Configure(EntityTypeBuilder<BrakeSettings> builder)
    {
        builder.ToTable("BrakeSettings");
        builder.Property(b => b.Id).ValueGeneratedNever();
        builder.Property(b => b.StopReason).HasMaxLength(2000);
        builder.Property(b => b.ConfirmedPolicy).HasMaxLength(64);
        builder.Property(b => b.Version).IsConcurrencyToken();
        builder.HasData(new BrakeSettings());
    }
}

internal sealed class ExemptionConfiguration : IEntityTypeConfiguration<Exemption>
{
    public void Configure(EntityTypeBuilder<Exemption> builder)
    {
        builder.ToTable("Exemptions");
        builder.HasOne<Inventory.Identity>().WithMany().HasForeignKey(e => e.IdentityId);
        builder.HasIndex(e => new { e.IdentityId, e.Until });
        builder.Property(e => e.Reason).HasMaxLength(2000);
    }
}

internal sealed class ConnectorBindingConfiguration : IEntityTypeConfiguration<ConnectorBinding>
{
    public void Configure(EntityTypeBuilder<ConnectorBinding> builder)
    {
        builder.ToTable("ConnectorBindings");
        builder.HasOne<Inventory.Source>().WithMany().HasForeignKey(b => b.SourceId);
        builder.HasIndex(b => b.SourceId).IsUnique();
        builder.Property(b => b.Settings).HasMaxLength(-1);
        builder.Property(b => b.SecretReference).HasMaxLength(-1);
        builder.Property(b => b.Version).IsConcurrencyToken();
    }
}
