using System.Globalization;

namespace Governance.Web.Shared;

/// <summary>Times in words.</summary>
public static class Times
{
    /// <summary>"3 h ago", "in 12 days"; beyond a year the date itself.</summary>
    public static string Relative(DateTimeOffset at, DateTimeOffset now)
    {
        var span = now - at;
        var ahead = span < TimeSpan.Zero;
        var size = span.Duration();
        if (size < TimeSpan.FromSeconds(45))
            return ahead ? "in a moment" : "just now";
        if (size > TimeSpan.FromDays(365))
            return at.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture);
        var text = size switch
        {
            { TotalMinutes: < 60 } => $"{Math.Max(1, (int)Math.Round(size.TotalMinutes))} min",
            { TotalHours: < 36 } => $"{(int)Math.Round(size.TotalHours)} h",
            { TotalDays: < 60 } => Plural((int)Math.Round(size.TotalDays), "day"),
            _ => Plural((int)Math.Round(size.TotalDays / 30.4), "month"),
        };
        return ahead ? "in " + text : text + " ago";
    }

    /// <summary>A day, as exports and forms write it.</summary>
    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Plural(int n, string unit) => n == 1 ? $"1 {unit}" : $"{n} {unit}s";
}
