using Governance.Findings;

namespace Governance.Tests.Findings;

/// <summary>Ids as their publishers write them (OWASP NHI Top 10 2025, OWASP Top 10 for Agentic Applications 2026 and its Appendix C, CSA MAESTRO, NIST AI RMF 1.0, NIST CSF 2.0).</summary>
public sealed class MappingTests
{
    private static readonly Dictionary<string, string[]> OwaspsOwnMap = new(StringComparer.Ordinal)
    {
        ["NHI1:2025"] = ["ASI04"],
        ["NHI2:2025"] = ["ASI02", "ASI06"],
        ["NHI3:2025"] = ["ASI04", "ASI03"],
        ["NHI4:2025"] = ["ASI03", "ASI07"],
        ["NHI5:2025"] = ["ASI02", "ASI03"],
        ["NHI6:2025"] = ["ASI04", "ASI05"],
        ["NHI7:2025"] = ["ASI06", "ASI08"],
        ["NHI8:2025"] = ["ASI08", "ASI07"],
        ["NHI9:2025"] = ["ASI08", "ASI04"],
        ["NHI10:2025"] = ["ASI09", "ASI01"],
    };

    private static readonly string[] AiRmf =
    [
        "GOVERN 1.5", "GOVERN 1.6", "GOVERN 1.7", "GOVERN 2.1", "GOVERN 3.2", "GOVERN 6.1", "MAP 3.3", "MAP 3.5", "MAP 4.2", "MEASURE 2.4", "MEASURE 2.7", "MEASURE 2.8", "MANAGE 1.2", "MANAGE 1.3", "MANAGE 2.4", "MANAGE 3.1", "MANAGE 4.1",
    ];

    // The live subcategories of CSF 2.0 (NIST CSWP 29) that rules map to; withdrawn ids of version 1.1 are not among them.
    private static readonly string[] Csf =
    [
        "GV.RR-02", "GV.RR-04", "GV.OV-03", "GV.SC-04", "GV.SC-07", "ID.AM-02", "ID.AM-05", "ID.AM-08", "ID.RA-05", "PR.AA-01", "PR.AA-02", "PR.AA-03", "PR.AA-04", "PR.AA-05", "PR.DS-01", "PR.PS-06", "PR.IR-01", "DE.CM-03", "DE.AE-02", "DE.AE-03",
    ];

    [Fact]
    public void Every_id_is_one_that_its_publisher_has()
    {
        foreach (var rule in FindingRules.All)
        {
            rule.Maps.Nhi.ShouldBeSubsetOf(OwaspsOwnMap.Keys, rule.Id);
            rule.Maps.Asi.Concat(rule.Maps.AsiOurs).ShouldBeSubsetOf(Enumerable.Range(1, 10).Select(n => $"ASI{n:00}"), rule.Id);
            rule.Maps.Csf.ShouldBeSubsetOf(Csf, rule.Id);
            rule.Maps.AiRmf.ShouldBeSubsetOf(AiRmf, rule.Id);
            rule.Maps.Layers.ShouldBeSubsetOf(Enumerable.Range(1, 7).Select(n => $"L{n}"), rule.Id);
            rule.Maps.Layers.ShouldNotBeEmpty(rule.Id);
        }
    }

    [Fact]
    public void What_is_called_OWASPs_own_map_is_in_it_and_the_rest_is_called_ours()
    {
        foreach (var rule in FindingRules.All)
        {
            var official = rule.Maps.Nhi.SelectMany(id => OwaspsOwnMap[id]).ToHashSet(StringComparer.Ordinal);
            rule.Maps.Asi.ShouldAllBe(id => official.Contains(id), rule.Id);
            rule.Maps.AsiOurs.ShouldAllBe(id => !official.Contains(id), rule.Id);
        }
    }
}
