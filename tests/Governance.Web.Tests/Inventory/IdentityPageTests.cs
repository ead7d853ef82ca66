using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Revocation;
using Governance.Web.Features.Inventory;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Inventory;

/// <summary>The record of one identity, and what can be ordered from it.</summary>
public sealed class IdentityPageTests
{
    [Fact]
    public async Task A_security_engineer_revokes_it_with_a_reason_and_is_led_to_the_order()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var identity = await context.IdentityAsync("leaked-agent");
        var page = context.Render<IdentityPage>(p => p.Add(i => i.Id, identity.Id));
        page.WaitForElement(".page-actions button");
        _ = page.Find(".page-actions button").ClickAsync(new());
        await context.AnswerAsync("Revoke", "Its key was found in a public repository");
        page.WaitForAssertion(() => context.Get<NavigationManager>().Uri.ShouldContain("/revocations/"));
        await using var db = await context.OpenAsync();
        var order = await db.RevocationOrders.SingleAsync();
        (order.IdentityId, order.Cause, order.Reason).ShouldBe((identity.Id, RevocationCause.Manual, "Its key was found in a public repository"));
        context.Get<NavigationManager>().Uri.ShouldEndWith($"/revocations/{order.Id:D}");
    }

    [Fact]
    public async Task One_credential_or_permission_is_taken_away_from_its_row_after_the_dry_run()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var identity = await context.IdentityAsync("leaked-agent");
        var (credential, _) = await HoldsAsync(context, identity);
        var page = context.Render<IdentityPage>(p => p.Add(i => i.Id, identity.Id));
        await TabAsync(page, "Credentials");
        _ = page.WaitForElement("button[aria-label='Revoke this credential: old key']").ClickAsync(new());
        context.Dialogs.WaitForAssertion(() => context.Dialogs.Markup.ShouldContain("No connector is bound to its source: a person takes it away there"));
        context.Dialogs.Markup.ShouldContain("The identity itself goes on.");
        context.Dialogs.FindAll("button").Single(b => b.TextContent.Trim() == "Revoke").HasAttribute("disabled").ShouldBeTrue("a reason is needed");
        await context.AnswerAsync("Revoke", "It leaked");
        page.WaitForAssertion(() => context.Get<NavigationManager>().Uri.ShouldContain("/revocations/"));
        await using var db = await context.OpenAsync();
        var order = await db.RevocationOrders.SingleAsync();
        (order.On, order.CredentialId, order.TargetName, order.Reason).ShouldBe((TargetKind.Credential, credential, "old key", "It leaked"));

        var again = context.Render<IdentityPage>(p => p.Add(i => i.Id, identity.Id));
        await TabAsync(again, "Credentials");
        again.WaitForElement($"a[href='/revocations/{order.Id}']").TextContent.ShouldBe("Ordered");
        await TabAsync(again, "Permissions");
        _ = again.WaitForElement("button[aria-label='Remove this access: Mail.Read']").ClickAsync(new());
        await context.AnswerAsync("Remove", "Not needed");
        again.WaitForAssertion(() => context.Get<NavigationManager>().Uri.ShouldNotContain(order.Id.ToString()));
        (await db.RevocationOrders.CountAsync(o => o.On == TargetKind.Grant)).ShouldBe(1);
    }

    [Fact]
    public async Task What_the_connector_cant_take_away_is_said_and_not_ordered()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer, Roles.Administrator);
        var identity = await context.IdentityAsync("leaked-agent");
        await HoldsAsync(context, identity);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["host"] = "127.0.0.1", ["user"] = "governance", ["database"] = "postgres" };
        (await context.Get<ConnectorService>().BindAsync(identity.SourceId, "postgresql", settings, null, true, context.Me, CancellationToken.None)).Refusal.ShouldBeNull();
        var page = context.Render<IdentityPage>(p => p.Add(i => i.Id, identity.Id));
        await TabAsync(page, "Credentials");
        _ = page.WaitForElement("button[aria-label='Revoke this credential: old key']").ClickAsync(new());
        context.Dialogs.WaitForAssertion(() => context.Dialogs.Markup.ShouldContain("can't take away one credential of this identity"));
        context.Dialogs.FindAll("button").Select(b => b.TextContent.Trim()).ShouldNotContain("Revoke");
    }

    private static async Task TabAsync(IRenderedComponent<IdentityPage> page, string tab)
    {
        page.WaitForElement(".mud-tab");
        await page.FindAll(".mud-tab").Single(t => t.TextContent.Contains(tab, StringComparison.Ordinal)).ClickAsync(new());
    }

    private static async Task<(Guid Credential, Guid Grant)> HoldsAsync(PageContext context, Identity identity)
    {
        var now = TimeProvider.System.Now();
        var credential = new Credential { Id = Ids.New(now), IdentityId = identity.Id, ExternalId = "k1", DisplayName = "old key" };
        var entitlement = new Entitlement { Id = Ids.New(now), SourceId = identity.SourceId, Key = "Mail.Read", Name = "Mail.Read" };
        var grant = new Grant { Id = Ids.New(now), IdentityId = identity.Id, EntitlementId = entitlement.Id, FirstSeenAt = now };
        await context.SaveAsync(db => db.AddRange(credential, entitlement, grant));
        return (credential.Id, grant.Id);
    }

    [Fact]
    public async Task An_auditor_sees_the_record_and_no_way_to_revoke_it()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        var identity = await context.IdentityAsync("leaked-agent");
        var page = context.Render<IdentityPage>(p => p.Add(i => i.Id, identity.Id));
        page.WaitForElement(".columns");
        page.FindAll(".page-actions button").ShouldBeEmpty();
        page.Find("h1").TextContent.ShouldContain("leaked-agent");
    }
}
