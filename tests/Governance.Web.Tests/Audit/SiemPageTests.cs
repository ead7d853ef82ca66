using Bunit;
using Governance.Audit.Forwarding;
using Governance.Common;
using Governance.Web.Features.Audit;
using Governance.Web.Tests.Support;

namespace Governance.Web.Tests.Audit;

/// <summary>The forwarding as an administrator sets it, and as an auditor sees how far it is.</summary>
public sealed class SiemPageTests
{
    [Fact]
    public async Task TLS_and_its_port_stand_there_from_the_start_and_what_is_typed_is_kept()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var page = context.Render<SiemPage>();
        page.WaitForElement("#tls").HasAttribute("checked").ShouldBeTrue();
        page.Find("#port").GetAttribute("value").ShouldBe("6514");
        page.FindAll(".forwarding").ShouldBeEmpty();
        await page.Find("#host").ChangeAsync(new() { Value = "siem.example.com" });
        await Button(page, "Save");
        page.WaitForElement(".forwarding").TextContent.ShouldContain("Sent to siem.example.com");
        page.Find(".forwarding").TextContent.ShouldContain("1 entry waits, the oldest written");
        var kept = (await context.Get<LogForwarding>().GetAsync(CancellationToken.None))!.Receiver;
        (kept.Host, kept.Port, kept.Tls, kept.Enabled).ShouldBe(("siem.example.com", 6514, true, true));
    }

    [Fact]
    public async Task A_refusal_stands_on_the_page_and_nothing_typed_is_lost()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var page = context.Render<SiemPage>();
        await page.WaitForElement("#host").ChangeAsync(new() { Value = "https://siem.example.com" });
        await Button(page, "Save");
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("without a scheme");
        page.Find("#host").GetAttribute("value").ShouldBe("https://siem.example.com");
        (await context.Get<LogForwarding>().GetAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_test_that_finds_nobody_says_so_and_sending_in_the_clear_is_warned_of()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var page = context.Render<SiemPage>();
        await page.WaitForElement("#host").ChangeAsync(new() { Value = "169.254.169.254" });
        await page.Find("#tls").ChangeAsync(new() { Value = false });
        page.WaitForElement(".mud-alert").TextContent.ShouldContain("Without TLS everybody on the way can read it");
        await Button(page, "Send a test message");
        page.WaitForState(() => page.Markup.Contains("those are never called", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_auditor_sees_on_the_log_how_far_it_was_sent_and_what_is_in_the_way()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator, Roles.Auditor);
        (await context.Get<LogForwarding>().SaveAsync(new ReceiverChange(new SyslogAddress("siem.example.com", 6514, true, null), true, false), context.Me, CancellationToken.None)).OrThrow();
        await context.SaveAsync(db =>
        {
            var receiver = db.LogReceivers.Single();
            db.Entry(receiver).Property(r => r.Problem).CurrentValue = "<b>gone</b>";
            db.Entry(receiver).Property(r => r.Failures).CurrentValue = 3;
        });
        var state = context.Render<AuditPage>().WaitForElement(".forwarding.broken");
        state.TextContent.ShouldContain("siem.example.com does not take the log");
        state.TextContent.ShouldContain("<b>gone</b>");
        state.TextContent.ShouldContain("3 times");
        state.TextContent.ShouldContain("Nothing is lost");
    }

    private static Task Button(IRenderedComponent<SiemPage> page, string text) => page.FindAll("button").Single(b => b.TextContent.Trim() == text).ClickAsync(new());
}
