using Governance.Common;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Connectors;

/// <summary>Each connector as the ledger uses it: bound with a sealed secret, ordered by a sweep, verified, undone.</summary>
public sealed class ConnectorLedgerTests
{
    public static TheoryData<string> Identities => ["entra: disable a service principal", "okta: deactivate an app", "kubernetes: unbind an account", "github: suspend an installation", "scim: deactivate an account", "aws: deny a user everything", "anthropic: disable a key"];

    [Theory, MemberData(nameof(Identities))]
    public async Task An_order_is_verified_and_an_undo_brings_back_what_was(string name)
    {
        await using var bench = await Benches.StartAsync(name);
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await BindAsync(desk, bench);
        var identity = await desk.UnownedAsync(bench.Target.ExternalId, i => (i.DisplayName, i.Kind) = (bench.Target.DisplayName, bench.Target.Kind));
        await using var connector = bench.Open();
        var before = await connector.ObserveAsync(bench.Target, default);
        await desk.SweepAsync();
        await desk.PumpAsync();
        var order = await desk.OrderOfAsync(identity);
        (order.State, order.Remediation).ShouldBe((OrderState.Quarantined, RemediationState.Verified), (await desk.StepOfAsync(identity)).LastError);
        var effects = bench.Service.Effects.Count;
        (await desk.PumpAsync()).ShouldBe(0);
        bench.Service.Effects.Count.ShouldBe(effects);
        (await desk.Test.Get<RevocationService>().UndoAsync([order.Id], "still needed", Desk.Eve, default)).ShouldAllBe(o => o.Refusal == null);
        await desk.PumpAsync();
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Undone, (await desk.StepOfAsync(identity)).LastError);
        (await connector.ObserveAsync(bench.Target, default)).PreState.ShouldBe(before.PreState);
    }

    [Fact]
    public async Task A_lost_answer_is_looked_at_and_not_sent_twice()
    {
        await using var bench = await Benches.StartAsync("entra: disable a service principal");
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await BindAsync(desk, bench);
        var identity = await desk.UnownedAsync(bench.Target.ExternalId, i => i.Kind = bench.Target.Kind);
        bench.Service.Faults.Enqueue(new Fault(0) { AfterIt = true });
        await desk.SweepAsync();
        await desk.PumpAsync();
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(30));
        await desk.PumpAsync();
        (await desk.OrderOfAsync(identity)).Remediation.ShouldBe(RemediationState.Verified);
        (bench.Service.Effects.Count, bench.Service.Changes.Count()).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_sealed_secret_is_in_no_view_and_no_log_and_stays_when_it_is_not_given_anew()
    {
        await using var bench = await Benches.StartAsync("okta: deactivate an app");
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await BindAsync(desk, bench);
        var service = desk.Test.Get<ConnectorService>();
        (await service.TestAsync(desk.Source, Desk.Ann, default)).Value!.ShouldContain("Signed in");
        var view = (await service.FindAsync(desk.Source, default))!;
        view.SecretReference.ShouldBe(SealedSecret.Kept);
        (await service.BindAsync(desk.Source, bench.Kind.Kind, view.Settings, view.SecretReference, false, Desk.Ann, default)).Refusal.ShouldBeNull();
        (await service.TestAsync(desk.Source, Desk.Ann, default)).Value!.ShouldContain("Signed in");
        (await service.BindAsync(desk.Source, "anthropic", new Dictionary<string, string>(StringComparer.Ordinal), SealedSecret.Kept, true, Desk.Ann, default)).Refusal!.Code.ShouldBe("connector.secret");
        (await service.BindAsync(desk.Source, bench.Kind.Kind, view.Settings, "env:A B", true, Desk.Ann, default)).Refusal!.Code.ShouldBe("secret.reference");
        await using var db = desk.Test.Open();
        (await db.ConnectorBindings.SingleAsync()).SecretReference!.ShouldNotContain(Bench.Secret);
        (await db.AuditEntries.Select(e => e.Details).ToListAsync()).ShouldAllBe(d => !d.Contains(Bench.Secret) && !d.Contains("sealed:"));
    }

    [Fact]
    public async Task A_dry_run_of_an_order_shows_the_calls_that_follow_and_sends_none()
    {
        await using var bench = await Benches.StartAsync("kubernetes: unbind an account");
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await BindAsync(desk, bench);
        var identity = await desk.UnownedAsync(bench.Target.ExternalId, i => (i.DisplayName, i.Kind) = (bench.Target.DisplayName, bench.Target.Kind));
        await desk.SweepAsync();
        var order = await desk.OrderOfAsync(identity);
        var preview = desk.Test.Get<ConnectorPreview>();
        var shown = (await preview.OfAsync(order.Id, RevocationVerb.Disable, Desk.Ann, default)).OrThrow();
        bench.Service.Effects.ShouldBeEmpty();
        bench.Service.Changes.ShouldBeEmpty();
        (shown.Undo, shown.Seen.Contains("ClusterRoleBinding readers")).ShouldBe(("at any time", true), shown.Seen);
        await desk.PumpAsync();
        shown.Calls.Count.ShouldBe(bench.Service.Changes.Count());
        foreach (var (call, sent) in shown.Calls.Zip(bench.Service.Changes))
            call.ShouldStartWith(sent);
        (await preview.OfAsync(order.Id, RevocationVerb.Disable, Desk.Ann, default)).Value!.Calls.ShouldBeEmpty();
        (await preview.OfAsync(order.Id, RevocationVerb.Rotate, Desk.Ann, default)).Refusal!.Code.ShouldBe("connector.cannot");
        (await preview.OfAsync(order.Id, RevocationVerb.Disable, Desk.Ann with { Roles = null }, default)).Refusal!.Code.ShouldBe("not.allowed");
    }

    private static async Task BindAsync(Desk desk, Bench bench) =>
        (await desk.Test.Get<ConnectorService>().BindAsync(desk.Source, bench.Kind.Kind, bench.Settings, bench.Credential, true, Desk.Ann, default)).Refusal.ShouldBeNull();
}
