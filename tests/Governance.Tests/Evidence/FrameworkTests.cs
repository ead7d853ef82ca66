using System.Text;
using System.Text.Json;
using Governance.Evidence;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Evidence;

public sealed class FrameworkTests
{
    [Fact]
    public void Every_CSF_statement_is_word_for_word_of_one_of_the_106()
    {
        using var official = Official("csf20_106_subcategories.json");
        var texts = official.RootElement.EnumerateArray().ToDictionary(e => e.GetProperty("id").GetString()!, e => (Text: e.GetProperty("text").GetString()!, Category: e.GetProperty("category").GetString()!));
        texts.Count.ShouldBe(106);
        var csf = Shipped("nist-csf-2.0");
        csf.Subcategories.Count.ShouldBe(46);
        foreach (var subcategory in csf.Subcategories)
            (subcategory.Statement, subcategory.Category).ShouldBe(texts[subcategory.Id], subcategory.Id);
        csf.Subcategories.Single(s => s.Id == "PR.AA-06").OutOfScope.ShouldNotBeNull();
    }

    [Fact]
    public void Every_AI_RMF_statement_is_word_for_word_of_the_Core()
    {
        using var official = Official("airmf10_selected.json");
        var texts = official.RootElement.GetProperty("subcategories").EnumerateObject().ToDictionary(e => e.Name, e => e.Value.GetString());
        var rmf = Shipped("nist-ai-rmf-1.0");
        rmf.Subcategories.Select(s => s.Id).ShouldBe(texts.Keys, ignoreOrder: true);
        foreach (var subcategory in rmf.Subcategories)
            subcategory.Statement.ShouldBe(texts[subcategory.Id], subcategory.Id);
    }

    [Theory]
    [InlineData("owasp-nhi-2025", "nhi_top10_2025.json", 10)]
    [InlineData("owasp-asi-2026", "asi_top10_2026.json", 10)]
    public void OWASP_lists_have_their_titles_alone_and_their_attribution(string id, string file, int count)
    {
        using var official = Official(file);
        var framework = Shipped(id);
        framework.Subcategories.ToDictionary(s => s.Id, s => s.Statement).ShouldBe(official.RootElement.EnumerateObject().ToDictionary(e => e.Name, e => e.Value.GetString()!), ignoreOrder: true);
        framework.Subcategories.Count.ShouldBe(count);
        framework.Wording.ShouldBe(Wording.Titles);
        framework.Attribution.ShouldNotBeNull().ShouldContain("CC BY-SA 4.0");
    }

    [Fact]
    public void MAESTRO_has_seven_layers_and_no_number_below_one()
    {
        using var official = Official("maestro_layers.json");
        Shipped("csa-maestro").Subcategories.ToDictionary(s => s.Id, s => s.Statement)
            .ShouldBe(official.RootElement.EnumerateObject().ToDictionary(e => "MAESTRO " + e.Name, e => e.Value.GetString()!.Replace(" (vertical)", string.Empty, StringComparison.Ordinal)), ignoreOrder: true);
    }

    [Fact]
    public void SP_800_53_controls_have_their_official_titles()
    {
        using var official = Official("sp80053_selected.json");
        var titles = official.RootElement.EnumerateObject().ToDictionary(e => e.Name, e => e.Value.GetString()!);
        var framework = Shipped("nist-sp-800-53-r5");
        foreach (var control in framework.Subcategories)
            control.Statement.ShouldBe(titles[OscalResults.ControlId(framework.Id, control.Id)], control.Id);
    }

    [Theory]
    [InlineData("iso-27001-2022")]
    [InlineData("iso-42001-2023")]
    [InlineData("soc-2")]
    [InlineData("pci-dss-4.0.1")]
    public void Texts_that_may_not_be_copied_are_in_own_words_and_say_so(string id) => Shipped(id).Wording.ShouldBe(Wording.Own);

    [Fact]
    public void The_crosswalk_names_only_controls_that_are_there()
    {
        var crosswalk = FrameworkLibrary.Crosswalk;
        crosswalk.Themes.Count.ShouldBe(9);
        foreach (var (framework, controls) in crosswalk.Themes.SelectMany(t => t.Controls))
            controls.Except(Shipped(framework).Subcategories.Select(s => s.Id)).ShouldBeEmpty(framework);
        crosswalk.Of("nist-csf-2.0", "PR.AA-05").Select(t => t.Id).ShouldBe(["authorisation", "review", "removal", "duties"]);
    }

    [Fact]
    public void Every_measured_metric_speaks_to_a_subcategory_of_the_CSF_or_the_AI_RMF()
    {
        var named = FrameworkLibrary.Shipped.Where(f => f.Id.StartsWith("nist-", StringComparison.Ordinal)).SelectMany(f => f.Subcategories).SelectMany(s => s.Metrics).ToHashSet();
        MetricCatalogue.All.Select(m => m.Id).Except(named).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_framework_is_added_as_a_file_and_one_with_errors_says_where()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var library = test.Get<FrameworkLibrary>();
        await File.WriteAllTextAsync(Path.Combine(library.Folder, "own.json"), """{"id":"own-1","title":"Own","version":"1","publisher":"We","source":"Us","wording":"own","subcategories":[{"id":"A.1","category":"All","statement":"Owners answer","metrics":["M06"]}]}""");
        library.Find("own-1").ShouldNotBeNull().IsOwn.ShouldBeTrue();
        library.Problems.ShouldBeEmpty();
        await File.WriteAllTextAsync(Path.Combine(library.Folder, "taken.json"), """{"id":"soc-2","title":"Own","version":"1","publisher":"We","source":"Us","wording":"own","subcategories":[{"id":"A.1","category":"All","statement":"x","metrics":[]}]}""");
        await File.WriteAllTextAsync(Path.Combine(library.Folder, "wrong.json"), """{"id":"Own 2","title":"","version":"1","publisher":"We","source":"Us","wording":"ours","subcategories":[{"id":"A","category":"B","statement":"C","metrics":["M99","M06","M06"]},{"id":"A","category":"B","statement":"C","metric":[]}]}""");
        await File.WriteAllTextAsync(Path.Combine(library.Folder, "z.json"), "{\n  \"id\": \n}");
        library.Problems.ShouldBe(
        [
            "taken.json: id: \"soc-2\" is taken by another framework",
            "wrong.json: id: \"Own 2\" must be lower-case letters, digits, dots and dashes",
            "wrong.json: wording: must be official, titles or own",
            "wrong.json: subcategories[0].metrics[0]: there is no metric \"M99\" (M01 to M35)",
            "wrong.json: subcategories[0].metrics[2]: \"M06\" is named twice",
            "wrong.json: subcategories[1].metric: there is no such member",
            "wrong.json: subcategories: \"A\" is there 2 times",
            "wrong.json: title: is missing, empty or no text",
            "z.json: line 3, column 1: no JSON here, or a member twice",
        ]);
        library.All.Count.ShouldBe(FrameworkLibrary.Shipped.Count + 1);
    }

    private static Framework Shipped(string id) => FrameworkLibrary.Shipped.Single(f => f.Id == id);

    private static JsonDocument Official(string file) => JsonDocument.Parse(File.ReadAllText(Repository.File("tests", "data", "standards", file), Encoding.UTF8));
}
