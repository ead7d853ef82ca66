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
        await desk.BrakesAsync(b => b with { NoticeDays = 0 });
        return desk;
    }

    public async Task ImportedAsync(DateTimeOffset? at)
    {
        await using var db = Test.Open();
        await db.Sources.ExecuteUpdateAsync(s => s.SetProperty(x => x.LastFullImportAt, at));
    }

    public async Task BrakesAsync(Func<BrakeChange, BrakeChange> change)
    {
        var b = await Test.Get<BrakeService>().GetAsync(default);
        (await Test.Get<BrakeService>().ChangeAsync(change(new BrakeChange(b.DryRunOnly, b.MaxOrders, b.MaxPercent, b.NoticeDays, b.QuarantineDays, b.UnownedGraceDays, b.MaxImportAgeHours)), Ann, default)).IsRefused.ShouldBeFalse();
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

    public async Task<SweepReport> SweepAsync(bool dry = false) => (await Test.Get<SweepService>().RunAsync(dry, Eve, default)).OrThrow();

    public Task<int> PumpAsync() => Test.Get<StepRunner>().PumpAsync(default);

    public async Task<RevocationOrder> OrderOfAsync(Identity identity)
    {
        await using var db = Test.Open();
        return await db.RevocationOrders.AsNoTracking().OrderByDescending(o => o.OrderedAt).FirstAsync(o => o.IdentityId == identity.Id);
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
