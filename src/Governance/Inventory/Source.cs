using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>The kind of system that a source is.</summary>
public enum SourceSystem
{
    Generic,
    Entra,
    Aws,
    Gcp,
    Kubernetes,
    GitHub,
    PostgreSql,
    Saas,
    Okta,
    Keycloak,
    Vault,
    Spiffe,
}

/// <summary>A system that an inventory comes from: one Entra tenant, AWS account, GitHub organisation, cluster.</summary>
public sealed class Source
{
    public required Guid Id { get; init; }

    /// <summary>Unique, given by the administrator; what the command line names.</summary>
    public required string Name { get; set; }

    public SourceSystem System { get; set; }

    /// <summary>Tenant, account, organisation or cluster id, where known.</summary>
    public string? Tenant { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastImportedAt { get; set; }

    /// <summary>The last completed run: one that began before it ended has staged what may be out of date, and begins anew.</summary>
    public Guid? LastRunId { get; set; }

    /// <summary>The last completed run that claimed to hold the whole source.</summary>
    public Guid? LastFullRunId { get; set; }

    public DateTimeOffset? LastFullImportAt { get; set; }
}

internal sealed class SourceConfiguration : IEntityTypeConfiguration<Source>
{
    public void Configure(EntityTypeBuilder<Source> builder)
    {
        builder.ToTable("Sources");
        builder.HasIndex(s => s.Name).IsUnique();
    }
}
