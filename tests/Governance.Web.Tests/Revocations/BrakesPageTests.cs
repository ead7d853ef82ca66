using Bunit;
using Governance.Audit;
using Governance.Common;
using Governance.Revocation;
using Governance.Web.Features.Revocations;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Revocations;

/// <summary>The page that holds a wrong revocation back: who may pull, who may release, what is refused.</summary>
public sealed class BrakesPageTests
{
    [Fact]
    public async Task An_auditor_reads_the_limits_and_can_change_none()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        var page = context.Render<BrakesPage>();
        page.WaitForElement("section[aria-label='Limits']");
        page.FindAll("section[aria-label='Limits'] input").ShouldAllBe(i => i.HasAttribute("disabled"));
        page.FindAll("button").Select(b => b.TextContent.Trim()).ShouldNotContain(t => t == "Save limits" || t == "Exempt" || t.StartsWith("Stop everything"));
        page.Find("section[aria-label='Exemptions']").TextContent.ShouldContain("None is in force.");
    }

    [Fact]
    public async Task A_changed_limit_is_in_force_and_in_the_audit_log()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var page = context.Render<BrakesPage>();
        await LimitAsync(page, "Notice, in days", "3");
        await ButtonAsync(page, "Save limits");
        context.Says("The limits are in force.");
        (await context.Get<BrakeService>().GetAsync(CancellationToken.None)).NoticeDays.ShouldBe(3);
        (await context.Get<AuditQueries>().ListAsync(new AuditFilter(null, null, AuditActions.BrakesChanged, null, null, null), null, 10, CancellationToken.None)).Rows.ShouldHaveSingleItem().ActorName.ShouldBe("Ada Lovelace");
    }

    [Fact]
    public async Task A_security_engineer_stops_everything_with_a_reason_and_cannot_release_it()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var page = context.Render<BrakesPage>();
        _ = ButtonAsync(page, "Stop everything…");
        await context.AnswerAsync("Stop everything", "The wrong export was imported");
        page.WaitForAssertion(() => page.Find("section[aria-label='Stop switch']").TextContent.ShouldContain("All revocations are stopped"));
        page.Find("section[aria-label='Stop switch']").TextContent.ShouldContain("Ada Lovelace");
        page.Find("section[aria-label='Stop switch']").TextContent.ShouldContain("The wrong export was imported");
        page.FindAll("button").Select(b => b.TextContent.Trim()).ShouldNotContain("Release…");
        (await context.Get<BrakeService>().GetAsync(CancellationToken.None)).Stopped.ShouldBeTrue();
    }

    [Fact]
    public async Task An_exemption_without_a_reason_is_refused_in_place_and_with_one_it_is_listed_and_can_be_ended()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var identity = await context.IdentityAsync("break-glass");
        var page = context.Render<BrakesPage>();
        page.WaitForElement("section[aria-label='Exemptions']");
        await ButtonAsync(page, "Exempt");
        page.Find("section[aria-label='Exemptions'] .mud-alert").TextContent.ShouldContain("Choose an identity and a day.");

        (await context.Get<BrakeService>().ExemptAsync(identity.Id, "On call needs it", TimeProvider.System.Now().AddDays(20), context.Me, CancellationToken.None)).IsRefused.ShouldBeFalse();
        page = context.Render<BrakesPage>();
        page.WaitForElement(".exemptions").TextContent.ShouldContain("On call needs it");
        _ = page.Find("button[aria-label='End… the exemption of break-glass']").ClickAsync(new());
        await context.AnswerAsync("End");
        page.WaitForAssertion(() => page.FindAll(".exemptions").ShouldBeEmpty());
        await using var db = await context.OpenAsync();
        (await db.Exemptions.SingleAsync()).EndedAt.ShouldNotBeNull();
    }

    private static Task ButtonAsync(IRenderedComponent<BrakesPage> page, string text)
    {
        page.WaitForElement("section[aria-label='Limits']");
        return page.FindAll("button").Single(b => b.TextContent.Trim() == text).ClickAsync(new());
    }

    private static Task LimitAsync(IRenderedComponent<BrakesPage> page, string label, string value)
    {
        page.WaitForElement("section[aria-label='Limits']");
        var id = page.FindAll("label").Single(l => l.TextContent.Trim() == label).GetAttribute("for");
        return page.Find("#" + id).ChangeAsync(new() { Value = value });
    }
}
