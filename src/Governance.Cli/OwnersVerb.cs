using System.CommandLine;
using System.Globalization;
using Governance.Ownership;

namespace Governance.Cli;

/// <summary><c>governance owners [--json]</c>: hides each owner who has accepted, proposes, and says how often the proposal names them.</summary>
internal static class OwnersVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var verb = new Command("owners", "Measure the owner proposals on this installation's data: hide each owner who has accepted, propose, compare.") { json };
        verb.SetAction((parsed, ct) => CommandHost.RunAsync(parsed.GetValue(json), RunAsync, ct));
        return verb;
    }

    private static async Task<int> RunAsync(CommandHost host, CancellationToken ct)
    {
        var measure = await host.Get<ProposalMeasureService>().RunAsync(ct);
        host.Print(measure,
        [
            Line(measure.Cold), Line(measure.Warm),
            "By how sure the first proposal is:", .. measure.ByConfidence.Select(r => "  " + Line(r)),
            "By kind of evidence, where it is there:", .. measure.ByEvidence.Select(r => "  " + Line(r)),
        ]);
        return ExitCodes.Ok;
    }

    private static string Line(MeasureRow r) => string.Create(CultureInfo.InvariantCulture, $"{r.Name}: {r.Known} known, {r.Proposed} get a proposal; right first {Share(r.TopOne)}, among the first three {Share(r.TopThree)}; of those with a proposal right first {Share(r.Precision)}.");

    private static string Share(double? share) => share is { } s ? s.ToString("0.0", CultureInfo.InvariantCulture) + " %" : "unknown";
}
