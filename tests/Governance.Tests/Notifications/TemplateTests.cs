using Governance.Common;
using Governance.Notifications;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Notifications;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("{titel}", "x", "Subject, line 1, character 1: there is no placeholder {titel}")]
    [InlineData("{title}", "Hello\n\n  {nmae}", "Text, line 3, character 3: there is no placeholder {nmae}")]
    [InlineData("{title}", "Hello {name", "Text, line 1, character 7: a placeholder is not closed")]
    [InlineData("{title}", "Hello }", "Text, line 1, character 7: a closing brace")]
    [InlineData("{body}", "x", "there is no placeholder {body}")]
    [InlineData("{name.Length}", "x", "there is no placeholder {name.Length}")]
    public async Task An_unknown_placeholder_is_refused_with_its_place(string subject, string body, string says)
    {
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite);
        (await desk.Test.Get<TemplateService>().SaveAsync("owner.asked", subject, body, MailDesk.Administrator, default)).Refusal!.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("", "x", "template.subject")]
    [InlineData("a\r\nBcc: evil@example.com", "x", "template.subject")]
    [InlineData("a", " ", "template.body")]
    public async Task A_subject_is_one_line_and_a_text_is_not_empty(string subject, string body, string code)
    {
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite);
        (await desk.Test.Get<TemplateService>().SaveAsync("owner.asked", subject, body, MailDesk.Administrator, default)).Refusal!.Code.ShouldBe(code);
        (await desk.Test.Get<TemplateService>().SaveAsync("owner.asked", "{title}", "{body}", Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Test.Get<TemplateService>().SaveAsync("no.kind", "{title}", "{body}", MailDesk.Administrator, default)).Refusal!.Code.ShouldBe("template.kind");
    }

    [Theory, EachDatabase]
    public async Task The_wording_that_an_administrator_gives_is_sent_and_can_be_taken_back(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider);
        var service = desk.Test.Get<TemplateService>();
        (await service.SaveAsync("owner.asked", "[Contoso] {title}", "Dear {name} {{ok}},\n\n{title} & <more>\n\n{due}\n\n{link}", MailDesk.Administrator, default)).Refusal.ShouldBeNull();
        await desk.TellAsync("Ada", "owner.asked", "Is <b>this</b> yours?", "/owners/proposals", due: desk.Test.Now.AddDays(2));
        await desk.TellAsync("Bob", "owner.named", "Shipped");
        await desk.PumpAsync();
        var own = desk.Letters.Single(l => l.Subject == "[Contoso] Is <b>this</b> yours?");
        own.TextBody!.ShouldContain("Dear Ada {ok},");
        own.TextBody!.ShouldContain("An answer counts until 26 November 2026, 12:00 (UTC).");
        own.HtmlBody!.ShouldContain("Is &lt;b&gt;this&lt;/b&gt; yours? &amp; &lt;more&gt;");
        own.HtmlBody!.ShouldContain("href=\"https://console.example/owners/proposals\"");
        desk.Letters.ShouldContain(l => l.Subject == "Shipped");

        desk.Test.Clock.Advance(TimeSpan.FromMinutes(1));
        (await service.ResetAsync("owner.asked", MailDesk.Administrator, default)).Refusal.ShouldBeNull();
        await desk.TellAsync("Ada", "owner.asked", "Again");
        await desk.PumpAsync();
        desk.Letters[^1].Subject.ShouldBe("Again");
        var history = await service.HistoryAsync("owner.asked", default);
        history.Select(h => (h.Shipped, h.ChangedBy)).ShouldBe([(true, "Ann Admin"), (false, "Ann Admin")]);
        (await service.ListAsync(default)).Single(t => t.Kind == "owner.asked").Shipped.ShouldBeTrue();
    }

    [Theory, EachDatabase]
    public async Task No_name_or_title_adds_a_header(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider);
        await desk.TellAsync("Ada", "owner.asked", "Yours?\r\nBcc: evil@example.com\r\n\r\nBody", null, p => p.Name = "Ada\r\nBcc: evil@example.com");
        await desk.PumpAsync();
        var letter = desk.Letters.ShouldHaveSingleItem();
        letter.Bcc.ShouldBeEmpty();
        letter.Headers.ShouldNotContain(h => h.Field == "Bcc");
        letter.Subject.ShouldBe("Yours?  Bcc: evil@example.com    Body");
        letter.To.Mailboxes.ShouldHaveSingleItem().Address.ShouldBe("ada@example.com");
        letter.Headers[MimeKit.HeaderId.ListUnsubscribe].ShouldBe("<https://console.example/account/notifications/stop>");
    }

    [Fact]
    public async Task Each_kind_and_the_digest_can_be_previewed_as_shipped()
    {
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite);
        var service = desk.Test.Get<TemplateService>();
        var templates = await service.ListAsync(default);
        templates.Count.ShouldBe(MessageKinds.All.Count + 1);
        foreach (var template in templates)
        {
            var letter = service.Preview(template.Kind, template.Subject, template.Body).OrThrow();
            letter.Text.ShouldContain("Ada Lovelace");
            letter.Subject.ShouldNotContain("{");
        }

        service.Preview("owner.asked", "{title}", "{nope}").Refusal!.Code.ShouldBe("template.placeholder");
    }
}
