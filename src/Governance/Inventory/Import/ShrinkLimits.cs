using System.Globalization;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>How many people may go at once before a person is asked. One row.</summary>
public sealed class ShrinkLimits
{
    public const int TheId = 1;

    public int Id { get; init; } = TheId;

    /// <summary>Per cent of the active people; more at once are held.</summary>
    public int MostPeople { get; set; } = 20;

    /// <summary>Per cent of those who own an identity; more at once are held.</summary>
    public int MostOwners { get; set; } = 5;

    /// <summary>So few are never held: in a small team one leaver is many per cent.</summary>
    public int Few { get; set; } = 3;

    public Guid Version { get; set; }

    public Refusal? Problem() =>
        MostPeople is < 1 or > 100 || MostOwners is < 1 or > 100 ? new Refusal("guard.percent", "The shares are 1 to 100 per cent.", "share")
        : Few is < 0 or > 1000 ? new Refusal("guard.few", "The number of people is 0 to 1,000.", "few")
        : null;

    /// <summary>Why a reading is held; null when it may be believed. Pure.</summary>
    public string? Hold(Gone people, Gone owners)
    {
        if (people.Lost <= Few)
            return null;
        var tooManyOwners = owners.All > 0 && owners.Lost * 100L > MostOwners * (long)owners.All;
        if (!tooManyOwners && people.Lost * 100L <= MostPeople * (long)people.All)
            return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"{people.Lost:N0} of {people.All:N0} active people would be gone or have left at once, {owners.Lost:N0} of {owners.All:N0} owners among them; more than {(tooManyOwners ? MostOwners : MostPeople)} % of {(tooManyOwners ? "owners" : "people")} is held. Nothing was changed. Look whether the directory was read whole; then confirm, or stop the import.");
    }
}

/// <summary>How many of how many.</summary>
public sealed record Gone(int Lost, int All);

/// <summary>Counts owners among people. Who owns is told by a floor above, so it is asked through this.</summary>
public interface IOwnerCount
{
    Task<Gone> CountAsync(GovernanceDb db, IQueryable<Person> gone, CancellationToken ct);
}

internal sealed class ShrinkLimitsConfiguration : IEntityTypeConfiguration<ShrinkLimits>
{
    public void Configure(EntityTypeBuilder<ShrinkLimits> builder)
    {
        builder.ToTable("ShrinkLimits");
        builder.Property(g => g.Id).ValueGeneratedNever();
        builder.Property(g => g.Version).IsConcurrencyToken();
        builder.HasData(new ShrinkLimits());
    }
}
