using System.Globalization;

namespace Governance.Web.Features.Imports;

/// <summary>Counts of a run that are not part of its sum, in words.</summary>
internal static class ImportWords
{
    public static string? Beside(int attached, int notInventoried)
    {
        var joined = attached == 0 ? null : attached == 1 ? "1 further record (keys, grants, sightings) tells of these identities and was joined to them."
            : $"{N(attached)} further records (keys, grants, sightings) tell of these identities and were joined to them.";
        var left = notInventoried == 0 ? null : notInventoried == 1 ? "1 record is of a kind that is no identity, and was not inventoried."
            : $"{N(notInventoried)} records are of kinds that are no identities, and were not inventoried.";
        var both = string.Join(' ', new[] { joined, left }.OfType<string>());
        return both.Length == 0 ? null : both;
    }

    private static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
