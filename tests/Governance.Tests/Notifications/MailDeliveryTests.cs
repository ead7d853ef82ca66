using Governance.Common;
using Governance.Connectors.Mail;
using Governance.Notifications;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Governance.Tests.Notifications;

/// <summary>Mail against a real SMTP server.</summary>
public sealed class MailDeliveryTests
{
    [Theory, EachDatabase]
    public async Task A_message_is_sent_once_as_a_mail_that_leads_to_the_console(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider);
        await desk.TellAsync("Ada", "owner.asked", "Is <b>this</b> yours?", "/owners/proposals?a=1&b=2");

        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(1, 0, 0, 0));
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(0, 0, 0, 0));

        var letter = desk.Letters.ShouldHaveSingleItem();
        letter.Subject.ShouldBe("Is <b>this</b> yours?");
        letter.To.Mailboxes.Single().Address.ShouldBe("ada@example.com");
        letter.HtmlBody!.ShouldContain("Is &lt;b&gt;this&lt;/b&gt; yours?");
        letter.HtmlBody!.ShouldContain("href=\"https://console.example/owners/proposals?a=1&amp;b=2\"");
        letter.TextBody!.ShouldContain("https://console.example/owners/proposals?a=1&b=2");
        await using var db = desk.Test.Open();
        var message = await db.Messages.SingleAsync();
        letter.MessageId.ShouldBe($"{message.Id:N}@console.example");
        (await db.MessageDeliveries.SingleAsync()).State.ShouldBe(DeliveryState.Sent);
    }

    [Theory, EachDatabase]
    public async Task A_passing_refusal_is_tried_again_later_and_a_lasting_one_is_not(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider, new MailServer { Refusal = "451 4.3.0 later" });
        await desk.TellAsync("Ada", "review.waiting", "A review waits", "/reviews");
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(0, 0, 0, 1));
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(0, 0, 0, 0));
        (await desk.DeliveryAsync()).LastError!.ShouldContain("451");

        desk.Test.Clock.Advance(TimeSpan.FromMinutes(2));
        desk.Server.Refusal = "550 5.1.1 no such mailbox";
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(0, 0, 1, 0));
        desk.Test.Clock.Advance(TimeSpan.FromHours(5));
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(0, 0, 0, 0));
        var delivery = await desk.DeliveryAsync();
        delivery.State.ShouldBe(DeliveryState.Failed);
        delivery.Attempts.ShouldBe(2);
        delivery.LastError!.ShouldContain("550");
    }

    [Theory, EachDatabase]
    public async Task What_a_killed_sender_had_taken_is_sent_after_its_lease_under_the_same_id(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider);
        await desk.TellAsync("Ada", "review.waiting", "A review waits", "/reviews");
        await desk.PumpAsync();
        await using (var db = desk.Test.Open())
        {
            // As the killed one leaves it: the server has the letter, and the ledger only the lease.
            var until = desk.Test.Now + DeliveryRules.Lease;
            await db.MessageDeliveries.ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Waiting).SetProperty(d => d.LeaseUntil, until).SetProperty(d => d.Lease, Guid.CreateVersion7(desk.Test.Now)));
        }

        (await desk.PumpAsync()).Sent.ShouldBe(0);
        desk.Test.Clock.Advance(DeliveryRules.Lease + TimeSpan.FromSeconds(1));
        (await desk.PumpAsync()).Sent.ShouldBe(1);
        desk.Letters.Select(l => l.MessageId).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        desk.Server.Letters.Count.ShouldBe(2);
    }

    [Theory, EachDatabase]
    public async Task Nothing_goes_to_whoever_left_has_no_mail_or_has_read_it_unless_it_is_a_duty(DatabaseProvider provider)
    {
        await using var desk = await MailDesk.OpenAsync(provider);
        await desk.TellAsync("Left", "review.waiting", "1", null, p => p.Status = PersonStatus.Left);
        await desk.TellAsync("Mute", "review.waiting", "2", null, p => p.Mail = null);
        await desk.TellAsync("Reader", "campaign.news", "3", null);
        await desk.TellAsync("Duty", "owner.asked", "4", null);
        await using (var db = desk.Test.Open())
        {
            var now = desk.Test.Now;
            await db.Messages.ExecuteUpdateAsync(s => s.SetProperty(m => m.ReadAt, now));
        }

        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(1, 3, 0, 0));
        desk.Letters.ShouldHaveSingleItem().To.Mailboxes.Single().Address.ShouldBe("duty@example.com");
    }

    [Fact]
    public async Task The_password_is_read_where_it_lies_and_a_wrong_one_is_said()
    {
        var file = Path.GetTempFileName();
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite, new MailServer { Credentials = "\0console\0right words" }, o => (o.UserName, o.Password) = ("console", "file:" + file));
        await desk.TellAsync("Ada", "review.waiting", "A review waits", null);
        await File.WriteAllTextAsync(file, "wrong words");
        (await desk.PumpAsync()).Postponed.ShouldBe(1);
        (await desk.DeliveryAsync()).LastError.ShouldBe("127.0.0.1 refused the name and password.");
        await File.WriteAllTextAsync(file, "right words\n");
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(3));
        (await desk.PumpAsync()).Sent.ShouldBe(1);
        File.Delete(file);
    }

    [Fact]
    public async Task A_server_without_starttls_gets_nothing()
    {
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite, null, o => o.Security = MailSecurity.StartTls);
        await desk.TellAsync("Ada", "review.waiting", "A review waits", null);
        (await desk.PumpAsync()).Postponed.ShouldBe(1);
        (await desk.DeliveryAsync()).LastError!.ShouldContain("does not offer STARTTLS");
        desk.Server.Letters.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_open_connection_to_another_machine_is_refused()
    {
        await using var desk = await MailDesk.OpenAsync(DatabaseProvider.Sqlite, null, o => o.Host = "mail.example.com");
        await desk.TellAsync("Ada", "review.waiting", "A review waits", null);
        (await desk.PumpAsync()).Postponed.ShouldBe(1);
        (await desk.DeliveryAsync()).LastError!.ShouldContain("only for a relay on this machine");
    }

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData(null)]
    public void A_link_that_leads_elsewhere_leads_to_the_start_page(string? link)
    {
        var console = new Uri("https://console.example");
        var message = new OutgoingMessage(Guid.CreateVersion7(TestDatabase.Noon), "a@example.com", "A", "review.waiting", "T\r\nBcc: x@evil.example", "B", link, TestDatabase.Noon);
        using var letter = MailLetter.Write(message, Shipped(message, console), new MailboxAddress("C", "c@example.com"), new MailboxAddress("A", "a@example.com"), console);
        letter.HtmlBody!.ShouldContain("href=\"https://console.example/\"");
        letter.HtmlBody!.ShouldNotContain("evil.example/x");
        letter.Subject.ShouldBe("T  Bcc: x@evil.example");
        letter.Bcc.ShouldBeEmpty();
    }

    private static Letter Shipped(OutgoingMessage message, Uri console)
    {
        var known = TemplateService.PlaceholdersOf(message.Kind).Keys.ToList();
        var template = new MailTemplate(TemplateText.Parse("{title}", known, "subject").OrThrow(), TemplateText.Parse("Hello {name},\n\n{body}\n\n{link}", known, "body").OrThrow());
        return Letters.Of(template, message, null, TimeZoneInfo.Utc, console);
    }
}
