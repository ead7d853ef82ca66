using Governance.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Campaigns;

/// <summary>The secret in the address of one account's calendar. Renewed, the old address is dead; only the hash is kept.</summary>
public sealed class CalendarToken
{
    public required Guid AccountId { get; init; }

    /// <summary>SHA-256, lower-case hex.</summary>
    public required string Hash { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    /// <summary>To within an hour.</summary>
    public DateTimeOffset? LastReadAt { get; set; }
}

internal sealed class CalendarTokenConfiguration : IEntityTypeConfiguration<CalendarToken>
{
    public void Configure(EntityTypeBuilder<CalendarToken> builder)
    {
        builder.ToTable("CalendarTokens");
        builder.HasKey(t => t.AccountId);
        builder.HasOne<Account>().WithOne().HasForeignKey<CalendarToken>(t => t.AccountId);
        builder.Property(t => t.Hash).HasMaxLength(64);
        builder.HasIndex(t => t.Hash).IsUnique();
    }
}
