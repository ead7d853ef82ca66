using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Webhook;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Revocation;

public sealed class WebhookTests
{
    private const string Key = "a key of at least sixteen characters";

    [Theory, EachDatabase]
    public async Task A_delivery_is_signed_and_acknowledged_and_never_called_verified(DatabaseProvider provider)
    {
        await using var receiver = new Receiver();
        await using var desk = await BoundAsync(provider, receiver);
        var identity = await desk.UnownedAsync("ext-1");
        await desk.SweepAsync();
        await desk.PumpAsync();
        var call = receiver.Calls.ShouldHaveSingleItem();
        call.Signature.ShouldBe("v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(call.Timestamp + "." + call.Body))));
        using var body = JsonDocument.Parse(call.Body);
        (body.RootElement.GetProperty("id").GetString(), body.RootElement.GetProperty("action").GetString()).ShouldBe((call.IdempotencyKey, "disable"));
        body.RootElement.GetProperty("target").GetProperty("id").GetString().ShouldBe("ext-1");
        var order = await desk.OrderOfAsync(identity);
        (order.State, order.Remediation).ShouldBe((OrderState.Quarantined, RemediationState.Succeeded));
        (await desk.StepOfAsync(identity)).ObservedAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_receiver_in_trouble_is_tried_again_with_the_same_key_and_body_and_no_sooner_than_it_asked()
    {
        await using var receiver = new Receiver(503, 429, 200) { RetryAfterSeconds = 600 };
        await using var desk = await BoundAsync(DatabaseProvider.Sqlite, receiver);
        var identity = await desk.UnownedAsync();
        await desk.SweepAsync();
        await desk.PumpAsync();
        (await desk.StepOfAsync(identity)).State.ShouldBe(StepState.Retrying);
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(9));
        (await desk.PumpAsync()).ShouldBe(0);
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(2));
        await desk.PumpAsync();
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(11));
        await desk.PumpAsync();
        receiver.Calls.Count.ShouldBe(3);
        receiver.Calls.Select(c => (c.IdempotencyKey, c.Body)).Distinct().Count().ShouldBe(1);
        (await desk.StepOfAsync(identity)).State.ShouldBe(StepState.Done);
        await using var db = desk.Test.Open();
        (await db.StepAttempts.Select(a => a.Outcome).ToListAsync()).ShouldAllBe(o => o != null);
    }

    [Theory]
    [InlineData(400, "refused with 400")]
    [InlineData(302, "redirect")]
    public async Task What_trying_again_does_not_mend_waits_for_a_person(int status, string says)
    {
        await using var receiver = new Receiver(status, 200);
        await using var desk = await BoundAsync(DatabaseProvider.Sqlite, receiver);
        var identity = await desk.UnownedAsync();
        await desk.SweepAsync();
        await desk.PumpAsync();
        receiver.Calls.Count.ShouldBe(1);
        var order = await desk.OrderOfAsync(identity);
        (order.State, order.Remediation).ShouldBe((OrderState.Stuck, RemediationState.Failed));
        (await desk.StepOfAsync(identity)).LastError!.ShouldContain(says);
        (await desk.Test.Get<RevocationService>().RetryAsync([order.Id], Desk.Eve, default))[0].Refusal.ShouldBeNull();
        await desk.PumpAsync();
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Quarantined);
    }

    [Theory]
    [InlineData("http://example.com/hook", "false", "connector.setting")]
    [InlineData("http://127.0.0.1/hook", "false", "connector.setting")]
    [InlineData("http://10.0.0.1/hook", "true", "connector.setting")]
    [InlineData("https://169.254.169.254/latest", "false", "connector.private-address")]
    [InlineData("https://[::ffff:10.1.2.3]/", "false", "connector.private-address")]
    [InlineData("https://user:word@example.com/", "false", "connector.setting")]
    public void Addresses_that_lead_inward_or_in_the_clear_are_refused(string url, string allowPrivate, string code)
    {
        using var settings = JsonDocument.Parse(JsonSerializer.Serialize(new { url, allowPrivate }));
        new WebhookKind(TimeProvider.System).Open(settings.RootElement, Key).Refusal!.Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_name_that_resolves_inward_is_refused_when_it_connects()
    {
        using var settings = JsonDocument.Parse("""{"url":"https://localhost:1/"}""");
        await using var connector = new WebhookKind(TimeProvider.System).Open(settings.RootElement, Key).OrThrow();
        var fault = await Should.ThrowAsync<ConnectorException>(() => connector.TestAsync(default));
        fault.Retryable.ShouldBeFalse();
        fault.Message.ShouldContain("not public");
    }

    [Theory]
    [InlineData("my secret")]
    [InlineData("env:")]
    [InlineData("file:relative")]
    [InlineData("env:A B")]
    public void A_secret_given_instead_of_a_reference_is_refused_and_not_repeated(string typed)
    {
        var refusal = SecretReference.Check(typed)!;
        refusal.Code.ShouldBe("secret.reference");
        refusal.Message.ShouldNotContain("my secret");
    }

    [Fact]
    public void Each_kind_of_connector_has_its_page()
    {
        foreach (var kind in new IConnectorKind[] { new WebhookKind(TimeProvider.System), new Governance.Connectors.PostgreSql.PostgreSqlKind() })
            File.Exists(Repository.File("docs", "connectors", kind.Kind + ".md")).ShouldBeTrue(kind.Kind);
    }

    private static async Task<Desk> BoundAsync(DatabaseProvider provider, Receiver receiver)
    {
        var desk = await Desk.CreateAsync(provider);
        var file = Path.Combine(desk.Test.Folder, "webhook.key");
        await File.WriteAllTextAsync(file, Key + "\n");
        (await desk.Test.Get<ConnectorService>().BindAsync(desk.Source, "webhook", new Dictionary<string, string>(StringComparer.Ordinal) { ["url"] = receiver.Url, ["allowPrivate"] = "true" }, "file:" + file, true, Desk.Ann, default)).Refusal.ShouldBeNull();
        return desk;
    }

    private sealed record Call(string Timestamp, string Signature, string IdempotencyKey, string Body);

    /// <summary>A real receiver on loopback that answers as scripted, then 200.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly HttpListener listener = new();
        private readonly ConcurrentQueue<int> script;
        private readonly Task loop;

        public Receiver(params int[] statuses)
        {
            script = new ConcurrentQueue<int>(statuses);
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            }

            listener.Prefixes.Add(Url);
            listener.Start();
            loop = ServeAsync();
        }

        public string Url { get; }

        public int RetryAfterSeconds { get; init; }

        public ConcurrentQueue<Call> Calls { get; } = [];

        public async ValueTask DisposeAsync()
        {
            listener.Close();
            await loop;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                    var headers = context.Request.Headers;
                    Calls.Enqueue(new Call(headers["X-Governance-Timestamp"]!, headers["X-Governance-Signature"]!, headers["Idempotency-Key"]!, await reader.ReadToEndAsync()));
                    context.Response.StatusCode = script.TryDequeue(out var status) ? status : 200;
                    if (RetryAfterSeconds > 0)
                        context.Response.Headers["Retry-After"] = RetryAfterSeconds.ToString();
                    if (context.Response.StatusCode == 302)
                        context.Response.RedirectLocation = Url + "elsewhere";
                    context.Response.Close();
                }
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
            {
                // Closed at the end of the test.
            }
        }
    }
}
