using Governance.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Evidence;

/// <summary>Where a package stands. Each step is taken by a person and stands in the audit log.</summary>
public enum PackageState
{
    /// <summary>Made; DRAFT stands across each page.</summary>
    Draft,

    /// <summary>A second person has looked at it and said yes.</summary>
    Approved,

    /// <summary>Drawn anew without DRAFT, with preparer and approver, and signed.</summary>
    Issued,

    /// <summary>A later one for the same framework, period and scope was issued.</summary>
    Superseded,
}

/// <summary>Report, populations and manifest for one framework, period and scope. Lives as a folder in the data directory.</summary>
public sealed class EvidencePackage
{
    public required Guid Id { get; init; }

    /// <summary>The framework's id: <c>nist-csf-2.0</c>.</summary>
    public required string Framework { get; init; }

    /// <summary>As it was called then.</summary>
    public required string FrameworkTitle { get; init; }

    /// <summary>Start of the period, inclusive, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End of the period, exclusive, UTC.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>An <see cref="Inventory.IdentityFilter"/> as JSON.</summary>
    public required string Scope { get; init; }

    public required string ScopeWords { get; init; }

    public PackageState State { get; set; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string MadeBy { get; init; }

    /// <summary>The preparer's actor id: nobody approves what they prepared (NIST SP 800-53 AC-5).</summary>
    public required string MadeById { get; init; }

    public Guid? MadeByPersonId { get; init; }

    public string? ApprovedBy { get; set; }

    public string? ApprovedById { get; set; }

    public DateTimeOffset? ApprovedAt { get; set; }

    public string? IssuedBy { get; set; }

    public DateTimeOffset? IssuedAt { get; set; }

    public Guid? SupersededById { get; set; }

    /// <summary>Folder name under <c>evidence</c> in the data directory.</summary>
    public required string Folder { get; set; }

    /// <summary>SHA-256 of manifest.json.</summary>
    public required string ManifestHash { get; set; }

    /// <summary>SHA-256 over facts and populations: the same for a draft and what is issued of it.</summary>
    public required string DataHash { get; init; }

    public int Files { get; set; }

    public int Exceptions { get; init; }

    public int Metrics { get; init; }

    public int MetricsWithExceptions { get; init; }

    public int NotEvidenced { get; init; }

    public Guid Version { get; set; }
}

/// <summary>An account may read one package and nothing else of the console, until a date: the portal of an external auditor.</summary>
public sealed class EvidenceAccess
{
    public required Guid Id { get; init; }

    public required Guid PackageId { get; init; }

    public required Guid AccountId { get; init; }

    public required DateTimeOffset GrantedAt { get; init; }

    public required string GrantedBy { get; init; }

    public required DateTimeOffset Until { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>How often a schedule makes a package.</summary>
public enum EvidenceEvery
{
    Month,
    Quarter,
}

/// <summary>Makes a draft by itself when each month or quarter is over.</summary>
public sealed class EvidenceSchedule
{
    public required Guid Id { get; init; }

    public required string Framework { get; init; }

    public required string Scope { get; init; }

    public required string ScopeWords { get; init; }

    public EvidenceEvery Every { get; init; }

    public PaperSize Paper { get; init; }

    /// <summary>Start of the next period that a package is made of.</summary>
    public required DateTimeOffset NextFrom { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What went wrong last time; null when nothing did.</summary>
    public string? LastProblem { get; set; }

    public DateTimeOffset NextTo => Every == EvidenceEvery.Month ? NextFrom.AddMonths(1) : NextFrom.AddMonths(3);
}

/// <summary>A population of a period that is over: measured once, kept as a file, and read again ever after, so that the same question has the same answer.</summary>
public sealed class FrozenPopulation
{
    public required string MetricId { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>First half of the SHA-256 of the scope.</summary>
    public required string ScopeKey { get; init; }

    /// <summary>Of the file, the criterion and the queries.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The limits in force and the queries, as the package prints them.</summary>
    public required string Criterion { get; init; }

    public required string Queries { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>A metric's figure at the beginning of a day, over the 90 days before it and all identities. Written once: the trend is drawn from these.</summary>
public sealed class MetricFigure
{
    public required string MetricId { get; init; }

    /// <summary>Midnight in UTC.</summary>
    public required DateTimeOffset Day { get; init; }

    public int Numerator { get; init; }

    public int Denominator { get; init; }

    public int CannotTell { get; init; }

    public required DateTimeOffset MeasuredAt { get; init; }
}

internal sealed class EvidencePackageConfiguration : IEntityTypeConfiguration<EvidencePackage>
{
    public void Configure(EntityTypeBuilder<EvidencePackage> builder)
    {
        builder.ToTable("EvidencePackages");
        builder.HasIndex(p => p.MadeAt);
        builder.HasIndex(p => new { p.Framework, p.From, p.To });
        builder.Property(p => p.Scope).HasMaxLength(4000);
        builder.Property(p => p.ManifestHash).HasMaxLength(64);
        builder.Property(p => p.DataHash).HasMaxLength(64);
        builder.Property(p => p.Version).IsConcurrencyToken();
    }
}

internal sealed class EvidenceAccessConfiguration : IEntityTypeConfiguration<EvidenceAccess>
{
    public void Configure(EntityTypeBuilder<EvidenceAccess> builder)
    {
        builder.ToTable("EvidenceAccesses");
        builder.HasOne<EvidencePackage>().WithMany().HasForeignKey(a => a.PackageId);
        builder.HasOne<Account>().WithMany().HasForeignKey(a => a.AccountId);
        builder.HasIndex(a => new { a.AccountId, a.PackageId });
    }
}

internal sealed class EvidenceScheduleConfiguration : IEntityTypeConfiguration<EvidenceSchedule>
{
    public void Configure(EntityTypeBuilder<EvidenceSchedule> builder)
    {
        builder.ToTable("EvidenceSchedules");
        builder.Property(s => s.Scope).HasMaxLength(4000);
        builder.Property(s => s.LastProblem).HasMaxLength(1000);
        builder.Ignore(s => s.NextTo);
    }
}

internal sealed class FrozenPopulationConfiguration : IEntityTypeConfiguration<FrozenPopulation>
{
    public void Configure(EntityTypeBuilder<FrozenPopulation> builder)
    {
        builder.ToTable("FrozenPopulations");
        builder.HasKey(p => new { p.MetricId, p.From, p.To, p.ScopeKey });
        builder.Property(p => p.MetricId).HasMaxLength(10);
        builder.Property(p => p.ScopeKey).HasMaxLength(32);
        builder.Property(p => p.Sha256).HasMaxLength(64);
        builder.Property(p => p.Criterion).HasMaxLength(2000);
        builder.Property(p => p.Queries).HasMaxLength(-1);
    }
}

internal sealed class MetricFigureConfiguration : IEntityTypeConfiguration<MetricFigure>
{
    public void Configure(EntityTypeBuilder<MetricFigure> builder)
    {
        builder.ToTable("MetricFigures");
        builder.HasKey(f => new { f.MetricId, f.Day });
        builder.Property(f => f.MetricId).HasMaxLength(10);
    }
}
