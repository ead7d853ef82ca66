using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Ownership;

/// <summary>One line of a repository's CODEOWNERS file. Of the lines that match a path, the last one counts.</summary>
public sealed class CodeOwner
{
    public required Guid Id { get; init; }

    /// <summary><c>acme/platform</c>, lower case.</summary>
    public required string Repository { get; init; }

    /// <summary>Its place in the file.</summary>
    public required int Line { get; init; }

    public required string Pattern { get; init; }

    /// <summary>Mail addresses, <c>@login</c>s and <c>@org/team</c>s, with spaces between; empty: nobody owns it.</summary>
    public required string Owners { get; init; }
}

internal sealed class CodeOwnerConfiguration : IEntityTypeConfiguration<CodeOwner>
{
    public void Configure(EntityTypeBuilder<CodeOwner> builder)
    {
        builder.ToTable("CodeOwners");
        builder.HasIndex(c => new { c.Repository, c.Line }).IsUnique();
        builder.Property(c => c.Repository).HasMaxLength(200);
        builder.Property(c => c.Owners).HasMaxLength(2000);
    }
}
