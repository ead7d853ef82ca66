using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Notifications;

/// <summary>What holds for everybody who chose nothing else. One row.</summary>
public sealed class NotificationSettings
{
    public const int TheId = 1;

    public int Id { get; init; } = TheId;

    public Rhythm Rhythm { get; set; }

    public int Hour { get; set; } = DeliverySchedule.Shipped.Hour;

    public DayOfWeek Weekday { get; set; } = DeliverySchedule.Shipped.Weekday;

    public string TimeZone { get; set; } = DeliverySchedule.Shipped.TimeZone;

    public int? QuietFrom { get; set; }

    public int? QuietUntil { get; set; }

    public Guid Version { get; set; }

    public DeliverySchedule Schedule => new(Rhythm, Hour, Weekday, TimeZone, QuietFrom, QuietUntil);

    internal void Set(DeliverySchedule to) => (Rhythm, Hour, Weekday, TimeZone, QuietFrom, QuietUntil) = (to.Rhythm, to.Hour, to.Weekday, to.TimeZone, to.QuietFrom, to.QuietUntil);
}

/// <summary>What one person chose. Without a row, or where it follows the defaults, those hold.</summary>
public sealed class NotificationChoice
{
    public required Guid PersonId { get; init; }

    /// <summary>Whether the times are the person's own.</summary>
    public bool OwnSchedule { get; set; }

    public Rhythm Rhythm { get; set; }

    public int Hour { get; set; }

    public DayOfWeek Weekday { get; set; }

    public string TimeZone { get; set; } = DeliverySchedule.Shipped.TimeZone;

    public int? QuietFrom { get; set; }

    public int? QuietUntil { get; set; }

    /// <summary>Kinds that are not sent by mail, with commas between.</summary>
    public string Muted { get; set; } = string.Empty;

    /// <summary>Since when everything but duties is switched off.</summary>
    public DateTimeOffset? StoppedAt { get; set; }

    public DeliverySchedule Schedule => new(Rhythm, Hour, Weekday, TimeZone, QuietFrom, QuietUntil);

    /// <summary>Whether a message of that kind is not sent. Duties always are.</summary>
    public bool Mutes(string kind) => !MessageKinds.IsDuty(kind) && (StoppedAt is not null || Muted.Split(',').Contains(kind, StringComparer.Ordinal));

    internal void Set(DeliverySchedule to) => (Rhythm, Hour, Weekday, TimeZone, QuietFrom, QuietUntil) = (to.Rhythm, to.Hour, to.Weekday, to.TimeZone, to.QuietFrom, to.QuietUntil);
}

internal sealed class NotificationSettingsConfiguration : IEntityTypeConfiguration<NotificationSettings>
{
    public void Configure(EntityTypeBuilder<NotificationSettings> builder)
    {
        builder.ToTable("NotificationSettings");
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.TimeZone).HasMaxLength(80);
        builder.Property(s => s.Version).IsConcurrencyToken();
        builder.Ignore(s => s.Schedule);
        builder.HasData(new NotificationSettings());
    }
}

internal sealed class NotificationChoiceConfiguration : IEntityTypeConfiguration<NotificationChoice>
{
    public void Configure(EntityTypeBuilder<NotificationChoice> builder)
    {
        builder.ToTable("NotificationChoices");
        builder.HasKey(c => c.PersonId);
        builder.Property(c => c.PersonId).ValueGeneratedNever();
        builder.Property(c => c.TimeZone).HasMaxLength(80);
        builder.Property(c => c.Muted).HasMaxLength(2000);
        builder.HasOne<People.Person>().WithMany().HasForeignKey(c => c.PersonId);
        builder.Ignore(c => c.Schedule);
    }
}
