using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Governance.Persistence;

/// <summary>SQLite has no time type that compares: UTC ticks do.</summary>
public sealed class UtcTicksConverter() : ValueConverter<DateTimeOffset, long>(t => t.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>PostgreSQL refuses offsets other than zero; SQL Server would keep them. All times are UTC.</summary>
public sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTimeOffset>(t => t.ToUniversalTime(), t => t.ToUniversalTime());
