using Bunit;
using Governance.Common;
using Governance.Revocation;
using Governance.Web.Features.Revocations;
using Governance.Web.Tests.Support;

namespace Governance.Web.Tests.Revocations;

public sealed class ConnectorPanelTests
{
    [Fact]
    public async Task A_bound_connector_shows_what_it_can_do_its_settings_and_no_secret()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var identity = await context.IdentityAsync("svc");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["base"] = "https://example.okta.com" };
        (await context.Get<ConnectorService>().BindAsync(identity.SourceId, "okta", settings, "00-a-canary-token", true, context.Me, default)).Refusal.ShouldBeNull();
        var panel = context.Render<ConnectorPanel>(p => p.Add(c => c.SourceId, identity.SourceId));
        panel.WaitForAssertion(() => panel.Markup.ShouldContain("disable, delete an identity"));
        panel.Markup.ShouldContain("one credential");
        panel.FindAll("input").Select(i => i.GetAttribute("value")).ShouldContain("https://example.okta.com");
        panel.FindAll("input").Select(i => i.GetAttribute("value")).ShouldContain(SealedSecret.Kept);
        panel.Markup.ShouldNotContain("canary");
    }

    [Fact]
    public async Task A_refusal_is_shown_and_a_test_that_fails_says_so_after_saving()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var identity = await context.IdentityAsync("svc");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["base"] = "https://127.0.0.1:1" };
        (await context.Get<ConnectorService>().BindAsync(identity.SourceId, "okta", settings, "token", true, context.Me, default)).Refusal.ShouldBeNull();
        var panel = context.Render<ConnectorPanel>(p => p.Add(c => c.SourceId, identity.SourceId));
        panel.WaitForAssertion(() => panel.FindAll("button").Select(b => b.TextContent.Trim()).ShouldContain("Save and test"));
        await panel.FindAll("button").First(b => b.TextContent.Trim() == "Save and test").ClickAsync(new());
        panel.WaitForAssertion(() => panel.Markup.ShouldContain("the test did not succeed"));
        panel.Markup.ShouldContain("not public");
        panel.FindAll("input").Select(i => i.GetAttribute("value")).ShouldContain(SealedSecret.Kept);
    }
}
