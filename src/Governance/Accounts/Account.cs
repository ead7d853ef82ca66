using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Accounts;

/// <summary>A local sign-in. Kept with the other records, so that a change of it and its audit entry commit together.</summary>
public sealed class Account : IdentityUser<Guid>
{
    public string DisplayName { get; set; } = string.Empty;

    /// <summary>The human that it belongs to; without it the account can't own or review.</summary>
    public Guid? PersonId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>A disabled account can't sign in, and a running session ends at its next revalidation.</summary>
    public DateTimeOffset? DisabledAt { get; set; }
}

/// <summary>One role that an account holds, of <see cref="Common.Roles"/>.</summary>
public sealed class AccountRole
{
    public required Guid AccountId { get; init; }

    public required string Role { get; init; }

    /// <summary>Name of the sign-in provider that says so, renewed at each sign-in with it; empty when it was given in this console.</summary>
    public string Provider { get; init; } = string.Empty;
}

/// <summary>One key of ASP.NET Core data protection, as the framework serialises it. It signs cookies; the database is where all nodes find it.</summary>
public sealed class ProtectionKey
{
    public int Id { get; init; }

    public required string Name { get; init; }

    public required string Xml { get; init; }
}

internal sealed class AccountConfiguration : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("Accounts");
        builder.Property(a => a.ConcurrencyStamp).IsConcurrencyToken();
        builder.HasIndex(a => a.NormalizedUserName).IsUnique();
        builder.HasIndex(a => a.NormalizedEmail);
        builder.HasIndex(a => a.PersonId);
    }
}

internal sealed class AccountRoleConfiguration : IEntityTypeConfiguration<AccountRole>
{
    public void Configure(EntityTypeBuilder<AccountRole> builder)
    {
        builder.ToTable("AccountRoles");
        builder.HasKey(r => new { r.AccountId, r.Role, r.Provider });
        builder.Property(r => r.Role).HasMaxLength(40);
        builder.Property(r => r.Provider).HasMaxLength(40);
        builder.HasOne<Account>().WithMany().HasForeignKey(r => r.AccountId);
    }
}

internal sealed class ProtectionKeyConfiguration : IEntityTypeConfiguration<ProtectionKey>
{
    public void Configure(EntityTypeBuilder<ProtectionKey> builder)
    {
        builder.ToTable("ProtectionKeys");
        builder.Property(k => k.Xml).HasMaxLength(-1);
    }
}

internal sealed class AccountLoginConfiguration : IEntityTypeConfiguration<IdentityUserLogin<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityUserLogin<Guid>> builder)
    {
        builder.ToTable("AccountLogins");
        builder.HasKey(l => new { l.LoginProvider, l.ProviderKey });
        // Issuer and subject (OpenID Connect Core 1.0, 2: at most 255 characters); together within the 900 bytes of a key of SQL Server.
        builder.Property(l => l.LoginProvider).HasMaxLength(ExternalSubject.LongestIssuer);
        builder.Property(l => l.ProviderKey).HasMaxLength(ExternalSubject.LongestSubject);
        builder.HasOne<Account>().WithMany().HasForeignKey(l => l.UserId);
    }
}

internal sealed class AccountClaimConfiguration : IEntityTypeConfiguration<IdentityUserClaim<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityUserClaim<Guid>> builder)
    {
        builder.ToTable("AccountClaims");
        builder.HasOne<Account>().WithMany().HasForeignKey(c => c.UserId);
    }
}

internal sealed class AccountTokenConfiguration : IEntityTypeConfiguration<IdentityUserToken<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityUserToken<Guid>> builder)
    {
        builder.ToTable("AccountTokens");
        builder.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
        builder.Property(t => t.LoginProvider).HasMaxLength(128);
        builder.Property(t => t.Name).HasMaxLength(128);
        builder.HasOne<Account>().WithMany().HasForeignKey(t => t.UserId);
    }
}
