using Governance.Audit;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Governance.Tests.Revocation;

public sealed class PostgreSqlRevocationTests
{
    [Theory, EachDatabase]
    public async Task An_unowned_role_loses_its_login_and_its_session_and_is_verified_quarantined(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.BindPostgresAsync();
        var (identity, role) = await desk.UnownedRoleAsync();
        await using var session = await RoleServer.SessionAsync(role);

        (await desk.SweepAsync()).Ordered.ShouldBe(1);
        (await desk.PumpAsync()).ShouldBe(1);

        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
        await Should.ThrowAsync<NpgsqlException>(async () => await new NpgsqlCommand("SELECT 1", session).ExecuteScalarAsync());
        var order = await desk.OrderOfAsync(identity);
        (order.State, order.Remediation).ShouldBe((OrderState.Quarantined, RemediationState.Verified));
        order.QuarantineUntil.ShouldBe(desk.Test.Now.AddDays(30));
        var step = await desk.StepOfAsync(identity);
        step.Observed!.ShouldContain("rolcanlogin = false, 0 sessions");
        step.ObservedAt.ShouldNotBeNull();
        (await desk.ReadAsync(identity)).State.ShouldBe(LifecycleState.Quarantined);
        (await desk.PumpAsync()).ShouldBe(0);
        (await desk.SweepAsync()).Ordered.ShouldBe(0);
        (await desk.Test.Get<ChainVerifier>().VerifyAsync(default)).Intact.ShouldBeTrue();
    }

    [Theory, EachDatabase]
    public async Task B12_an_undo_gives_the_login_back_and_is_said_only_of_what_was_seen(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        await desk.BindPostgresAsync();
        var (identity, role) = await desk.UnownedRoleAsync();
        await desk.SweepAsync();
        await desk.PumpAsync();
        var order = await desk.OrderOfAsync(identity);
        (await desk.Test.Get<RevocationService>().UndoAsync([order.Id], "still needed", Desk.Eve, default)).ShouldAllBe(o => o.Refusal == null);
        (await desk.OrderOfAsync(identity)).Remediation.ShouldBe(RemediationState.InProgress);
        await desk.PumpAsync();
        (await RoleServer.CanLoginAsync(role)).ShouldBe(true);
        order = await desk.OrderOfAsync(identity);
        (order.State, order.Remediation, order.Generation).ShouldBe((OrderState.Undone, RemediationState.Undone, 1));
        (await desk.ReadAsync(identity)).State.ShouldBe(LifecycleState.Discovered);
        (await desk.SweepAsync()).Ordered.ShouldBe(0, "a sweep must not fight with the person who undid it");
    }

    [Fact]
    public async Task What_was_disabled_before_is_done_without_a_send_and_an_undo_leaves_it_so()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await desk.BindPostgresAsync();
        var role = await desk.Server.RoleAsync("NOLOGIN");
        var identity = await desk.UnownedAsync(role);
        await desk.SweepAsync();
        await desk.PumpAsync();
        (await desk.StepOfAsync(identity)).Attempts.ShouldBe(0);
        await desk.Test.Get<RevocationService>().UndoAsync([(await desk.OrderOfAsync(identity)).Id], "mistake", Desk.Eve, default);
        await desk.PumpAsync();
        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Undone);
    }

    [Fact]
    public async Task B11_a_role_is_dropped_only_after_the_quarantine_when_one_person_asks_and_another_approves()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await desk.BindPostgresAsync();
        var (identity, role) = await desk.UnownedRoleAsync();
        await desk.SweepAsync();
        await desk.PumpAsync();
        var service = desk.Test.Get<RevocationService>();
        var id = (await desk.OrderOfAsync(identity)).Id;
        (await service.AskDeletionAsync([id], "gone for good", Desk.Ann, default))[0].Refusal!.Code.ShouldBe("revocation.quarantine");
        desk.Test.Clock.Advance(TimeSpan.FromDays(31));
        (await service.AskDeletionAsync([id], "gone for good", Governance.Common.Actor.Job("sweep"), default))[0].Refusal!.Code.ShouldBe("revocation.human-only");
        (await service.AskDeletionAsync([id], "gone for good", Desk.Ann, default))[0].Refusal.ShouldBeNull();
        (await service.ApproveAsync([id], Desk.Ann, default))[0].Refusal!.Code.ShouldBe("revocation.same-person");
        await desk.PumpAsync();
        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
        (await service.ApproveAsync([id], Desk.Bob, default))[0].Refusal.ShouldBeNull();
        await desk.PumpAsync();
        (await RoleServer.CanLoginAsync(role)).ShouldBeNull();
        var order = await desk.OrderOfAsync(identity);
        (order.State, order.Remediation).ShouldBe((OrderState.Completed, RemediationState.Verified));
        (await desk.ReadAsync(identity)).State.ShouldBe(LifecycleState.Decommissioned);
        (await service.UndoAsync([id], "no", Desk.Eve, default))[0].Refusal!.Code.ShouldBe("revocation.deleted");
    }

    [Fact]
    public async Task A_role_that_owns_tables_is_not_dropped_and_the_order_says_what_to_do()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await desk.BindPostgresAsync();
        var (identity, role) = await desk.UnownedRoleAsync();
        await RoleServer.ExecuteAsync($"CREATE SCHEMA \"{role}\" AUTHORIZATION \"{role}\"");
        await desk.SweepAsync();
        await desk.PumpAsync();
        desk.Test.Clock.Advance(TimeSpan.FromDays(31));
        var id = (await desk.OrderOfAsync(identity)).Id;
        await desk.Test.Get<RevocationService>().AskDeletionAsync([id], "gone", Desk.Ann, default);
        await desk.Test.Get<RevocationService>().ApproveAsync([id], Desk.Bob, default);
        await desk.PumpAsync();
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Stuck);
        (await desk.StepOfAsync(identity)).LastError!.ShouldContain("REASSIGN OWNED BY");
    }

    [Theory]
    [InlineData("LOGIN SUPERUSER", "superuser")]
    [InlineData("LOGIN", "signs in with")]
    public async Task Superusers_and_the_connectors_own_account_are_never_touched(string options, string says)
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        var role = await desk.Server.RoleAsync(options);
        await desk.BindPostgresAsync(options == "LOGIN" ? role : "postgres");
        var identity = await desk.UnownedAsync(role);
        await desk.SweepAsync();
        await desk.PumpAsync();
        (await RoleServer.CanLoginAsync(role)).ShouldBe(true);
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Stuck);
        (await desk.StepOfAsync(identity)).LastError!.ShouldContain(says);
        (await desk.ReadAsync(identity)).State.ShouldBe(LifecycleState.Discovered);
    }

    [Fact]
    public async Task A_name_full_of_quotes_is_an_identifier_and_nothing_else()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await desk.BindPostgresAsync();
        var role = await desk.Server.RoleAsync(prefix: "x\"; DROP ROLE y; --");
        await desk.UnownedAsync(role);
        await desk.SweepAsync();
        await desk.PumpAsync();
        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
    }

    [Fact]
    public async Task Not_found_is_not_taken_for_revoked()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await desk.BindPostgresAsync();
        var identity = await desk.UnownedAsync("no_such_role");
        await desk.SweepAsync();
        await desk.PumpAsync();
        var order = await desk.OrderOfAsync(identity);
        (order.State, order.Remediation).ShouldBe((OrderState.Stuck, RemediationState.Failed));
    }

    [Fact]
    public async Task An_account_without_rights_fails_its_test_in_words()
    {
        await using var desk = await Desk.CreateAsync(DatabaseProvider.Sqlite);
        await desk.BindPostgresAsync(await desk.Server.RoleAsync());
        var tested = await desk.Test.Get<ConnectorService>().TestAsync(desk.Source, Desk.Ann, default);
        tested.Refusal!.Code.ShouldBe("connector.rights");
        tested.Refusal.Message.ShouldContain("CREATEROLE");
        tested.Refusal.Message.ShouldContain("pg_signal_backend");
    }
}
