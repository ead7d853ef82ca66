using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.People;

/// <summary>Whether the directory says that the human still works here.</summary>
public enum PersonStatus
{
    Active,
    Left,
}

/// <summary>A human, from the directory or the HR file. Never deleted: decisions name them for years.</summary>
public sealed class Person
{
    public required Guid Id { get; init; }

    /// <summary>The directory's own id, unique: employee number or object id.</summary>
    public required string ExternalId { get; init; }

    public required string Name { get; set; }

    /// <summary>Lower case; matched to a sign-in when the provider has verified it.</summary>
    public string? Mail { get; set; }

    public string? Title { get; set; }

    public string? Department { get; set; }

    public string? ManagerExternalId { get; set; }

    public Guid? ManagerId { get; set; }

    public PersonStatus Status { get; set; }

    /// <summary>The day they left, as the file says, or when it was first seen.</summary>
    public DateTimeOffset? LeftOn { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public DateTimeOffset LastSeenAt { get; set; }

    public Guid? LastChangedRunId { get; set; }

    /// <summary>Since when a full import no longer names them.</summary>
    public DateTimeOffset? MissingSince { get; set; }

    public required string ContentHash { get; set; }
}

internal sealed class PersonConfiguration : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.ToTable("People");
        builder.HasIndex(p => p.ExternalId).IsUnique();
        builder.HasIndex(p => p.Mail);
        builder.HasIndex(p => p.ManagerId);
        builder.HasIndex(p => new { p.Name, p.Id });
        builder.Property(p => p.ContentHash).HasMaxLength(64);
    }
}
