using System.Text.Json.Nodes;
using Governance.Evidence;
using Governance.Persistence;
using Governance.Tests.Support;
using NJsonSchema;

namespace Governance.Tests.Evidence;

/// <summary>Assessment results against the official schema of OSCAL 1.2.1, and the references that a schema can't check.</summary>
public sealed class OscalTests
{
    private static readonly Lazy<Task<JsonSchema>> Schema = new(() => JsonSchema.FromFileAsync(Repository.File("tests", "data", "standards", "oscal", "oscal_assessment-results_schema.json")));

    [Fact]
    public async Task The_validator_takes_the_official_example_and_refuses_a_spoiled_one()
    {
        var example = await File.ReadAllTextAsync(Repository.File("tests", "data", "standards", "oscal", "ifa_assessment-results-example.json"));
        (await Schema.Value).Validate(example).ShouldBeEmpty();
        var spoiled = JsonNode.Parse(example)!;
        spoiled["assessment-results"]!["metadata"]!.AsObject().Remove("oscal-version");
        (await Schema.Value).Validate(spoiled.ToJsonString()).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("nist-csf-2.0")]
    [InlineData("nist-ai-rmf-1.0")]
    [InlineData("owasp-nhi-2025")]
    [InlineData("owasp-asi-2026")]
    [InlineData("csa-maestro")]
    [InlineData("nist-sp-800-53-r5")]
    [InlineData("iso-27001-2022")]
    [InlineData("iso-42001-2023")]
    [InlineData("soc-2")]
    [InlineData("pci-dss-4.0.1")]
    public async Task Each_framework_gives_valid_results_whose_references_resolve(string framework)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await EvidencePackageTests.SeedAsync(test);
        var folder = await EvidencePackageTests.MakeAsync(test, framework);
        var text = await File.ReadAllTextAsync(Path.Combine(folder, "assessment-results.json"));
        (await Schema.Value).Validate(text).Select(e => e.ToString()).ShouldBeEmpty();

        var root = JsonNode.Parse(text)!["assessment-results"]!;
        var uuids = All(root, "uuid").ToList();
        uuids.ShouldBeUnique();
        All(root, "observation-uuid").Except(uuids).ShouldBeEmpty();
        All(root, "href").Where(h => h.StartsWith('#')).Select(h => h[1..]).Except(uuids).ShouldBeEmpty();
        foreach (var href in All(root, "href").Where(h => !h.StartsWith('#')))
            File.Exists(Path.Combine(folder, href)).ShouldBeTrue(href);
        if (framework == "nist-csf-2.0")
            All(root, "target-id").ShouldContain("PR.AA-01_statement");
    }

    private static IEnumerable<string> All(JsonNode? node, string name) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == name && p.Value is JsonValue v ? [v.GetValue<string>()] : All(p.Value, name)),
        JsonArray a => a.SelectMany(i => All(i, name)),
        _ => [],
    };
}
