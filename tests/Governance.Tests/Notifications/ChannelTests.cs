using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Channels;
using Governance.Notifications;
using Governance.Persistence;
using Governance.Tests.Feeds;
using Governance.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Notifications;

/// <summary>Signed webhooks and rooms of chats, against a real receiver on this machine.</summary>
public sealed class ChannelTests
{
    private const string Key = "a key of at least sixteen characters";

    [Theory, EachDatabase]
    public async Task A_webhook_gets_each_message_once_signed_over_timestamp_and_body(DatabaseProvider provider)
    {
        string? timestamp = null, signature = null, id = null;
        await using var receiver = await FakeSource.StartAsync((http, _) =>
        {
            (timestamp, signature, id) = (http.Request.Headers["X-Governance-Timestamp"], http.Request.Headers["X-Governance-Signature"], http.Request.Headers["Idempotency-Key"]);
            return Task.CompletedTask;
        });
        await using var desk = await OpenAsync(provider);
        await SaveAsync(desk, "webhook", receiver.Url + "/hook", Key);
        await desk.TellAsync("Ada", "owner.asked", "Is this yours?", "/owners/proposals", due: desk.Test.Now.AddDays(3));

        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(1, 0, 0, 0));
        (await desk.PumpAsync()).ShouldBe(DeliveryRound.Nothing);

        var call = receiver.Requests.ShouldHaveSingleItem();
        signature.ShouldBe("v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(timestamp + "." + call.Body))));
        long.Parse(timestamp!, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(desk.Test.Now.ToUnixTimeSeconds());
        using var body = JsonDocument.Parse(call.Body);
        body.RootElement.GetProperty("id").GetString().ShouldBe(id);
        body.RootElement.GetProperty("duty").GetBoolean().ShouldBeTrue();
        body.RootElement.GetProperty("person").GetProperty("mail").GetString().ShouldBe("ada@example.com");
        body.RootElement.GetProperty("link").GetString().ShouldBe("https://console.example/owners/proposals");
        body.RootElement.GetProperty("dueAt").GetDateTimeOffset().ShouldBe(desk.Test.Now.AddDays(3));
    }

    [Theory, EachDatabase]
    public async Task A_receiver_that_limits_or_fails_is_left_alone_until_it_asked_and_nothing_is_lost(DatabaseProvider provider)
    {
        var answers = new Queue<(int Status, string? RetryAfter)>([(429, "600"), (500, null), (200, null), (200, null)]);
        await using var receiver = await FakeSource.StartAsync((http, _) =>
        {
            var (status, after) = answers.Count > 0 ? answers.Dequeue() : (200, null);
            http.Response.StatusCode = status;
            if (after is not null)
                http.Response.Headers.RetryAfter = after;
            return http.Response.WriteAsync(status == 429 ? "rate_limited" : "ok");
        });
        await using var desk = await OpenAsync(provider);
        await SaveAsync(desk, "slack", receiver.Url + "/services/T0/B0/x");
        await desk.TellAsync("Ada", "owner.asked", "First");
        await desk.TellAsync("Bob", "owner.asked", "Second");

        // 429: the second message is not even tried.
        (await desk.PumpAsync()).ShouldBe(new DeliveryRound(0, 0, 0, 1));
        receiver.Requests.Count.ShouldBe(1);
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(599));
        (await desk.PumpAsync()).ShouldBe(DeliveryRound.Nothing);
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(2));
        // 500: the next try is of the other message, which waits the longest; then the pause holds both.
        (await desk.PumpAsync()).Postponed.ShouldBe(1);
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(5));
        (await desk.PumpAsync()).Sent.ShouldBe(2);
        receiver.Requests.Count.ShouldBe(4);
        await using var db = desk.Test.Open();
        (await db.MessageDeliveries.Select(d => d.State).ToListAsync()).ShouldAllBe(s => s == DeliveryState.Sent);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_given_up_on_for_now_and_one_that_refuses_for_good()
    {
        var hang = true;
        await using var receiver = await FakeSource.StartAsync(async (http, _) =>
        {
            if (hang)
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            http.Response.StatusCode = 404;
            await http.Response.WriteAsync("no_service at /services/secret-path");
        });
        await using var desk = await OpenAsync(DatabaseProvider.Sqlite, longest: TimeSpan.FromMilliseconds(300));
        await SaveAsync(desk, "slack", receiver.Url + "/services/secret-path");
        await desk.TellAsync("Ada", "owner.asked", "First");
        (await desk.PumpAsync()).Postponed.ShouldBe(1);
        (await desk.DeliveryAsync()).LastError!.ShouldContain("did not answer in 0.3 s");
        hang = false;
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(3));
        (await desk.PumpAsync()).Failed.ShouldBe(1);
        var failed = await desk.DeliveryAsync();
        (failed.State, failed.Attempts).ShouldBe((DeliveryState.Failed, 2));
        failed.LastError!.ShouldContain("refused with 404 (no_service at …)");
        failed.LastError!.ShouldNotContain("secret-path");

        // An administrator mends it and tries again.
        await receiver.DisposeAsync();
        await using var mended = await FakeSource.StartAsync((_, _) => Task.CompletedTask);
        var id = (await desk.Test.Get<DeliveryQueries>().RoomsAsync(default)).Single().Id;
        (await desk.Test.Get<ChannelService>().SaveAsync(id, Change("slack", mended.Url + "/new"), MailDesk.Administrator, default)).OrThrow();
        (await desk.Test.Get<DeliveryQueries>().RetryAsync([failed.Id], MailDesk.Administrator, default)).OrThrow().ShouldBe(1);
        (await desk.PumpAsync()).Sent.ShouldBe(1);
        (await desk.Test.Get<DeliveryQueries>().RetryAsync([failed.Id], MailDesk.Administrator, default)).Refusal!.Code.ShouldBe("delivery.nothing");
    }

    [Theory, EachDatabase]
    public async Task Only_the_kinds_asked_for_go_there_and_only_from_when_it_was_switched_on(DatabaseProvider provider)
    {
        await using var receiver = await FakeSource.StartAsync((_, _) => Task.CompletedTask);
        await using var desk = await OpenAsync(provider);
        await desk.TellAsync("Ada", "owner.escalated", "Before");
        desk.Test.Clock.Advance(TimeSpan.FromSeconds(1));
        var id = await SaveAsync(desk, "teams", receiver.Url + "/workflow", kinds: ["owner.escalated"]);
        await desk.TellAsync("Ada", "owner.asked", "Other kind");
        await desk.TellAsync("Ada", "owner.escalated", "After");
        (await desk.PumpAsync()).Sent.ShouldBe(1);
        receiver.Requests.ShouldHaveSingleItem().Body.ShouldContain("After");

        // What waits when it is removed is not sent, and its address is forgotten.
        await desk.TellAsync("Ada", "owner.escalated", "Too late");
        (await desk.Test.Get<ChannelService>().RemoveAsync(id, "not used", MailDesk.Administrator, default)).Refusal.ShouldBeNull();
        (await desk.PumpAsync()).Sent.ShouldBe(0);
        await using var db = desk.Test.Open();
        (await db.Channels.SingleAsync()).Address.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_address_is_sealed_and_a_test_says_what_the_receiver_answered()
    {
        await using var receiver = await FakeSource.StartAsync((http, _) => http.Response.WriteAsync("ok"));
        await using var desk = await OpenAsync(DatabaseProvider.Sqlite);
        var service = desk.Test.Get<ChannelService>();
        (await service.TestAsync(null, Change("slack", receiver.Url + "/services/very-secret"), MailDesk.Administrator, default)).OrThrow().ShouldContain("answered 200 (ok) in ");
        var id = await SaveAsync(desk, "slack", receiver.Url + "/services/very-secret");
        (await service.TestAsync(id, Change("slack", string.Empty), MailDesk.Administrator, default)).IsRefused.ShouldBeFalse();
        await receiver.DisposeAsync();
        (await service.TestAsync(id, Change("slack", string.Empty), MailDesk.Administrator, default)).Refusal!.Message.ShouldContain("could not be reached");
        await using var db = desk.Test.Open();
        (await db.Channels.SingleAsync()).Address.ShouldNotContain("very-secret");
        (await db.AuditEntries.Select(e => e.Details).ToListAsync()).ShouldAllBe(d => d == null || !d.Contains("very-secret"));
    }

    [Theory]
    [InlineData("slack", "http://example.com/hook", "", false, "channel.address")]
    [InlineData("slack", "https://169.254.169.254/latest", "", true, "channel.address")]
    [InlineData("teams", "https://10.0.0.1/hook", "", false, "channel.address")]
    [InlineData("teams", "https://user:word@example.com/", "", false, "channel.address")]
    [InlineData("webhook", "https://example.com/", "short", false, "channel.secret")]
    [InlineData("webhook", "https://example.com/", "env:GOVERNANCE_TEST_NOT_SET_ANYWHERE", false, "secret.missing")]
    [InlineData("slack", "", "", false, "channel.address")]
    [InlineData("carrier-pigeon", "https://example.com/", "", false, "channel.kind")]
    public async Task What_cannot_work_or_leads_inward_is_refused_before_it_is_kept(string kind, string address, string secret, bool allowPrivate, string code)
    {
        await using var desk = await OpenAsync(DatabaseProvider.Sqlite);
        var change = new ChannelChange("Room", kind, address, secret, allowPrivate, [], true);
        (await desk.Test.Get<ChannelService>().SaveAsync(null, change, MailDesk.Administrator, default)).Refusal!.Code.ShouldBe(code);
        (await desk.Test.Get<ChannelService>().TestAsync(null, change, MailDesk.Administrator, default)).Refusal!.Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_name_that_leads_inward_is_refused_when_it_connects_and_only_administrators_may_set_one()
    {
        await using var desk = await OpenAsync(DatabaseProvider.Sqlite);
        var change = new ChannelChange("Room", "slack", "https://localhost:1/x", string.Empty, false, [], true);
        (await desk.Test.Get<ChannelService>().TestAsync(null, change, MailDesk.Administrator, default)).Refusal!.Message.ShouldContain("not public");
        (await desk.Test.Get<ChannelService>().SaveAsync(null, change, Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await desk.Test.Get<ChannelService>().TestAsync(null, change, Given.Engineer, default)).Refusal!.Code.ShouldBe("not.allowed");
    }

    [Fact]
    public void Untrusted_text_mentions_nobody_and_is_no_link_in_a_room()
    {
        var message = new OutgoingMessage(Guid.Empty, "a@example.com", "Ada", "owner.asked", "<!channel> @here", "[click](https://evil.example) <https://evil.example|safe>", "//evil.example", TestDatabase.Noon);
        var console = new Uri("https://console.example");
        using var slack = JsonDocument.Parse(SlackChannel.Write(message, console));
        var text = slack.RootElement.GetProperty("text").GetString()!;
        text.ShouldNotContain("<!channel>");
        text.ShouldNotContain("@here");
        var blocks = slack.RootElement.GetProperty("blocks").EnumerateArray().ToList();
        blocks[0].GetProperty("text").GetProperty("type").GetString().ShouldBe("plain_text");
        blocks[1].GetProperty("text").GetProperty("type").GetString().ShouldBe("plain_text");
        blocks[^1].GetProperty("text").GetProperty("text").GetString().ShouldBe("<https://console.example/|Open in the console>");
        using var teams = JsonDocument.Parse(TeamsChannel.Write(message, console));
        var attachment = teams.RootElement.GetProperty("attachments")[0];
        (teams.RootElement.GetProperty("type").GetString(), attachment.GetProperty("contentType").GetString()).ShouldBe(("message", "application/vnd.microsoft.card.adaptive"));
        var card = attachment.GetProperty("content");
        card.GetProperty("body").EnumerateArray().ShouldAllBe(b => b.GetProperty("type").GetString() == "RichTextBlock");
        card.GetProperty("actions")[0].GetProperty("url").GetString().ShouldBe("https://console.example/");
    }

    private static Task<MailDesk> OpenAsync(DatabaseProvider provider, TimeSpan? longest = null) => MailDesk.OpenAsync(provider, null, o => o.Host = string.Empty, services =>
    {
        services.AddSingleton<IChannelKind>(p => new WebhookChannel(p.GetRequiredService<TimeProvider>(), Post(p)));
        services.AddSingleton<IChannelKind>(p => new SlackChannel(Post(p)));
        services.AddSingleton<IChannelKind>(p => new TeamsChannel(Post(p)));

        ChannelPost Post(IServiceProvider p) => new(p.GetRequiredService<TimeProvider>()) { Longest = longest ?? TimeSpan.FromSeconds(10) };
    });

    private static ChannelChange Change(string kind, string address, string secret = "", IReadOnlyCollection<string>? kinds = null) => new("Security room", kind, address, secret, true, kinds ?? [], true);

    private static async Task<Guid> SaveAsync(MailDesk desk, string kind, string address, string secret = "", IReadOnlyCollection<string>? kinds = null) =>
        (await desk.Test.Get<ChannelService>().SaveAsync(null, Change(kind, address, secret, kinds), MailDesk.Administrator, default)).OrThrow();
}
