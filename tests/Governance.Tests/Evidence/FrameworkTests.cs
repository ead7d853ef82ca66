using System.Text.Json;
using Governance.Evidence;
using Governance.Tests.Support;

namespace Governance.Tests.Evidence;

public sealed class FrameworkTests
{
    [Fact]
    public void Every_CSF_statement_is_printed_word_for_word()
    {
        using var official = JsonDocument.Parse(File.ReadAllText(Repository.File("tests", "data", "standards", "csf20_106_subcategories.json")));
        var texts = official.RootElement.EnumerateArray().ToDictionary(e => e.GetProperty("id").GetString()!, e => e.GetProperty("text").GetString()!);
        var csf = FrameworkCatalogue.Find("nist-csf-2.0").ShouldNotBeNull();
        csf.Subcategories.Count.ShouldBeGreaterThan(10);
        foreach (var subcategory in csf.Subcategories)
            subcategory.Statement.ShouldBe(texts[subcategory.Id], subcategory.Id);
    }

    [Fact]
    public void Every_metric_that_a_framework_names_exists_and_none_is_named_twice()
    {
        var known = MetricCatalogue.All.Select(m => m.Id).Append("M35").ToList();
        known.ShouldBeUnique();
        FrameworkCatalogue.All.SelectMany(f => f.Subcategories).SelectMany(s => s.Metrics).Distinct().Except(known).ShouldBeEmpty();
    }
}
