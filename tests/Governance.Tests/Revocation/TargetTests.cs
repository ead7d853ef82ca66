using Governance.Audit;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Revocation;

/// <summary>One credential, one grant, and what is seen after something was taken away.</summary>
public sealed class TargetTests
{
    private readonly FakeTarget target = new();

    [Theory, EachDatabase]
    public async Task One_credential_is_disabled_deleted_by_two_and_the_identity_keeps_its_state(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app", i => i.UnownedSince = null);
        var credential = await desk.Given.CredentialAsync(identity, change: c => c.DisplayName = "old secret");
        var service = desk.Test.Get<RevocationService>();
        var id = (await service.OrderAsync(new RevocationTarget(identity.Id, CredentialId: credential.Id), "leaked", Desk.Eve, default)).Value;
        (await service.OrderAsync(new RevocationTarget(identity.Id, CredentialId: credential.Id), "again", Desk.Eve, default)).Refusal!.Code.ShouldBe("revocation.open");
        (await desk.PumpAsync()).ShouldBe(1);
        target.States[$"app/credential/{credential.ExternalId}"].ShouldBe(TargetState.Disabled);
        target.States.ContainsKey("app").ShouldBeFalse();
        (await desk.ReadAsync(identity)).State.ShouldBe(LifecycleState.Discovered);
        (await service.OrderAsync(identity.Id, "all of it", Desk.Eve, default)).IsRefused.ShouldBeFalse("the whole identity is an order of its own");
        await desk.DaysAsync(31);
        (await service.AskDeletionAsync([id], "not needed", Desk.Eve, default))[0].Refusal.ShouldBeNull();
        (await service.ApproveAsync([id], Desk.Bob, default))[0].Refusal.ShouldBeNull();
        await desk.PumpAsync();
        target.States[$"app/credential/{credential.ExternalId}"].ShouldBe(TargetState.Gone);
        (await desk.Test.Get<RevocationQueries>().FindAsync(id, default))!.Row.Identity.ShouldEndWith(": old secret");
        (await desk.ReadAsync(identity)).State.ShouldBe(LifecycleState.Quarantined, "by its own order, not by the credential's");
        await SoundAsync(desk);
    }

    [Theory, EachDatabase]
    public async Task One_grant_is_removed_and_can_be_given_again_until_its_time_is_over(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app", i => i.UnownedSince = null);
        await desk.Given.GrantAsync(identity, "Mail.Read", resource: "graph");
        await desk.Given.GrantAsync(identity, "Files.Read");
        await using var db = desk.Test.Open();
        var grants = await (from g in db.Grants join e in db.Entitlements on g.EntitlementId equals e.Id orderby e.Name descending select g.Id).ToListAsync();
        var service = desk.Test.Get<RevocationService>();
        var mail = (await service.OrderAsync(new RevocationTarget(identity.Id, GrantId: grants[0]), "too much", Desk.Eve, default)).Value;
        var files = (await service.OrderAsync(new RevocationTarget(identity.Id, GrantId: grants[1]), "too much", Desk.Eve, default)).Value;
        (await desk.PumpAsync()).ShouldBe(2);
        target.States["app/grant/Mail.Read"].ShouldBe(TargetState.Gone);
        (await service.UndoAsync([mail], "needed after all", Desk.Eve, default))[0].Refusal.ShouldBeNull();
        (await desk.PumpAsync()).ShouldBe(1);
        target.States["app/grant/Mail.Read"].ShouldBe(TargetState.Enabled);
        await desk.DaysAsync(31);
        (await db.RevocationOrders.AsNoTracking().SingleAsync(o => o.Id == files)).State.ShouldBe(OrderState.Completed);
        (await desk.ReadAsync(identity)).State.ShouldBe(LifecycleState.Discovered);
        await SoundAsync(desk);
    }

    [Theory, EachDatabase]
    public async Task What_is_not_there_or_inherited_is_refused(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var (identity, parent) = (await desk.UnownedAsync("app"), await desk.UnownedAsync("parent"));
        var credential = await desk.Given.CredentialAsync(parent);
        await desk.Given.GrantAsync(identity, "Mail.Read", inheritedFrom: parent.Id);
        await using var db = desk.Test.Open();
        var grant = await db.Grants.Select(g => g.Id).SingleAsync();
        var service = desk.Test.Get<RevocationService>();
        (await service.OrderAsync(new RevocationTarget(identity.Id, CredentialId: credential.Id), "x", Desk.Eve, default)).Refusal!.Code.ShouldBe("credential.not-found");
        (await service.OrderAsync(new RevocationTarget(identity.Id, GrantId: grant), "x", Desk.Eve, default)).Refusal!.Code.ShouldBe("grant.inherited");
        (await service.OrderAsync(new RevocationTarget(identity.Id, credential.Id, grant), "x", Desk.Eve, default)).Refusal!.Code.ShouldBe("revocation.target");
    }

    [Theory, EachDatabase]
    public async Task What_its_connector_cant_take_away_alone_is_refused_and_a_dry_run_says_what_would_be_sent(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app", i => i.UnownedSince = null);
        var credential = await desk.Given.CredentialAsync(identity);
        var wanted = new RevocationTarget(identity.Id, CredentialId: credential.Id);
        var preview = (await desk.Test.Get<ConnectorPreview>().OfAsync(wanted, Desk.Eve, default)).OrThrow();
        (preview.Verb, preview.Undoable, preview.Connector).ShouldBe((RevocationVerb.Disable, true, "Fake"));
        preview.Send!.Calls.ShouldBe(["Disable"]);
        target.Sent.ShouldBeEmpty("a dry run sends nothing");
        (await desk.Test.Get<ConnectorPreview>().OfAsync(wanted, Desk.Person("owen"), default)).Refusal!.Code.ShouldBe("not.allowed");

        await desk.BindPostgresAsync();
        var service = desk.Test.Get<RevocationService>();
        (await service.OrderAsync(wanted, "leaked", Desk.Eve, default)).Refusal!.Code.ShouldBe("connector.cannot");
        (await desk.Test.Get<ConnectorPreview>().OfAsync(wanted, Desk.Eve, default)).Refusal!.Code.ShouldBe("connector.cannot");
        (await service.OrderAsync(identity.Id, "the whole identity it can", Desk.Eve, default)).IsRefused.ShouldBeFalse();
    }

    [Theory, EachDatabase]
    public async Task What_can_only_be_deleted_is_counted_as_irreversible_and_waits_for_another_person(DatabaseProvider provider)
    {
        var tokens = new FakeTarget("tokens") { Abilities = [new(TargetKind.Identity, RevocationVerb.Delete, Reversibility.Irreversible, "gone")] };
        await using var desk = await Desk.CreateAsync(provider, s => s.AddSingleton<IConnectorKind>(tokens));
        await desk.BindFakeAsync(kind: "tokens");
        var token = await desk.UnownedAsync("token");
        (await desk.SweepAsync(dry: true)).Numbers!.Irreversible.ShouldBe(1);
        await desk.SweepAsync();
        (await desk.PumpAsync()).ShouldBe(0);
        tokens.Sent.ShouldBeEmpty("a job does nothing that can't be undone");
        var order = await desk.OrderOfAsync(token);
        order.HeldBy!.ShouldStartWith("B5: ");
        (await desk.Test.Get<RevocationService>().ApproveAsync([order.Id], Desk.Bob, default))[0].Refusal.ShouldBeNull();
        (await desk.PumpAsync()).ShouldBe(1);
        tokens.States["token"].ShouldBe(TargetState.Gone);
        (await desk.ReadAsync(token)).State.ShouldBe(LifecycleState.Decommissioned);
        (await desk.OrderOfAsync(token)).State.ShouldBe(OrderState.Completed);
        await SoundAsync(desk);
    }

    [Theory, EachDatabase]
    public async Task Use_after_quarantine_reopens_the_question_before_anything_is_deleted(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app");
        await desk.SweepAsync();
        await desk.PumpAsync();
        await desk.DaysAsync(31);
        var order = await desk.OrderOfAsync(identity);
        var service = desk.Test.Get<RevocationService>();
        (await service.AskDeletionAsync([order.Id], "over", Desk.Eve, default))[0].Refusal.ShouldBeNull();
        (await service.ApproveAsync([order.Id], Desk.Bob, default))[0].Refusal.ShouldBeNull();
        await using (var db = desk.Test.Open())
            await db.Identities.ExecuteUpdateAsync(u => u.SetProperty(i => i.LastUsedAt, desk.Test.Now));
        await ImportedAsync(desk);
        (await desk.PumpAsync()).ShouldBe(0, "the approved deletion was taken back");
        target.States["app"].ShouldBe(TargetState.Disabled);
        order = await desk.OrderOfAsync(identity);
        order.Signal!.ShouldContain("used on");
        order.QuarantineUntil!.Value.ShouldBeGreaterThan(desk.Test.Now.AddDays(29));
        (await service.AskDeletionAsync([order.Id], "over", Desk.Eve, default))[0].Refusal!.Code.ShouldBe("revocation.signal");
        await desk.DaysAsync(31);
        (await service.ClearSignalAsync([order.Id], "a monitor that was forgotten", Desk.Eve, default))[0].Refusal.ShouldBeNull();
        (await service.AskDeletionAsync([order.Id], "over", Desk.Eve, default))[0].Refusal.ShouldBeNull();
        await SoundAsync(desk);
    }

    [Theory, EachDatabase]
    public async Task What_was_revoked_is_looked_at_again_and_a_change_is_told_and_not_sent_again(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var identity = await desk.UnownedAsync("app");
        await desk.SweepAsync();
        await desk.PumpAsync();
        var lookout = desk.Test.Get<Lookout>();
        (await lookout.RunAsync(default)).ShouldBe(0, "not before it has had time to spread");
        desk.Test.Clock.Advance(TimeSpan.FromMinutes(16));
        (await lookout.RunAsync(default)).ShouldBe(1);
        (await desk.StepOfAsync(identity)).SeenAgainAt.ShouldNotBeNull();
        (await lookout.RunAsync(default)).ShouldBe(0);
        target.States["app"] = TargetState.Enabled;
        desk.Test.Clock.Advance(TimeSpan.FromDays(1));
        (await lookout.RunAsync(default)).ShouldBe(1);
        (await desk.StepOfAsync(identity)).Drift!.ShouldContain("fake says Enabled");
        (await desk.OrderOfAsync(identity)).Signal.ShouldNotBeNull();
        target.Sent.Count.ShouldBe(1);
        await using var db = desk.Test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.RevocationDrifted)).ShouldBe(1);
        desk.Test.Clock.Advance(TimeSpan.FromDays(1));
        await lookout.RunAsync(default);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.RevocationDrifted)).ShouldBe(1, "told once");
    }

    [Theory, EachDatabase]
    public async Task What_is_made_anew_is_linked_to_its_past_and_told(DatabaseProvider provider)
    {
        await using var desk = await FakeDeskAsync(provider);
        var gone = await desk.UnownedAsync("app", i => i.DisplayName = "nightly export");
        await desk.SweepAsync();
        await desk.PumpAsync();
        await desk.DaysAsync(31);
        var order = await desk.OrderOfAsync(gone);
        await desk.Test.Get<RevocationService>().AskDeletionAsync([order.Id], "over", Desk.Eve, default);
        await desk.Test.Get<RevocationService>().ApproveAsync([order.Id], Desk.Bob, default);
        await desk.PumpAsync();
        desk.Test.Clock.Advance(TimeSpan.FromHours(1));
        var anew = await desk.UnownedAsync("app2", i => i.DisplayName = "nightly export");
        await ImportedAsync(desk);
        await using var db = desk.Test.Open();
        var link = await db.IdentityLinks.SingleAsync();
        (link.FromId, link.ToId, link.Kind).ShouldBe((gone.Id, anew.Id, LinkKind.SameAs));
        (await desk.OrderOfAsync(gone)).Signal!.ShouldContain("was made anew as app2");
        await ImportedAsync(desk);
        (await db.IdentityLinks.CountAsync()).ShouldBe(1);
    }

    private static async Task ImportedAsync(Desk desk)
    {
        await using var db = desk.Test.Open();
        await db.InTransactionAsync(async () =>
        {
            await desk.Test.Get<AuditLog>().AppendAsync(db, Desk.Ann, desk.Test.Now, new AuditDraft(AuditActions.ImportCompleted, Subjects.ImportRun, Guid.CreateVersion7()), default);
            return 0;
        }, default);
        await desk.Test.Get<UseFollowerProbe>().RunAsync();
    }

    internal static async Task SoundAsync(Desk desk)
    {
        var report = await desk.Test.Get<LedgerChecker>().CheckAsync(default);
        report.Checks.Where(c => c.Violations > 0).Select(c => $"{c.Invariant} {c.Clause} {string.Join(' ', c.Examples)}").ShouldBeEmpty();
    }

    private async Task<Desk> FakeDeskAsync(DatabaseProvider provider)
    {
        var desk = await Desk.CreateAsync(provider, s =>
        {
            s.AddSingleton<IConnectorKind>(target);
            s.AddSingleton<UseFollowerProbe>();
        });
        await desk.BindFakeAsync();
        return desk;
    }

    /// <summary>Runs this one follower and no other.</summary>
    private sealed class UseFollowerProbe(IEnumerable<AuditFollower> followers)
    {
        public async Task RunAsync()
        {
            while (await followers.OfType<UseFollower>().Single().CatchUpAsync(default) > 0)
            {
            }
        }
    }
}
