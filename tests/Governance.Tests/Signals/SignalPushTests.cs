using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Governance.Audit;
using Governance.Common;
using Governance.Connectors;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Signals;
using Governance.Tests.Feeds;
using Governance.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Signals;

/// <summary>Push delivery by RFC 8935 against a real receiver on loopback.</summary>
public sealed class SignalPushTests
{
    private static readonly Actor Admin = new(ActorKind.Person, "ada", "Ada Lovelace", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });

    [Theory, EachDatabase]
    public async Task A_push_is_authorised_tried_again_with_the_same_token_and_given_up_in_sight(DatabaseProvider provider)
    {
        var answers = new ConcurrentQueue<(int Status, string? Wait)>();
        var types = new ConcurrentQueue<string?>();
        await using var receiver = await FakeSource.StartAsync(async (http, _) =>
        {
            types.Enqueue(http.Request.ContentType);
            var (status, wait) = answers.TryDequeue(out var next) ? next : (202, null);
            await http.StatusAsync(status, wait);
            if (status == 400)
                await http.Response.WriteAsync("""{"err":"invalid_key","description":"The key is not known."}""");
        });
        await using var test = await TestDatabase.CreateAsync(provider, s => s.AddConnectors());
        var (stream, identity) = await StreamAsync(test, receiver.Url + "/events");

        answers.Enqueue((503, "600"));
        await ObservedAsync(test, identity);
        await PumpAsync(test);
        test.Clock.Advance(TimeSpan.FromMinutes(9));
        (await PumpAsync(test)).ShouldBe(0, "no sooner than the receiver asked");
        test.Clock.Advance(TimeSpan.FromMinutes(2));
        await PumpAsync(test);
        receiver.Requests.Count.ShouldBe(2);
        receiver.Requests.Select(r => r.Body).Distinct(StringComparer.Ordinal).Count().ShouldBe(1, "a repetition is the same token, with the same jti");
        receiver.Requests.ShouldAllBe(r => r.Method == "POST" && r.Path == "/events" && r.Authorization == "Bearer push-canary-1");
        types.ShouldAllBe(t => t == "application/secevent+jwt");
        Claims(receiver.Requests.First().Body)["events"]!.AsObject().Single().Key.ShouldBe(SignalTypes.AccountDisabled);
        test.Clock.Advance(TimeSpan.FromDays(1));
        (await PumpAsync(test)).ShouldBe(0, "taken, and not sent again");

        answers.Enqueue((400, null));
        await ObservedAsync(test, identity);
        await PumpAsync(test);
        var dead = (await test.Get<ReceiverService>().DeadAsync(default)).ShouldHaveSingleItem();
        (dead.Attempts, dead.LastError).ShouldBe((1, "The receiver refused it: invalid_key The key is not known."));
        (await test.Get<ReceiverService>().RetryAsync([dead.Id], Admin, default)).Value.ShouldBe(1);
        await PumpAsync(test);
        (await test.Get<ReceiverService>().DeadAsync(default)).ShouldBeEmpty();

        for (var i = 0; i < Backoff.MostAttempts; i++)
            answers.Enqueue((500, null));
        await ObservedAsync(test, identity);
        for (var i = 0; i < Backoff.MostAttempts + 3; i++)
        {
            await PumpAsync(test);
            test.Clock.Advance(TimeSpan.FromHours(2));
        }

        var given = (await test.Get<ReceiverService>().DeadAsync(default)).ShouldHaveSingleItem();
        (given.Attempts, given.LastError!.EndsWith("answered 500.", StringComparison.Ordinal)).ShouldBe((Backoff.MostAttempts, true));
        var view = (await test.Get<ReceiverService>().ListAsync(default)).Single().Streams.Single(s => s.Id == stream);
        (view.Waiting, view.Dead, view.LastError is null).ShouldBe((0, 1, false));
    }

    [Fact]
    public async Task A_receiver_that_is_switched_off_gets_nothing_and_nothing_is_kept_for_it()
    {
        await using var receiver = await FakeSource.StartAsync((http, _) => http.StatusAsync(202));
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, s => s.AddConnectors());
        var (_, identity) = await StreamAsync(test, receiver.Url);
        var service = test.Get<ReceiverService>();
        var id = (await service.ListAsync(default)).Single().Id;
        (await service.EnableAsync(id, false, Admin, default)).Refusal.ShouldBeNull();
        await ObservedAsync(test, identity);
        await PumpAsync(test);
        (await service.EnableAsync(id, true, Admin, default)).Refusal.ShouldBeNull();
        await PumpAsync(test);
        receiver.Requests.ShouldBeEmpty();
        (await service.RemoveAsync(id, Admin, default)).Refusal.ShouldBeNull();
        (await service.ListAsync(default)).ShouldBeEmpty();
        (await service.RemoveAsync(id, Admin, default)).Refusal!.Code.ShouldBe("signals.not-found");
        (await service.AddAsync("x", "y", false, Admin with { Roles = null }, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await service.SetIssuerAsync("http://example.com", Admin, default)).Refusal!.Code.ShouldBe("signals.issuer");
    }

    private static async Task<(Guid Stream, Identity Identity)> StreamAsync(TestDatabase test, string url)
    {
        var service = test.Get<ReceiverService>();
        (await service.SetIssuerAsync("https://governance.example", Admin, default)).Refusal.ShouldBeNull();
        var secret = (await service.AddAsync("gateway", "https://receiver.example", true, Admin, default)).OrThrow();
        var receiver = (await service.FindAsync(secret, default))!;
        var made = (await test.Get<StreamService>().CreateAsync(receiver, new JsonObject
        {
            ["events_requested"] = new JsonArray(SignalTypes.AccountDisabled),
            ["delivery"] = new JsonObject { ["method"] = StreamService.Push, ["endpoint_url"] = url, ["authorization_header"] = "Bearer push-canary-1" },
        }, default)).OrThrow();
        made.ToJsonString().ShouldNotContain("push-canary-1");
        await using var db = test.Open();
        (await db.SignalStreams.SingleAsync()).SealedAuthorization!.ShouldNotContain("canary");
        var source = new Source { Id = Ids.New(test.Now), Name = "tenant", System = SourceSystem.Entra, Tenant = "contoso", CreatedAt = test.Now };
        var identity = new Identity { Id = Ids.New(test.Now), SourceId = source.Id, ExternalId = "svc-1", DisplayName = "svc-1", Attributes = "{}", ContentHash = "x", FirstSeenAt = test.Now, LastSeenAt = test.Now };
        db.AddRange(source, identity);
        await db.SaveChangesAsync();
        return (Guid.Parse(made["stream_id"]!.ToString()), identity);
    }

    private static async Task ObservedAsync(TestDatabase test, Identity identity)
    {
        await using var db = test.Open();
        await db.InTransactionAsync(async () =>
        {
            await test.Get<AuditLog>().AppendAsync(db, Actor.Job("revocation"), test.Now, new AuditDraft(AuditActions.RevocationStepDone, Subjects.Order, Ids.New(test.Now), null,
                new { verb = RevocationVerb.Disable, outcome = "done", remediation = RemediationState.Verified, evidence = "seen", identityId = identity.Id }), default);
            return Done.Value;
        }, default);
        await test.Get<Followers>().CatchUpAsync(default);
    }

    private static JsonObject Claims(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();

    private static Task<int> PumpAsync(TestDatabase test) => test.Get<SignalDelivery>().PumpAsync(default);
}
