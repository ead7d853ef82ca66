using Governance.Common;
using Governance.Connectors;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Revocation;

/// <summary>A console with a source that was just imported in full, no notice, and two administrators.</summary>
public sealed class Desk : IAsyncDisposable
{
    public static readonly Actor Ann = Person("ann", Roles.Administrator);
    public static readonly Actor Bob = Person("bob", Roles.Administrator);
    public static readonly Actor Policy = Person("pol", Roles.Administrator);
    public static readonly Actor Eve = Person("eve", Roles.SecurityEngineer);

    private Desk(TestDatabase test, Given given) => (Test, Given) = (test, given);

    public TestDatabase Test { get; }

    public Given Given { get; }

    public Guid Source { get; private set; }

    public RoleServer Server { get; } = new();

    public static Actor Person(string id, params string[] roles) => new(ActorKind.Person, id, id, Roles: new HashSet<string>(roles, StringComparer.Ordinal));

    public static async Task<Desk> CreateAsync(DatabaseProvider provider, Action<IServiceCollection>? configure = null)
    {
        var test = await TestDatabase.CreateAsync(provider, s =>
        {
            s.AddConnectors();
            configure?.Invoke(s);
        });
        var desk = new Desk(test, new Given(test));
        desk.Source = await desk.Given.SourceAsync();
        await desk.ImportedAsync(test.Now);
        await desk.BrakesAsync(b => b with { NoticeDays = 0, SoakMinutes = 0, StepsPerMinute = 0, ApproveUnobservable = false });
        return desk;
    }

    public async Task ImportedAsync(DateTimeOffset? at)
    {
        await using var db = Test.Open();
        await db.Sources.ExecuteUpdateAsync(s => s.SetProperty(x => x.LastFullImportAt, at));
    }

    public async Task BrakesAsync(Func<BrakeChange, BrakeChange> change)
    {
        var brakes = await Test.Get<BrakeService>().GetAsync(default);
        (await Test.Get<BrakeService>().ChangeAsync(change(BrakeChange.Of(brakes)), Policy, default)).IsRefused.ShouldBeFalse();
    }

    /// <summary>So many days pass, and the console runs on all of them.</summary>
    public async Task<int> DaysAsync(int days)
    {
        var acted = 0;
        for (var day = 0; day < days; day++)
        {
            Test.Clock.Advance(TimeSpan.FromDays(1));
            acted += await PumpAsync();
        }

        return acted;
    }

    public async Task BindPostgresAsync(string user = "postgres") => (await Test.Get<ConnectorService>().BindAsync(Source, "postgresql",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["host"] = RoleServer.Host, ["port"] = RoleServer.Port.ToString(), ["user"] = user, ["sslMode"] = "Disable" }, null, true, Ann, default)).Refusal.ShouldBeNull();

    /// <summary>An identity for a real role, unowned beyond the grace.</summary>
    public async Task<(Identity Identity, string Role)> UnownedRoleAsync()
    {
        var role = await Server.RoleAsync();
        return (await UnownedAsync($"{await RoleServer.OidAsync(role)}:{role}"), role);
    }

    public async Task<Identity> UnownedAsync(string? externalId = null, Action<Identity>? change = null)
    {
        var id = Ids.New(Test.Now);
        var identity = new Identity
        {
            Id = id,
            SourceId = Source,
            ExternalId = externalId ?? id.ToString("N"),
            DisplayName = "role " + id.ToString("N"),
            Kind = IdentityKind.DatabaseRole,
            Attributes = "{}",
            ContentHash = "x",
            FirstSeenAt = Test.Now,
            LastSeenAt = Test.Now,
            State = Governance.Lifecycle.LifecycleState.Discovered,
            StateSince = Test.Now,
            UnownedSince = Test.Now.AddDays(-60),
        };
        change?.Invoke(identity);
        await Given.SaveAsync(db => db.Identities.Add(identity));
        return identity;
    }

    /// <summary>So many identities that nothing is wrong with.</summary>
    public async Task OwnedAsync(int count)
    {
        for (var n = 0; n < count; n++)
            await UnownedAsync(change: i => i.UnownedSince = null);
    }

    /// <summary>Binds the connector that only remembers.</summary>
    public async Task BindFakeAsync(Guid? source = null, string kind = FakeTarget.Name) => (await Test.Get<ConnectorService>().BindAsync(source ?? Source, kind, new Dictionary<string, string>(StringComparer.Ordinal), null, true, Ann, default)).Refusal.ShouldBeNull();

    /// <summary>A dry run, and unless that is all, the run of the plan that it showed.</summary>
    public async Task<SweepReport> SweepAsync(bool dry = false, Actor? by = null)
    {
        var sweeps = Test.Get<SweepService>();
        var seen = (await sweeps.RunAsync(true, by ?? Eve, default)).OrThrow();
        return dry ? seen : (await sweeps.RunAsync(false, by ?? Eve, default, seen.PlanHash)).OrThrow();
    }

    /// <summary>As if a person had let a sweep run under the limits as they are (B3).</summary>
    public async Task ConfirmedAsync()
    {
        await using var db = Test.Open();
        var settings = await db.BrakeSettings.SingleAsync();
        settings.ConfirmedPolicy = await FirstRun.PolicyHashAsync(db, settings, default);
        await db.SaveChangesAsync();
    }

    public Task PlanAsync() => Test.Get<StepRunner>().PlanAsync(default);

    public Task<int> PumpAsync() => Test.Get<StepRunner>().PumpAsync(default);

    public async Task<RevocationOrder> OrderOfAsync(Identity identity)
    {
        await using var db = Test.Open();
        return await db.RevocationOrders.AsNoTracking().OrderByDescending(o => o.OrderedAt).FirstAsync(o => o.IdentityId == identity.Id);
    }

    public async Task<List<RevocationOrder>> OrdersOfAsync(Identity identity)
    {
        await using var db = Test.Open();
        return await db.RevocationOrders.AsNoTracking().Where(o => o.IdentityId == identity.Id).ToListAsync();
    }

    public async Task<Identity> ReadAsync(Identity identity)
    {
        await using var db = Test.Open();
        return await db.Identities.AsNoTracking().SingleAsync(i => i.Id == identity.Id);
    }

    public async Task<RevocationStep> StepOfAsync(Identity identity)
    {
        await using var db = Test.Open();
        return await db.RevocationSteps.AsNoTracking().Where(s => s.IdentityId == identity.Id).OrderByDescending(s => s.Generation).ThenByDescending(s => s.DueAt).FirstAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Test.DisposeAsync();
        await Server.DisposeAsync();
    }
}
