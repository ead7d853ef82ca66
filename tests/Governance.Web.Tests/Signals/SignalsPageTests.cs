using Bunit;
using Governance.Common;
using Governance.Signals;
using Governance.Web.Features.Signals;
using Governance.Web.Tests.Support;

namespace Governance.Web.Tests.Signals;

public sealed class SignalsPageTests
{
    [Fact]
    public async Task Nothing_can_be_added_before_the_address_is_named_and_a_wrong_one_is_refused_in_words()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var page = context.Render<SignalsPage>();
        page.WaitForAssertion(() => page.Markup.ShouldContain("No receiver yet"));
        page.Markup.ShouldContain("Nothing is sent yet");
        Button(page, "Add a receiver").HasAttribute("disabled").ShouldBeTrue();
        page.Find("section[aria-labelledby='address'] input").Change("http://example.com");
        await Button(page, "Save").ClickAsync(new());
        page.WaitForAssertion(() => page.Markup.ShouldContain("begins with https://"));
        page.Find("section[aria-labelledby='address'] input").Change("https://governance.example.com/");
        await Button(page, "Save").ClickAsync(new());
        page.WaitForAssertion(() => page.Markup.ShouldContain("https://governance.example.com/.well-known/ssf-configuration"));
        Button(page, "Add a receiver").HasAttribute("disabled").ShouldBeFalse();
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_the_receiver_can_be_switched_off()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var service = context.Get<ReceiverService>();
        (await service.SetIssuerAsync("https://governance.example.com", context.Me, default)).Refusal.ShouldBeNull();
        var page = context.Render<SignalsPage>();
        page.WaitForAssertion(() => page.Markup.ShouldContain("No receiver yet"));
        _ = Button(page, "Add a receiver").ClickAsync(new());
        context.Dialogs.WaitForAssertion(() => context.Dialogs.FindAll("input").Count.ShouldBeGreaterThan(1));
        context.Dialogs.FindAll("input")[0].Change("Contoso gateway");
        context.Dialogs.FindAll("input")[1].Change("https://receiver.example");
        await context.Dialogs.FindAll("button").First(b => b.TextContent.Trim() == "Add").ClickAsync(new());
        context.Dialogs.WaitForAssertion(() => context.Dialogs.FindAll("input").Select(i => i.GetAttribute("value")).ShouldContain(v => v != null && v.StartsWith("gsr_")));
        var secret = context.Dialogs.FindAll("input").Select(i => i.GetAttribute("value")!).Single(v => v.StartsWith("gsr_", StringComparison.Ordinal));
        await context.Dialogs.FindAll("button").First(b => b.TextContent.Trim() == "Done").ClickAsync(new());
        page.WaitForAssertion(() => page.Markup.ShouldContain("Contoso gateway"));
        page.Markup.ShouldNotContain(secret);
        (await service.FindAsync(secret, default)).ShouldNotBeNull();
        await page.Find("button[aria-label='Switch Contoso gateway off']").ClickAsync(new());
        page.WaitForAssertion(() => page.Markup.ShouldContain("switched off"));
        (await service.FindAsync(secret, default)).ShouldBeNull();
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<SignalsPage> page, string text) => page.FindAll("button").First(b => b.TextContent.Trim() == text);
}
