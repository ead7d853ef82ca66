using System.Security.Cryptography;
using System.Text;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Revocation;

/// <summary>
/// Work over three connectors that answer with errors, ended at its first fault point, then at its second, its third …, until a run ends unharmed. After the last
/// one each effect is as ordered: none twice, none lost. <see cref="KillTests"/> does the same to a real process, at fewer points.
/// </summary>
public sealed class FaultTests
{
    private readonly FakeTarget[] targets = [new("fake"), new("fake2"), new("fake3")];

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, 1000)]
    [InlineData(DatabaseProvider.PostgreSql, 150)]
    public async Task Orders_over_three_connectors_in_trouble_ended_at_every_point_have_each_effect_once_and_none_lost(DatabaseProvider provider, int orders)
    {
        await using var desk = await Desk.CreateAsync(provider, s =>
        {
            foreach (var target in targets)
                s.AddSingleton<IConnectorKind>(target);
        });
        foreach (var target in targets)
            (target.Before, target.After) = (command => Trouble(command, target, before: true), command => Trouble(command, target, before: false));
        var sources = new List<Guid> { desk.Source, await desk.Given.SourceAsync(SourceSystem.GitHub), await desk.Given.SourceAsync(SourceSystem.Kubernetes) };
        for (var n = 0; n < sources.Count; n++)
            await desk.BindFakeAsync(sources[n], targets[n].Kind);
        await desk.BrakesAsync(b => b with { MaxOrders = 100_000, DayMaxOrders = 100_000, OwnerMaxOrders = 100_000 });
        await FillAsync(desk, sources, orders);
        (await desk.SweepAsync()).Held.ShouldBe(0);

        var (kills, places) = await RunAsync(desk, orders);
        kills.ShouldBeGreaterThan(20);
        places.Keys.ShouldBe(["step.claimed", "step.intent", "step.sent", "step.observed", "before-commit", "after-commit"], ignoreOrder: true, "every kind of point has been hit");
        await using var db = desk.Test.Open();
        (await db.RevocationOrders.CountAsync(o => o.State == OrderState.Quarantined && o.Remediation == RemediationState.Verified)).ShouldBe(orders);
        targets.Sum(t => t.Effects.Count).ShouldBe(orders);
        targets.SelectMany(t => t.Effects.Values).ShouldAllBe(n => n == 1);
        targets.SelectMany(t => t.States.Values).ShouldAllBe(s => s == TargetState.Disabled);
        (await db.CapUses.CountAsync()).ShouldBe(orders);
        await TargetTests.SoundAsync(desk);
    }

    // The n-th run is ended at its n-th point. What a crashed run had claimed is claimed again once its lease is over.
    private static async Task<(int Kills, Dictionary<string, int> Places)> RunAsync(Desk desk, int orders)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var n = 1; ; n++)
        {
            var passed = 0;
            FaultPoint.Watch.Value = name =>
            {
                if (++passed == n)
                    throw new KilledException(name);
            };
            try
            {
                while (await OpenAsync(desk) > 0)
                {
                    await desk.PumpAsync();
                    desk.Test.Clock.Advance(TimeSpan.FromMinutes(2));
                }

                FaultPoint.Watch.Value = null;
                return (n - 1, places);
            }
            catch (KilledException killed)
            {
                places[killed.Message] = places.GetValueOrDefault(killed.Message) + 1;
                FaultPoint.Watch.Value = null;
                desk.Test.Clock.Advance(StepClaims.Lease + TimeSpan.FromSeconds(1));
                n.ShouldBeLessThan(orders * 20, "it has to end");
            }
        }
    }

    private static async Task<int> OpenAsync(Desk desk)
    {
        await using var db = desk.Test.Open();
        return await db.RevocationOrders.CountAsync(o => o.State == OrderState.Due || o.State == OrderState.Stuck);
    }

    private static async Task FillAsync(Desk desk, List<Guid> sources, int orders) => await desk.Given.SaveAsync(db =>
    {
        for (var n = 0; n < orders; n++)
        {
            var id = Ids.New(desk.Test.Now);
            db.Identities.Add(new Identity
            {
                Id = id,
                SourceId = sources[n % sources.Count],
                ExternalId = $"id{n}",
                DisplayName = $"svc {n}",
                Kind = IdentityKind.ServiceAccount,
                Attributes = "{}",
                ContentHash = "x",
                FirstSeenAt = desk.Test.Now,
                LastSeenAt = desk.Test.Now,
                State = Governance.Lifecycle.LifecycleState.Discovered,
                StateSince = desk.Test.Now,
                UnownedSince = desk.Test.Now.AddDays(-60),
                Usage = UsageState.NeverUsed,
            });
        }
    });

    // The same trouble in each run of the test: chosen by the target and how often it was tried.
    private static ConnectorException? Trouble(ConnectorCommand command, FakeTarget target, bool before)
    {
        var tried = target.Sent.Count(c => c.IdempotencyKey == command.IdempotencyKey);
        var dice = SHA256.HashData(Encoding.UTF8.GetBytes($"{command.Target.ExternalId}/{tried}"))[0];
        return (before, dice) switch
        {
            (true, < 12) => new ConnectorException("503", retryable: true),
            (true, < 18) => new ConnectorException("429", retryable: true, TimeSpan.FromSeconds(30)),
            (true, < 21) => new ConnectorException("401", retryable: false) { OpensBreaker = true },
            (false, > 240) => new ConnectorException("It was taken, and the answer was lost.", retryable: true) { OutcomeUnknown = true },
            _ => null,
        };
    }

    private sealed class KilledException(string place) : Exception(place);
}
