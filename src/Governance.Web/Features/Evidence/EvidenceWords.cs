using System.Globalization;
using Governance.Evidence;

namespace Governance.Web.Features.Evidence;

/// <summary>States and figures of evidence in words.</summary>
internal static class EvidenceWords
{
    public static string State(PackageState state) => state switch { PackageState.Draft => "Draft", PackageState.Approved => "Approved", PackageState.Issued => "Issued", _ => "Superseded" };

    public static string Figure(MetricFact fact) => fact.Status switch
    {
        MetricStatus.NotEvidenced => "not evidenced",
        MetricStatus.NoPopulation => "no population",
        _ => $"{N(fact.Numerator)} of {N(fact.Denominator)}",
    };

    public static string N(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    public static string Verdict(Verdicts verdict) => verdict switch { Verdicts.Met => "met", Verdicts.CannotTell => "can't tell", _ => "exception" };

    public static string Wording(Framework framework) => framework.Wording switch
    {
        Governance.Evidence.Wording.Official => "Statements word for word.",
        Governance.Evidence.Wording.Titles => "Identifiers and titles only.",
        _ => "Identifiers only; descriptions in our own words.",
    };

    /// <summary>The last day of a period, since the end itself is not included.</summary>
    public static string Period(DateTimeOffset from, DateTimeOffset to) => $"{Shared.Times.Day(from)} to {Shared.Times.Day(to.AddTicks(-1))}";
}
