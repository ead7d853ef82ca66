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
        await using var server = new MailServer();
        await using var test = await OpenAsync(provider, server);
        await TellAsync(test, "Ada", "owner.asked", "Is <b>this</b> yours?", "/owners/proposals?a=1&b=2");

        (await PumpAsync(test)).ShouldBe(new DeliveryRound(1, 0, 0, 0));
        (await PumpAsync(test)).ShouldBe(new DeliveryRound(0, 0, 0, 0));

        var letter = Parse(server.Letters.ShouldHaveSingleItem());
        letter.Subject.ShouldBe("Is <b>this</b> yours?");
        letter.To.Mailboxes.Single().Address.ShouldBe("ada@example.com");
        letter.HtmlBody!.ShouldContain("Is &lt;b&gt;this&lt;/b&gt; yours?");
        letter.HtmlBody!.ShouldContain("href=\"https://console.example/owners/proposals?a=1&amp;b=2\"");
        letter.TextBody!.ShouldContain("https://console.example/owners/proposals?a=1&b=2");
        await using var db = test.Open();
        var message = await db.Messages.SingleAsync();
        letter.MessageId.ShouldBe($"{message.Id:N}@console.example");
        (await db.MessageDeliveries.SingleAsync()).State.ShouldBe(DeliveryState.Sent);
    }

    [Theory, EachDatabase]
    public async Task A_passing_refusal_is_tried_again_later_and_a_lasting_one_is_not(DatabaseProvider provider)
    {
        await using var server = new MailServer { Refusal = "451 4.3.0 later" };
        await using var test = await OpenAsync(provider, server);
        await TellAsync(test, "Ada", "review.waiting", "A review waits", "/reviews");
        (await PumpAsync(test)).ShouldBe(new DeliveryRound(0, 0, 0, 1));
        (await PumpAsync(test)).ShouldBe(new DeliveryRound(0, 0, 0, 0));
        (await DeliveryAsync(test)).LastError!.ShouldContain("451");

        test.Clock.Advance(TimeSpan.FromMinutes(2));
        server.Refusal = "550 5.1.1 no such mailbox";
        (await PumpAsync(test)).ShouldBe(new DeliveryRound(0, 0, 1, 0));
        test.Clock.Advance(TimeSpan.FromHours(5));
        (await PumpAsync(test)).ShouldBe(new DeliveryRound(0, 0, 0, 0));
        var delivery = await DeliveryAsync(test);
        delivery.State.ShouldBe(DeliveryState.Failed);
        delivery.Attempts.ShouldBe(2);
        delivery.LastError!.ShouldContain("550");
    }

    [Theory, EachDatabase]
    public async Task What_a_killed_sender_had_taken_is_sent_after_its_lease_under_the_same_id(DatabaseProvider provider)
    {
        await using var server = new MailServer();
        await using var test = await OpenAsync(provider, server);
        await TellAsync(test, "Ada", "review.waiting", "A review waits", "/reviews");
        await PumpAsync(test);
        await using (var db = test.Open())
        {
            // As the killed one leaves it: the server has the letter, and the ledger only the lease.
            var until = test.Now + DeliveryRules.Lease;
            await db.MessageDeliveries.ExecuteUpdateAsync(s => s.SetProperty(d => d.State, DeliveryState.Waiting).SetProperty(d => d.LeaseUntil, until).SetProperty(d => d.Lease, Guid.CreateVersion7(test.Now)));
        }

        (await PumpAsync(test)).Sent.ShouldBe(0);
        test.Clock.Advance(DeliveryRules.Lease + TimeSpan.FromSeconds(1));
        (await PumpAsync(test)).Sent.ShouldBe(1);
        server.Letters.Select(l => Parse(l).MessageId).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        server.Letters.Count.ShouldBe(2);
    }

    [Theory, EachDatabase]
    public async Task Nothing_goes_to_whoever_left_has_no_mail_or_has_read_it_unless_it_is_a_duty(DatabaseProvider provider)
    {
        await using var server = new MailServer();
        await using var test = await OpenAsync(provider, server);
        await TellAsync(test, "Left", "review.waiting", "1", null, p => p.Status = PersonStatus.Left);
        await TellAsync(test, "Mute", "review.waiting", "2", null, p => p.Mail = null);
        await TellAsync(test, "Reader", "campaign.news", "3", null);
        await TellAsync(test, "Duty", "owner.asked", "4", null);
        await using (var db = test.Open())
        {
            var now = test.Now;
            await db.Messages.ExecuteUpdateAsync(s => s.SetProperty(m => m.ReadAt, now));
        }

        (await PumpAsync(test)).ShouldBe(new DeliveryRound(1, 3, 0, 0));
        Parse(server.Letters.ShouldHaveSingleItem()).To.Mailboxes.Single().Address.ShouldBe("duty@example.com");
    }

    [Fact]
    public async Task The_password_is_read_where_it_lies_and_a_wrong_one_is_said()
    {
        await using var server = new MailServer { Credentials = "\0console\0right words" };
        var file = Path.GetTempFileName();
        await using var test = await OpenAsync(DatabaseProvider.Sqlite, server, o => (o.UserName, o.Password) = ("console", "file:" + file));
        await TellAsync(test, "Ada", "review.waiting", "A review waits", null);
        await File.WriteAllTextAsync(file, "wrong words");
        (await PumpAsync(test)).Postponed.ShouldBe(1);
        (await DeliveryAsync(test)).LastError.ShouldBe("127.0.0.1 refused the name and password.");
        await File.WriteAllTextAsync(file, "right words\n");
        test.Clock.Advance(TimeSpan.FromMinutes(3));
        (await PumpAsync(test)).Sent.ShouldBe(1);
        File.Delete(file);
    }

    [Fact]
    public async Task A_server_without_starttls_gets_nothing()
    {
        await using var server = new MailServer();
        await using var test = await OpenAsync(DatabaseProvider.Sqlite, server, o => o.Security = MailSecurity.StartTls);
        await TellAsync(test, "Ada", "review.waiting", "A review waits", null);
        (await PumpAsync(test)).Postponed.ShouldBe(1);
        (await DeliveryAsync(test)).LastError!.ShouldContain("does not offer STARTTLS");
        server.Letters.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_open_connection_to_another_machine_is_refused()
    {
        await using var server = new MailServer();
        await using var test = await OpenAsync(DatabaseProvider.Sqlite, server, o => o.Host = "mail.example.com");
        await TellAsync(test, "Ada", "review.waiting", "A review waits", null);
        (await PumpAsync(test)).Postponed.ShouldBe(1);
        (await DeliveryAsync(test)).LastError!.ShouldContain("only for a relay on this machine");
    }

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData(null)]
    public void A_link_that_leads_elsewhere_leads_to_the_start_page(string? link)
    {
        var message = new OutgoingMessage(Guid.CreateVersion7(TestDatabase.Noon), "a@example.com", "A", "review.waiting", "T\r\nBcc: x@evil.example", "B", link, TestDatabase.Noon);
        using var letter = MailLetter.Write(message, new MailboxAddress("C", "c@example.com"), new MailboxAddress("A", "a@example.com"), new Uri("https://console.example"));
        letter.HtmlBody!.ShouldContain("href=\"https://console.example/\"");
        letter.HtmlBody!.ShouldNotContain("evil.example/x");
        letter.Subject.ShouldBe("T  Bcc: x@evil.example");
        letter.Bcc.ShouldBeEmpty();
    }

    private static Task<TestDatabase> OpenAsync(DatabaseProvider provider, MailServer server, Action<MailOptions>? change = null) => TestDatabase.CreateAsync(provider, services =>
    {
        services.AddSingleton<IMessageChannel, SmtpChannel>();
        services.Configure<MailOptions>(o =>
        {
            (o.Host, o.Port, o.Security, o.From, o.ConsoleAddress) = ("127.0.0.1", server.Port, MailSecurity.None, "Console <console@example.com>", "https://console.example");
            change?.Invoke(o);
        });
    });

    private static async Task TellAsync(TestDatabase test, string name, string kind, string title, string? link, Action<Person>? change = null)
    {
        var person = new Person
        {
            Id = Ids.New(test.Now),
            ExternalId = "hr-" + name,
            Name = name,
            Mail = name.ToLowerInvariant() + "@example.com",
            FirstSeenAt = test.Now,
            LastSeenAt = test.Now,
            ContentHash = "x",
        };
        change?.Invoke(person);
        await using (var db = test.Open())
        {
            db.People.Add(person);
            await db.SaveChangesAsync();
        }

        await test.Get<MessageService>().AddAsync([new MessageDraft(person.Id, kind, name + kind, title, "Body of it", link)], CancellationToken.None);
    }

    private static Task<DeliveryRound> PumpAsync(TestDatabase test) => test.Get<DeliveryService>().PumpAsync(CancellationToken.None);

    private static async Task<MessageDelivery> DeliveryAsync(TestDatabase test)
    {
        await using var db = test.Open();
        return await db.MessageDeliveries.AsNoTracking().SingleAsync();
    }

    private static MimeMessage Parse(string letter)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(letter));
        return MimeMessage.Load(stream);
    }
}
