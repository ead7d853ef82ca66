using System.Globalization;

namespace Governance.Revocation;

/// <summary>B2: what is known of a source is too old, or was never whole, to act on without a person. A stopped export must not look like a world without owners.</summary>
public static class StaleSource
{
    public const string Id = "B2";

    /// <param name="settings">The brakes in force.</param>
    /// <param name="source">The source's name, for the message.</param>
    /// <param name="lastFullImportAt">Its last full import; null when there never was one.</param>
    /// <param name="now">Now.</param>
    public static Brake? Judge(BrakeSettings settings, string source, DateTimeOffset? lastFullImportAt, DateTimeOffset now)
    {
        if (lastFullImportAt is not { } last)
            return new Brake(Id, $"{source} was never imported in full. A full import lifts this at the next sweep; an administrator may approve before.");
        var age = now - last;
        return age.TotalHours > settings.MaxImportAgeHours
            ? new Brake(Id, string.Create(CultureInfo.InvariantCulture,
                $"The last full import of {source} is {(int)age.TotalHours} h old, the limit is {settings.MaxImportAgeHours} h. A full import lifts this at the next sweep; an administrator may approve before."))
            : null;
    }
}
