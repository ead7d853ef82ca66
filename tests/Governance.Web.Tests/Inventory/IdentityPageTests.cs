using Bunit;
using Governance.Common;
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
