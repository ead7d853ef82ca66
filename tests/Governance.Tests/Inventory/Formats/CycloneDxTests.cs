using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Inventory.Formats;

/// <summary>On the specification's own examples.</summary>
public sealed class CycloneDxTests
{
    [Fact]
    public async Task A_service_that_asks_who_is_there_is_an_access_of_the_application()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("cyclonedx", "service-1.6.json");
        run.Counts().ShouldBe((1, 1, 0, 0, 0, 0, 0));
        (run.Format, run.NotInventoried).ShouldBe(("cyclonedx", 1));
        (await test.ImportAsync(FormatTesting.Reversed(FormatTesting.Text("cyclonedx", "service-1.6.json")))).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        var access = await test.DetailAsync("Access to Stock ticker service");
        (access.Identity.ExternalId, access.Identity.Kind, access.Identity.Publisher).ShouldBe(("b2a46a4b-8367-4bae-9820-95557cfe03a8", IdentityKind.Workload, "Partner Org"));
        access.Grants.Select(g => g.Name).ShouldBe(["receives PII data", "sends PIFI data", "exchanges public data", "handles partner-data data"], ignoreOrder: true);
        access.Credentials.ShouldBeEmpty();
    }

    [Fact]
    public async Task Models_are_counted_and_not_taken()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("cyclonedx", "machine-learning-1.6.json");
        run.Counts().ShouldBe((0, 0, 0, 0, 0, 0, 0));
        run.Message!.ShouldContain("models 1");
    }

    [Fact]
    public async Task A_service_of_an_AI_vendor_leads_to_its_tool()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await test.ImportAsync("""{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"name":"helpdesk"}},"services":[{"bom-ref":"s1","name":"Model API","endpoints":["https://api.openai.com/v1/chat/completions"],"authenticated":true},{"bom-ref":"s2","name":"Public list","authenticated":false}]}""");
        (await test.IdentityAsync("helpdesk: access to Model API")).ToolId.ShouldNotBeNull();
    }
}
