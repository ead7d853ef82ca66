using NetArchTest.Rules;

namespace Governance.Tests.Architecture;

public sealed class FeatureOrderTests
{
    public static TheoryData<string> Features => [.. FeatureOrder.Product.Features];

    [Theory, MemberData(nameof(Features))]
    public void A_feature_uses_only_features_below_it(string feature)
    {
        FeatureOrder.Product.Selected(feature).ShouldBeGreaterThan(0, $"the rule for {feature} looks at nothing");
        FeatureOrder.Product.Violations(feature).ShouldBeEmpty();
    }

    [Fact]
    public void Every_feature_folder_has_its_floor()
    {
        string[] beside = ["Persistence", "bin", "obj"];
        var folders = new DirectoryInfo(Support.Repository.File("src", "Governance")).GetDirectories().Select(d => d.Name).Except(beside, StringComparer.Ordinal);
        folders.Where(f => Directory.EnumerateFiles(Support.Repository.File("src", "Governance", f), "*.cs", SearchOption.AllDirectories).Any())
            .Except(FeatureOrder.Product.Features, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public void A_feature_that_reaches_upwards_is_caught()
    {
        FeatureOrder fixture = new(GetType().Assembly, "Governance.Tests.Architecture.Fixture.", [["Ground"], ["Upper", "Beside"]], "Governance.Tests.Architecture.Fixture.Upper.Exempt");
        fixture.Violations("Ground").ShouldBe(["Governance.Tests.Architecture.Fixture.Ground.ReachesUp"]);
        fixture.Violations("Upper").ShouldBe(["Governance.Tests.Architecture.Fixture.Upper.ReachesAcross"]);
        fixture.Violations("Beside").ShouldBeEmpty();
    }

    [Fact]
    public void The_product_knows_no_screen_and_no_vendor()
    {
        var product = Types.InAssembly(FeatureOrder.Product.Assembly);
        product.GetTypes().Count().ShouldBeGreaterThan(50);
        product.ShouldNot().HaveDependencyOnAny("Microsoft.AspNetCore.Components", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Mvc", "MudBlazor", "Hangfire", "Governance.Web", "Governance.Connectors", "Governance.Cli")
            .GetResult().FailingTypeNames.ShouldBeNull();
    }
}
