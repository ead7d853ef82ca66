using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Benchmarks;

/// <summary>A sweep as a ratio against one full scan of what it reads; and orders carried out through a connector that answers at once, against a bare loop of the same HTTP calls.</summary>
internal static class RevocationBenchmark
{
    private const int Orders = 300;
    private static readonly DateTimeOffset? Later = DateTimeOffset.MaxValue.AddDays(-1);
    private static readonly Actor By = Actor.CommandLine("benchmark");

    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        using var server = new QuickServer();
        await using var installation = await Installation.CreateAsync(provider, services => services.AddSingleton<IConnectorKind>(new HttpKind(server.Address)));
        var path = Path.Combine(installation.Folder, "sample.csv");
        Samples.Write(path, rows);
        await installation.ImportAsync(path);
        var contexts = installation.Get<IDbContextFactory<GovernanceDb>>();
        await using (var db = await contexts.CreateDbContextAsync())
        {
            db.Database.SetCommandTimeout(1800);
            var longAgo = TimeProvider.System.GetUtcNow().AddDays(-200);
            var due = db.Identities.OrderBy(i => i.Id).Select(i => i.Id).Take(Math.Max(4 * Orders, rows / 100));
            await db.Identities.Where(i => due.Contains(i.Id)).ExecuteUpdateAsync(u => u.SetProperty(i => i.UnownedSince, longAgo).SetProperty(i => i.Usage, UsageState.NeverUsed).SetProperty(i => i.LastUsedAt, (DateTimeOffset?)null));
            await db.Sources.ExecuteUpdateAsync(u => u.SetProperty(s => s.LastFullImportAt, TimeProvider.System.GetUtcNow()));
        }

        var brakes = installation.Get<BrakeService>();
        (await brakes.ChangeAsync(BrakeChange.Of(await brakes.GetAsync(default)) with { NoticeDays = 0, SoakMinutes = 0, StepsPerMinute = 0, MaxOrders = 100_000, MaxPercent = 100, DayMaxOrders = 100_000, DayMaxPercent = 100, AllMaxPercent = 100, ToolMaxOrders = 100_000, OwnerMaxOrders = 100_000 }, By, default)).OrThrow();
        var sweeps = installation.Get<SweepService>();
        await ScanAsync(contexts);
        var scan = await TimeAsync(() => ScanAsync(contexts));
        string? plan = null;
        // The first of a process compiles its statements.
        (await sweeps.RunAsync(true, By, default)).OrThrow();
        var dry = await TimeAsync(async () => plan = (await sweeps.RunAsync(true, By, default)).OrThrow().PlanHash);
        var run = await TimeAsync(async () => (await sweeps.RunAsync(false, By, default, plan)).OrThrow());
        var again = await TimeAsync(async () => (await sweeps.RunAsync(false, By, default)).OrThrow());
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"{provider}, {rows} identities: one full scan"), string.Create(CultureInfo.InvariantCulture, $"{scan:0.00} s"));
        Print.Line("sweep that orders a hundredth of them, against the scan", string.Create(CultureInfo.InvariantCulture, $"{run:0.00} s, {run / scan:0.0} x"), "5 x");
        Print.Line("dry run with its numbers, against the scan", string.Create(CultureInfo.InvariantCulture, $"{dry:0.00} s, {dry / scan:0.0} x"), "5 x");
        Print.Line("hourly sweep that finds nothing new, against the scan", string.Create(CultureInfo.InvariantCulture, $"{again:0.00} s, {again / scan:0.0} x"), "5 x");
        foreach (var delay in new[] { 0, 20 })
            await CarryOutAsync(installation, contexts, server, delay);
        return 0;
    }

    private static async Task CarryOutAsync(Installation installation, IDbContextFactory<GovernanceDb> contexts, QuickServer server, int delay)
    {
        await using (var db = await contexts.CreateDbContextAsync())
        {
            db.Database.SetCommandTimeout(1800);
            // Half of them now, and the other half against the slower server.
            await db.RevocationOrders.Where(o => o.State == OrderState.Held && o.NoticeUntil == Later).ExecuteUpdateAsync(u => u.SetProperty(o => o.State, OrderState.Due).SetProperty(o => o.NoticeUntil, (DateTimeOffset?)null));
            var rest = db.RevocationOrders.Where(o => o.State == OrderState.Due).OrderBy(o => o.Id).Select(o => o.Id).Skip(Orders);
            await db.RevocationOrders.Where(o => rest.Contains(o.Id)).ExecuteUpdateAsync(u => u.SetProperty(o => o.State, OrderState.Held).SetProperty(o => o.NoticeUntil, Later));
            foreach (var source in await db.Sources.Select(s => s.Id).ToListAsync())
                (await installation.Get<ConnectorService>().BindAsync(source, HttpKind.Name, new Dictionary<string, string>(StringComparer.Ordinal), null, true, By, default)).OrThrow();
        }

        server.Delay = delay;
        var runner = installation.Get<StepRunner>();
        var (before, took) = (server.Calls, await TimeAsync(async () =>
        {
            while (await runner.PumpAsync(default) > 0)
            {
            }
        }));
        var calls = server.Calls - before;
        using var client = new HttpClient();
        await client.GetStringAsync(server.Address);
        var bare = await TimeAsync(async () =>
        {
            for (var n = 0; n < calls; n++)
                await client.GetStringAsync(server.Address);
        });
        Print.Line(string.Create(CultureInfo.InvariantCulture, $"{calls} calls of {delay} ms: {calls / took:0}/s as steps, each claimed, intended and recorded; alone"), string.Create(CultureInfo.InvariantCulture, $"{calls / bare:0}/s, {bare / took:0.00} x"), "0.7 x");
    }

    private static async Task ScanAsync(IDbContextFactory<GovernanceDb> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync();
        db.Database.SetCommandTimeout(1800);
        _ = await db.Identities.SumAsync(i => i.Attributes.Length);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Answers every call in one packet, at once or after a while.</summary>
    private sealed class QuickServer : IDisposable
    {
        private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private int calls;

        public QuickServer()
        {
            listener.Start();
            Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"));
            _ = Task.Run(AcceptAsync);
        }

        public Uri Address { get; }

        public int Calls => calls;

        /// <summary>Milliseconds before each answer.</summary>
        public int Delay { get; set; }

        public void Dispose() => listener.Dispose();

        private async Task AcceptAsync()
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                client.NoDelay = true;
                _ = Task.Run(() => ServeAsync(client));
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using var mine = client;
            var stream = client.GetStream();
            var request = new byte[4096];
            // A request of these clients is one packet without a body.
            while (await stream.ReadAsync(request) > 0)
            {
                Interlocked.Increment(ref calls);
                if (Delay > 0)
                    await Task.Delay(Delay);
                await stream.WriteAsync(Answer);
            }
        }
    }

    private sealed class HttpKind(Uri address) : IConnectorKind
    {
        public const string Name = "quick";

        public string Kind => Name;

        public string Title => "Quick";

        public IReadOnlyList<ConnectorSetting> Settings { get; } = [];

        public string? SecretTitle => null;

        public IReadOnlyList<ConnectorAbility> Abilities { get; } = [new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "GET")];

        public HttpClient Client { get; } = new();

        public Uri Address => address;

        public HashSet<string> Disabled { get; } = new(StringComparer.Ordinal);

        public Outcome<IConnector> Open(JsonElement settings, string? secret) => Outcome<IConnector>.From(new HttpConnector(this));
    }

    // Looks, sends and looks again, a call each, as a real one does.
    private sealed class HttpConnector(HttpKind kind) : IConnector
    {
        public async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
        {
            await kind.Client.GetStringAsync(kind.Address, ct);
            return kind.Disabled.Contains(target.ExternalId) ? new Observation(TargetState.Disabled, "off", "off") : new Observation(TargetState.Enabled, "on", "on");
        }

        public Task<IReadOnlyList<string>> DescribeAsync(ConnectorCommand command, CancellationToken ct) => Task.FromResult<IReadOnlyList<string>>([]);

        public async Task<string> SendAsync(ConnectorCommand command, CancellationToken ct)
        {
            await kind.Client.GetStringAsync(kind.Address, ct);
            kind.Disabled.Add(command.Target.ExternalId);
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(command.IdempotencyKey)));
        }

        public Task<Outcome<string>> TestAsync(CancellationToken ct) => Task.FromResult(Outcome<string>.From("well"));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
